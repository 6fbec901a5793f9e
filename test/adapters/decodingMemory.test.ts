import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { decodingBytes } from '../../src/adapters/decodingMemory.ts';
import { formatOf, isDecoded } from '../../src/core/dataset/imageSignatures.ts';
import { ROOT } from '../support/product.ts';

const SIDE = 2500;
const MB = 2 ** 20;
const SKIP = process.platform !== 'linux' && 'the peak of a process is read from /proc';
/** Of a process that has done nothing else: what its heap grows by meanwhile. */
const NOISE = 24 * MB;

const folder = await mkdtemp(path.join(tmpdir(), 'pairlens-memory-'));
after(() => rm(folder, { recursive: true, force: true }));
const grain = await sharp({
  create: {
    width: SIDE,
    height: SIDE,
    channels: 3,
    background: 'grey',
    noise: { type: 'gaussian', mean: 128, sigma: 30 },
  },
})
  .raw()
  .toBuffer();
const noise = () => sharp(grain, { raw: { width: SIDE, height: SIDE, channels: 3 } });

/** Decodes one file in a process of its own, and prints by how many bytes its memory rose. */
const MEASURE = `
  const { readFile } = await import('node:fs/promises');
  const { sharpImageReader } = await import(${JSON.stringify(pathToFileURL(path.join(ROOT, 'src/adapters/sharpImageReader.ts')).href)});
  const bytes = await readFile(process.env.PICTURE);
  const before = process.memoryUsage.rss();
  await sharpImageReader().read(bytes, 224);
  // Not resourceUsage(): on Linux its peak is that of the parent where that was higher.
  const peak = /VmHWM:\\s+(\\d+)/.exec(await readFile('/proc/self/status', 'utf8'))[1];
  console.log(peak * 1024 - before);
`;

const full = { chromaSubsampling: '4:4:4' } as const;
const pictures: readonly (readonly [string, () => Sharp])[] = [
  ['a JPEG', () => noise().jpeg()],
  ['a progressive JPEG', () => noise().jpeg({ progressive: true })],
  ['a progressive JPEG of full colour', () => noise().jpeg({ progressive: true, ...full })],
  ['a PNG', () => noise().png({ compressionLevel: 1 })],
  ['an interlaced PNG', () => noise().png({ compressionLevel: 1, progressive: true })],
  [
    'an interlaced PNG of 16 bits',
    () => noise().toColourspace('rgb16').png({ compressionLevel: 1, progressive: true }),
  ],
  ['a WebP', () => noise().webp({ effort: 0 })],
  ['a lossless WebP', () => noise().webp({ lossless: true, effort: 0 })],
  ['a GIF', () => noise().gif({ effort: 1, colours: 16 })],
  ['a TIFF', () => noise().tiff({ compression: 'none' })],
  [
    'a TIFF of large tiles',
    () => noise().tiff({ compression: 'deflate', tile: true, tileWidth: 2048, tileHeight: 2048 }),
  ],
  ['an AVIF', () => noise().avif({ effort: 0, quality: 30, ...full })],
];

for (const [i, [name, make]] of pictures.entries()) {
  test(`${name} takes no more memory than is set aside for it`, { skip: SKIP }, async () => {
    const file = path.join(folder, String(i));
    const bytes = await make().toBuffer();
    await writeFile(file, bytes);
    const format = formatOf(bytes);
    assert.ok(isDecoded(format));
    const expected = decodingBytes(format, await sharp(bytes).metadata());
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', MEASURE],
      { cwd: ROOT, env: { ...process.env, PICTURE: file } },
    );
    const taken = Number(stdout);
    const told = `${Math.round(taken / MB)} MB taken, ${Math.round(expected / MB)} MB set aside`;
    assert.ok(taken > 0 && taken <= expected + NOISE, told);
  });
}
