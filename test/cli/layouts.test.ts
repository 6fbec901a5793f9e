import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import type { AuditReport } from '../../src/core/export/auditReport.ts';
import { bmp24 } from '../support/bmp.ts';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';
import { photo, writePair } from '../support/photos.ts';

/* Folders as people have them, through the whole program. */

const NAMES = ['kitten', 'cow', 'hens', 'koala', 'macaw', 'lemurs'];
const captionOf = (name: string): string => `colourful circles that somebody calls ${name}`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
before(async () => {
  folder = await temporaryFolder();
});
after(() => folder.remove());

const put = async (name: string, content: Buffer | string): Promise<void> => {
  const file = path.join(folder.path, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
};

const cache = (): string[] => ['--cache', path.join(folder.path, 'cache')];

async function audited(set: string): Promise<AuditReport> {
  const args = ['audit', path.join(folder.path, set), '--format', 'json', '--fail-on', 'never'];
  const outcome = await pairlens([...args, ...cache()]);
  assert.equal(outcome.status, 0, outcome.stderr);
  return JSON.parse(outcome.stdout) as AuditReport;
}

const told = ({ findings }: AuditReport): string[][] =>
  findings.map(({ code, file, relatedFiles }) => [code, file, ...relatedFiles]);

describe('a set for control images', () => {
  before(async () => {
    for (const [i, name] of NAMES.entries()) {
      await writePair(path.join(folder.path, 'edit/target'), name, captionOf(name), i);
      // The same picture with less colour: a near-duplicate, were it compared.
      const source = await photo(i).modulate({ saturation: 0.5 }).jpeg().toBuffer();
      await put(`edit/source/${name}.jpg`, source);
    }
  });

  test('is audited without a word about them', async () => {
    const report = await audited('edit');
    assert.deepEqual(told(report), []);
    assert.deepEqual([report.summary.pairs, report.summary.images], [NAMES.length, NAMES.length]);
  });

  test('is searched without finding them', async () => {
    const args = ['search', path.join(folder.path, 'edit'), 'circles', '--top', '50', ...cache()];
    const { stdout, status } = await pairlens([...args, '--json']);
    assert.equal(status, 0);
    assert.match(stdout, /target\/cow\.jpg/);
    assert.doesNotMatch(stdout, /source\//);
  });
});

test('a picture in train and in validation, each with its metadata.jsonl, is a leak', async () => {
  const rows = (names: readonly string[]) =>
    names.map((name) => JSON.stringify({ file_name: `${name}.jpg`, text: captionOf(name) }));
  for (const [i, name] of NAMES.entries()) {
    await put(`hf/train/${name}.jpg`, await photo(i).jpeg().toBuffer());
  }
  await put('hf/train/metadata.jsonl', rows(NAMES).join('\n'));
  await put('hf/validation/new.jpg', await photo(40).jpeg().toBuffer());
  await put('hf/validation/seen.jpg', await photo(2).jpeg().toBuffer());
  await put('hf/validation/resaved.jpg', await photo(3).jpeg({ quality: 40 }).toBuffer());
  await put('hf/validation/metadata.jsonl', rows(['new', 'seen', 'resaved']).join('\n'));
  const report = await audited('hf');
  const leaks = told(report).filter(([code]) => code === 'split-leak');
  assert.deepEqual(leaks.sort(), [
    ['split-leak', 'validation/resaved.jpg', 'train/koala.jpg'],
    ['split-leak', 'validation/seen.jpg', 'train/hens.jpg'],
  ]);
});

test('pictures are read, or told of as what they are', async () => {
  for (const [i, name] of NAMES.entries()) {
    await writePair(path.join(folder.path, 'pictures'), name, captionOf(name), i);
  }
  const { data, info } = await photo(20).raw().toBuffer({ resolveWithObject: true });
  const grey = { r: 128, g: 128, b: 128 };
  const pictures: Record<string, Buffer> = {
    'bitmap.bmp': bmp24(info.width, info.height, data),
    'phone.heic': Buffer.from(`\0\0\0\x18ftypheic\0\0\0\0heicmif1${'\0'.repeat(99)}`, 'latin1'),
    'sideways.jpg': await photo(21).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    'cut.jpg': await photo(22).extend({ bottom: 90, background: grey }).jpeg().toBuffer(),
    'white.png': await sharp({
      create: { width: 50, height: 50, channels: 3, background: 'white' },
    })
      .png()
      .toBuffer(),
  };
  for (const [name, bytes] of Object.entries(pictures)) {
    await put(`pictures/${name}`, bytes);
    await put(`pictures/${name.replace(/\.\w+$/, '.txt')}`, captionOf(name));
  }
  const report = await audited('pictures');
  assert.deepEqual(told(report).sort(), [
    ['blank-image', 'cut.jpg'],
    ['blank-image', 'white.png'],
    ['trainer/exif-orientation', 'sideways.jpg'],
    ['unreadable-image', 'phone.heic'],
  ]);
  const heic = report.findings.find(({ code }) => code === 'unreadable-image');
  assert.match(heic?.message ?? '', /HEIC/);
  assert.match(heic?.remedy ?? '', /Convert/);
});
