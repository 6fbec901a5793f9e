import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { compromiseNouns } from '../../src/adapters/compromiseNouns.ts';
import { openEncoders } from '../../src/adapters/encoders.ts';
import { Vocabulary } from '../../src/core/audit/vocabulary.ts';
import { auroc } from '../../src/core/matching/auroc.ts';
import { isNameable } from '../../src/core/text/contentWords.ts';
import { prepareFit } from '../../src/engine/audit/fitInPlace.ts';
import { cleanSets } from './cleanSets.ts';

/** The generated file. */
const LIST = new URL('../../src/core/text/hardlySeen.ts', import.meta.url);
/** Fewer images say nothing about a noun. */
const LEAST_IMAGES = 8;

/**
 * Which nouns do not tell the images whose captions name them from other images? With `--write` they become the list of words
 * that no image is said to lack.
 */
export async function measureHardlySeen(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      limit: { type: 'string', default: '4000' },
      captions: { type: 'string', default: '3' },
      split: { type: 'string', multiple: true },
      below: { type: 'string', default: '0.75' },
      write: { type: 'boolean', default: false },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) {
    console.error(
      'Usage: npm run measure -- hardly-seen DATASET [--limit IMAGES] [--captions OF-EACH] [--split NAME] [--below AUROC] [--write]',
    );
    process.exit(2);
  }
  const { reference, close } = await openEncoders(undefined, undefined);
  await close();
  const options = { limit: Number(values.limit), captions: Number(values.captions) };
  for await (const { clean } of cleanSets([folder], values.split, undefined, options)) {
    if (clean.words === undefined) continue;
    const { scorer } = await prepareFit(clean, { reference }, {});
    const images = clean.images.paths.length;
    const vocabulary = new Vocabulary(clean.words, images);
    const users = new Map<string, Set<number>>();
    for (const [p, { caption }] of clean.dataset.pairs.entries()) {
      for (const { text } of compromiseNouns.nouns(caption)) {
        const noun = text.toLowerCase();
        if (!isNameable(noun) || vocabulary.fit(scorer, 0, noun) === undefined) continue;
        users.set(noun, (users.get(noun) ?? new Set()).add(clean.imageRow[p]!));
      }
    }
    const rated = [...users]
      .filter(([, { size }]) => size >= LEAST_IMAGES)
      .map(([noun, own]) => {
        const fits = Array.from({ length: images }, (_, i) => vocabulary.fit(scorer, i, noun) ?? 0);
        const labels = fits.map((_, i) => own.has(i));
        return { noun, images: own.size, told: auroc(fits, labels) };
      })
      .sort((a, b) => a.told - b.told || (a.noun < b.noun ? -1 : 1));
    const hard = rated.filter(({ told }) => told < Number(values.below));
    console.log(
      `${images} images, ${rated.length} nouns of ${LEAST_IMAGES} images and more, ${hard.length} with an AUROC below ${values.below}:`,
    );
    console.log(
      hard.map((each) => `${each.noun} ${each.told.toFixed(2)} (${each.images})`).join(', '),
    );
    if (values.write) await writeFile(LIST, listOf(hard.map(({ noun }) => noun)));
  }
}

/** The generated file as TypeScript. */
function listOf(words: readonly string[]): string {
  const lines = [''];
  for (const word of [...words].sort()) {
    const line = `${lines.at(-1)!} ${word}`.trim();
    if (line.length > 95) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  return `/**
 * Nouns that hardly tell the pictures whose captions name them from others, by the shipped encoder: no picture shows them, nearly
 * all do, or the encoder is blind to them. Written by \`npm run measure -- hardly-seen\` (docs/matchers.md).
 */
export const HARDLY_SEEN: ReadonlySet<string> = new Set(
  \`${lines.join('\n  ')}\`.split(/\\s+/),
);
`;
}
