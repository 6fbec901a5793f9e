import type { z } from 'zod';
import { RULES } from '../../core/audit/rules.ts';
import type { REQUESTS } from '../../protocol/serverApi.ts';
import type { ServerContext } from '../context.ts';
import { localize } from '../localize.ts';
import { ProtocolConverter } from '../toProtocol.ts';

type Browse = (typeof REQUESTS)['browse'];

/** Answers `pairlens/browse`. */
export async function browse(
  { live, uris }: ServerContext,
  { query, from, count }: z.output<Browse['params']>,
): Promise<z.input<Browse['result']>> {
  const page = await live.browser.page(query, from, count);
  if ('fault' in page) {
    const { message, start, end } = page.fault;
    return {
      total: 0,
      untagged: 0,
      items: [],
      rules: [],
      fault: { message: localize(message), start, end },
    };
  }
  const wire = new ProtocolConverter(uris);
  const items = page.pairs.map(({ pair, rules }) => ({
    item: wire.item(pair),
    rules: [...rules],
    ...(pair.decision !== undefined && { decision: pair.decision }),
    ...(pair.captionPath === pair.imagePath && { untagged: true }),
  }));
  const codes = new Set(page.pairs.flatMap(({ rules }) => rules));
  const rules = [...codes].flatMap((code) => {
    const rule = RULES.get(code);
    return rule === undefined ? [] : [{ code, shortTitle: localize(rule.shortTitle) }];
  });
  return { total: page.total, untagged: page.untagged, items, rules, fault: null };
}
