import { PairLensError } from '../core/errors.ts';
import { parseQuery } from '../core/query/parseQuery.ts';
import type { Query } from '../core/query/query.ts';
import { inEnglish } from '../core/text/sentence.ts';
import { visibleText } from '../core/text/visibleText.ts';

/** The query of a command. @throws PairLensError `invalid-argument` with the wrong part and its place. */
export function queryOf(text: string): Query {
  const result = parseQuery(text);
  if ('query' in result) return result.query;
  const { message, start, end } = result.fault;
  throw new PairLensError(
    'invalid-argument',
    `Query, character ${start + 1}, ${visibleText(text.slice(start, end))}: ${inEnglish(message)}`,
    { remedy: 'docs/cli.md#queries lists what a query may hold.' },
  );
}
