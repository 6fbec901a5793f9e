import { viewsOfFolder } from './composeCli.ts';
import { PairLensError } from '../core/errors.ts';
import { parseQuery } from '../core/query/parseQuery.ts';
import type { Query } from '../core/query/query.ts';
import { CONFIG_FILE } from '../core/settings/settingTable.ts';
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

/**
 * The query of a saved view of a folder.
 * @param text of a query beside it, which there must not be
 * @throws PairLensError `invalid-argument` if there is no such view.
 */
export async function viewNamed(root: string, name: string, text: string): Promise<Query> {
  if (text.trim() !== '') {
    throw new PairLensError('invalid-argument', 'Give a query or --view, not both.');
  }
  const views = await viewsOfFolder(root);
  const query = Object.hasOwn(views, name) ? views[name] : undefined;
  if (query !== undefined) return queryOf(query);
  const names = Object.keys(views).map(visibleText);
  throw new PairLensError('invalid-argument', `There is no view ${visibleText(name)}.`, {
    path: root,
    remedy:
      names.length === 0
        ? `Save one in Browse Dataset, or write "views" into ${CONFIG_FILE}.`
        : `Choose from ${names.join(', ')}.`,
  });
}
