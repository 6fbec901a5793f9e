import type { z } from 'zod';
import { RULES } from '../../core/audit/rules.ts';
import type { Bin } from '../../core/query/histogram.ts';
import type { PairSummary } from '../../core/query/pairSummary.ts';
import type { REQUESTS } from '../../protocol/serverApi.ts';
import type { Bin as WireBin, Summary } from '../../protocol/statisticsShapes.ts';
import type { ServerContext } from '../context.ts';
import { localize } from '../localize.ts';

type Statistics = (typeof REQUESTS)['statistics'];

/** Answers `pairlens/statistics`. */
export async function statistics(
  { live }: ServerContext,
  signal: AbortSignal,
): Promise<z.input<Statistics['result']>> {
  const { now, before } = await live.statistics.now(signal);
  const { folders, words, tags, matchBelow } = now;
  const earlier = new Map(before?.rules.map(({ code, pairs }) => [code, pairs]));
  const gone = [...earlier.keys()].filter((code) => now.rules.every((rule) => rule.code !== code));
  const rules = [...now.rules, ...gone.map((code) => ({ code, pairs: 0, query: `rule:${code}` }))];
  return {
    ...summary(now),
    rules: rules.map(({ code, pairs, query }) => {
      const title = RULES.get(code)?.title;
      const was = before && (earlier.get(code) ?? 0);
      return {
        code,
        title: title === undefined ? code : localize(title),
        pairs,
        query,
        ...(was !== undefined && { before: was }),
      };
    }),
    match: now.match.map(bin),
    matchBelow: [...matchBelow],
    length: now.length.map(bin),
    tokens: now.tokens.map(bin),
    folders: { total: folders.total, shown: [...folders.shown] },
    words: { total: words.total, shown: [...words.shown] },
    tags: { total: tags.total, shown: [...tags.shown] },
    ...(before && { before: summary(before) }),
  };
}

function summary(from: Omit<PairSummary, 'rules'>): Summary {
  const { captions, untagged, found, verified, excluded, judged, medianMatch } = from;
  return {
    captions,
    untagged,
    found,
    verified,
    excluded,
    judged,
    ...(medianMatch !== undefined && { medianMatch }),
  };
}

function bin({ from, to, pairs, query }: Bin): WireBin {
  return { from, pairs, query, ...(to !== undefined && { to }) };
}
