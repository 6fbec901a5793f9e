// How well are near-duplicates found? node --import tsx test/measure/nearDuplicates.ts DATASET [COUNT] [SEED]
// Re-saves COUNT images, each changed in one of five ways, adds them to the dataset in memory, and counts what is found.
// A reported pair of two originals counts as false here; look at those pictures: some really are the same.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { openOnnxImageEncoder } from '../../src/adapters/onnxImageEncoder.ts';
import { openModelFolder } from '../../src/adapters/modelFolder.ts';
import { sharpImageReader } from '../../src/adapters/sharpImageReader.ts';
import { openWorkspace } from '../../src/cli/composeCli.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import { plainFacts } from '../../src/core/pictureFacts.ts';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import { mulberry32 } from '../../src/core/random.ts';
import type { Matrix } from '../../src/core/matching/matrix.ts';

type Change = (bytes: Buffer, width: number, height: number) => Sharp;
const CHANGES: readonly (readonly [string, Change])[] = [
  ['JPEG q40', (bytes) => sharp(bytes)],
  ['60 %', (bytes, width) => sharp(bytes).resize(Math.round(0.6 * width))],
  [
    '5 % crop',
    (bytes, width, height) =>
      sharp(bytes).extract({
        left: Math.round(0.025 * width),
        top: Math.round(0.025 * height),
        width: Math.floor(0.95 * width),
        height: Math.floor(0.95 * height),
      }),
  ],
  ['mirrored', (bytes) => sharp(bytes).flop()],
  ['brighter', (bytes) => sharp(bytes).linear(1.15)],
  ['darker', (bytes) => sharp(bytes).linear(0.85)],
];

const [folder = '', count = '500', seed = '1'] = process.argv.slice(2);
const terminal = new Terminal({ quiet: false, color: true });
const workspace = await openWorkspace({ globals: { color: true }, terminal }, undefined);
const models = path.resolve(import.meta.dirname, '../../models');
const encoder = await openOnnxImageEncoder(await openModelFolder(models));
const reader = sharpImageReader();
const [opened] = await workspace.open(path.resolve(folder), {});
if (opened === undefined) throw new Error('No dataset.');
const clean = await workspace.index({ ...opened, problems: [] }, {});
const { images } = clean;
const random = mulberry32(Number(seed));
const copies: { of: number; change: string }[] = [];
const looks: Float32Array[] = [];
const thumbnails: Uint8Array[] = [images.thumbnails];
const chosen = new Set<number>();
while (chosen.size < Math.min(Number(count), images.paths.length)) {
  chosen.add(Math.floor(random() * images.paths.length));
}
for (const [at, of] of [...chosen].entries()) {
  const bytes = await readFile(path.join(clean.dataset.root, images.paths[of]!));
  const { width, height } = await sharp(bytes).metadata();
  const [change, apply] = CHANGES[at % CHANGES.length]!;
  const quality = change === 'JPEG q40' ? 40 : 90;
  const saved = await apply(bytes, width, height).jpeg({ quality }).toBuffer();
  const square = await reader.read(saved, encoder.size);
  looks.push((await encoder.encode([square])).visual.data);
  thumbnails.push(square.thumbnail);
  copies.push({ of, change });
}
const n = images.paths.length;
const extended = (m: Matrix, rows: readonly Float32Array[]): Matrix => {
  const data = new Float32Array((n + copies.length) * m.columns);
  data.set(m.data);
  rows.forEach((values, i) => data.set(values, (n + i) * m.columns));
  return { rows: n + copies.length, columns: m.columns, data };
};
const { findings } = await workspace.audit(
  {
    ...clean,
    images: {
      paths: [...images.paths, ...copies.map((_, i) => `copy ${i}`)],
      hashes: [...images.hashes, ...copies.map((_, i) => `copy ${i}`)],
      embedding: extended(images.embedding, []),
      prior: extended(images.prior, []),
      visual: extended(images.visual, looks),
      thumbnails: Uint8Array.from(thumbnails.flatMap((bytes) => [...bytes])),
      facts: [...images.facts, ...copies.map(() => plainFacts(1, 1))],
    },
  },
  { levels: DEFAULT_LEVELS },
  {},
);
let right = 0;
const missed = new Map<string, number>();
const wrong: string[] = [];
const groups = findings
  .filter(({ code }) => code === 'near-duplicate')
  .map(({ image, relatedFiles }) => new Set([image ?? '', ...relatedFiles]));
copies.forEach(({ of, change }, i) => {
  if (groups.some((group) => group.has(`copy ${i}`) && group.has(images.paths[of]!))) right++;
  else missed.set(change, (missed.get(change) ?? 0) + 1);
});
for (const group of groups) {
  const sources = new Set(
    [...group]
      .map((name) => /^copy (\d+)$/.exec(name)?.[1])
      .map((c, k) => (c === undefined ? [...group][k]! : images.paths[copies[Number(c)]!.of]!)),
  );
  if (sources.size > 1) wrong.push([...sources].join(' = '));
}
console.log(
  `${n} images and ${copies.length} copies: recall ${(right / copies.length).toFixed(4)}`,
);
console.log(
  `missed: ${[...missed].map(([change, times]) => `${times} ${change}`).join(', ') || 'none'}`,
);
console.log(
  `precision ${((groups.length - wrong.length) / Math.max(1, groups.length)).toFixed(4)} over ${groups.length} groups; groups of different originals:`,
);
for (const line of wrong) console.log(`  ${line}`);
await encoder.close();
await workspace.close();
