import { jsonText, visibleText } from '../core/text/visibleText.ts';
import type { CommandContext } from './commandContext.ts';
import { openCache } from './composeCli.ts';
import { number } from './progressLine.ts';

/** `pairlens cache`: location, content and size limit. */
export async function showCache(
  { json }: { readonly json?: true | undefined },
  context: CommandContext,
): Promise<number> {
  const cache = await openCache(context);
  try {
    const stats = cache.stats();
    await context.terminal.print(
      json === true
        ? `${jsonText({ version: 1, ...stats }, 2)}\n`
        : [
            `folder   ${visibleText(stats.location)}`,
            `entries  ${number(stats.entries)}`,
            `size     ${bytesText(stats.bytes)} of at most ${bytesText(stats.limitBytes)}`,
            '',
          ].join('\n'),
    );
    return 0;
  } finally {
    await cache.close();
  }
}

/** `pairlens cache clear`. */
export async function clearCache(context: CommandContext): Promise<number> {
  const cache = await openCache(context);
  try {
    const before = cache.stats();
    await cache.clear();
    context.terminal.log.info(`Removed ${number(before.entries)} entries from ${before.location}.`);
    return 0;
  } finally {
    await cache.close();
  }
}

/** `pairlens cache prune`: removes the least recently used entries. */
export async function pruneCache(
  { to }: { readonly to?: number | undefined },
  context: CommandContext,
): Promise<number> {
  const cache = await openCache(context);
  try {
    const before = cache.stats();
    await cache.prune(to);
    const after = cache.stats();
    context.terminal.log.info(
      `Removed ${number(before.entries - after.entries)} of ${number(before.entries)} entries; ${bytesText(after.bytes)} are left.`,
    );
    return 0;
  } finally {
    await cache.close();
  }
}

/** Such as "3.4 MB": decimal units, as --to accepts them. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power] ?? 'B'}`;
}
