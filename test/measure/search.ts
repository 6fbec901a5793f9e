import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openWorkspace } from '../../src/cli/composeCli.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import { splitFromName } from '../../src/core/dataset/split.ts';
import { SEARCH_MATCHERS, type SearchMatcher } from '../../src/core/retrieval/searchMatchers.ts';
import { compose } from '../../src/server/composeServer.ts';
import { captionsByImage, ofSplits } from './wordMeasure.ts';

/** An image whose last caption is asked for, in a dataset of its other ones. */
interface Asked {
  readonly image: string;
  readonly captions: readonly string[];
  readonly query: string;
}

const DEPTHS = [1, 5, 10] as const;
const MOST = Math.max(...DEPTHS);

/**
 * Does the editor's search find the picture? The last caption of each image is the query, in a dataset of the others; the
 * engine is that of the language server, ranked by each matcher and by the match.
 */
export async function measureSearch(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      limit: { type: 'string', default: '500' },
      split: { type: 'string', multiple: true },
    },
  });
  if (positionals.length === 0) {
    console.error('Usage: npm run measure -- search DATASET... [--limit IMAGES] [--split NAME]');
    process.exit(2);
  }
  const splits = values.split?.map((name) => splitFromName(name) ?? name);
  for (const folder of positionals) {
    const asked = await askedOf(path.resolve(folder), splits, Number(values.limit));
    const copy = await mkdtemp(path.join(os.tmpdir(), 'pairlens-search-'));
    try {
      await writeCopy(path.resolve(folder), copy, asked);
      console.log(`${path.basename(folder)}, ${asked.length} queries, R@${DEPTHS.join('/')}:`);
      for (const matcher of ['match', ...SEARCH_MATCHERS] as const) {
        const found = await recalls(copy, asked, matcher);
        console.log(`  ${matcher.padEnd(16)} ${found.join(' / ')}`);
      }
    } finally {
      await rm(copy, { recursive: true });
    }
  }
}

async function askedOf(
  folder: string,
  splits: readonly string[] | undefined,
  limit: number,
): Promise<Asked[]> {
  const terminal = new Terminal({ quiet: true, color: true });
  const workspace = await openWorkspace({ globals: { color: true }, terminal }, undefined);
  try {
    const opened = await workspace.open(folder, {});
    const captions = captionsByImage(opened.flatMap(({ pairs }) => ofSplits(pairs, splits)));
    return [...captions]
      .flatMap(([image, all]) => {
        const query = all.at(-1);
        return query === undefined || all.length < 2
          ? []
          : [{ image, captions: all.slice(0, -1), query }];
      })
      .slice(0, limit);
  } finally {
    await workspace.close();
  }
}

async function writeCopy(from: string, to: string, asked: readonly Asked[]): Promise<void> {
  for (const { image } of asked) {
    await mkdir(path.dirname(path.join(to, image)), { recursive: true });
    await copyFile(path.join(from, image), path.join(to, image));
  }
  const rows = asked.map(({ image, captions }) => JSON.stringify({ image, captions }));
  await writeFile(path.join(to, 'captions.jsonl'), `${rows.join('\n')}\n`);
}

/** Percentage of queries whose image is among the first ones, by depth. */
async function recalls(
  folder: string,
  asked: readonly Asked[],
  matcher: SearchMatcher | 'match',
): Promise<string[]> {
  const opened = compose().openLive(
    { settings: { dataset: {}, ...(matcher !== 'match' && { matcher }) } },
    console,
  );
  try {
    await opened.live.refresh([folder], {});
    const hits = DEPTHS.map(() => 0);
    for (const { image, query } of asked) {
      const found = await opened.live.searchText(query, 'images', MOST);
      const place = found.findIndex(({ pair }) => pair.image === image);
      for (const [d, depth] of DEPTHS.entries()) if (place >= 0 && place < depth) hits[d]! += 1;
    }
    return hits.map((count) => ((100 * count) / asked.length).toFixed(1));
  } finally {
    await opened.close();
  }
}
