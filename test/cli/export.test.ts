import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, lstat, mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';
import { tarOf } from '../support/tarWriter.ts';

const TOUR = path.resolve(import.meta.dirname, '../../samples/tour');

interface Fate {
  readonly image: string;
  readonly kept: boolean;
  readonly file?: string;
  readonly why?: string;
}

describe('pairlens export', () => {
  let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    temporary = await temporaryFolder();
  });
  after(() => temporary.remove());

  const place = (name: string): string => path.join(temporary.path, name);

  async function exported(name: string, ...args: string[]): Promise<string> {
    const out = place(name);
    const { status, stderr, stdout } = await pairlens(['export', TOUR, ...args, '--out', out]);
    assert.equal(status, 0, stderr);
    assert.equal(stdout, '');
    return out;
  }

  async function fatesIn(out: string): Promise<Fate[]> {
    const text = await readFile(path.join(out, '.pairlens/export.jsonl'), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Fate);
  }

  test('writes every pair with its picture, byte for byte, and lists what was left out', async () => {
    const out = await exported('all', '--as', 'sidecar');
    const fates = await fatesIn(out);
    const kept = fates.filter((fate) => fate.kept);
    assert.ok(kept.length > 40);
    assert.deepEqual(
      fates.filter((fate) => !fate.kept).map(({ image, why }) => [image, why]),
      [
        ['animals/duck.jpg', 'no caption'],
        ['mountain_trail.jpg', 'no caption'],
      ],
    );
    for (const { image, file = '' } of kept) {
      const [there, here] = [path.join(TOUR, image), path.join(out, file)];
      assert.ok((await readFile(there)).equals(await readFile(here)), image);
    }
    const again = await pairlens(['--quiet', 'list', out, '--json']);
    const before = await pairlens(['--quiet', 'list', TOUR, '--json']);
    const captionsOf = (text: string): string[] =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { image: string; caption: string | null })
        .filter(({ caption }) => caption !== null)
        // windmill.png and windmill.jpg share a caption file, and get one each.
        .map(({ image, caption }) => `${image.replace(/windmill.*/, 'windmill')} ${caption}`)
        .sort();
    assert.deepEqual(captionsOf(again.stdout), captionsOf(before.stdout));
  });

  test('writes what a query selects, without ignored pairs, in the layout that is asked for', async () => {
    const set = place('decided');
    await cp(TOUR, set, { recursive: true });
    const query = 'rule:captions-swapped';
    const all = await pairlens(['export', set, query, '--out', place('swapped')]);
    assert.equal(all.status, 0, all.stderr);
    const rows = (await readFile(place('swapped/captions.jsonl'), 'utf8')).trimEnd().split('\n');
    assert.deepEqual(
      rows.map((row) => (JSON.parse(row) as { image: string }).image),
      ['drum_kit.jpg', 'honey_bee.jpg'],
    );
    assert.deepEqual((await readdir(place('swapped'))).sort(), [
      '.pairlens',
      'captions.jsonl',
      'drum_kit.jpg',
      'honey_bee.jpg',
    ]);
  });

  test('names several pictures of one stem apart, so that each keeps its caption', async () => {
    const set = place('stems');
    await mkdir(set);
    const photo = path.join(TOUR, 'dahlia.jpg');
    for (const name of ['a.jpg', 'a.jpeg']) await cp(photo, path.join(set, name));
    const rows = [
      { file_name: 'a.jpg', text: 'a dahlia' },
      { file_name: 'a.jpeg', text: 'another dahlia' },
    ];
    await writeFile(
      path.join(set, 'metadata.jsonl'),
      rows.map((r) => JSON.stringify(r)).join('\n'),
    );
    const out = place('stems-out');
    const { status, stderr } = await pairlens(['export', set, '--as', 'sidecar', '--out', out]);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /1 pictures? ha/);
    assert.equal(await readFile(path.join(out, 'a.txt'), 'utf8'), 'another dahlia');
    assert.equal(await readFile(path.join(out, 'a-2.txt'), 'utf8'), 'a dahlia');
  });

  test('says how many captions a layout cannot hold', async () => {
    const set = place('several');
    await mkdir(set);
    await cp(path.join(TOUR, 'dahlia.jpg'), path.join(set, 'dahlia.jpg'));
    const row = { image: 'dahlia.jpg', captions: ['a dahlia', 'a red flower'] };
    await writeFile(path.join(set, 'captions.jsonl'), `${JSON.stringify(row)}\n`);
    const out = place('several-out');
    const one = await pairlens(['export', set, '--as', 'metadata.jsonl', '--out', out]);
    assert.equal(one.status, 0, one.stderr);
    assert.match(one.stderr, /one caption an image: 1 other/);
    assert.equal(
      await readFile(path.join(out, 'metadata.jsonl'), 'utf8'),
      '{"file_name":"dahlia.jpg","text":"a dahlia"}\n',
    );
    const both = place('both-out');
    await pairlens(['export', set, '--out', both]);
    assert.equal(
      await readFile(path.join(both, 'captions.jsonl'), 'utf8'),
      `${JSON.stringify(row)}\n`,
    );
  });

  test('links pictures instead of copying them', async () => {
    const hard = await exported('hard', 'dahlia', '--pictures', 'hardlink');
    const [there, here] = [path.join(TOUR, 'dahlia.jpg'), path.join(hard, 'dahlia.jpg')];
    assert.equal((await stat(here)).ino, (await stat(there)).ino);
    const soft = await exported('soft', 'dahlia', '--pictures', 'symlink');
    assert.ok((await lstat(path.join(soft, 'dahlia.jpg'))).isSymbolicLink());
    assert.equal(await readlink(path.join(soft, 'dahlia.jpg')), there);
  });

  test('takes pictures out of a shard', async () => {
    const set = place('shards');
    await mkdir(set);
    const photo = await readFile(path.join(TOUR, 'dahlia.jpg'));
    const shard = tarOf([
      { name: '0001.jpg', bytes: photo },
      { name: '0001.txt', bytes: 'a dahlia' },
    ]);
    await writeFile(path.join(set, '00000.tar'), shard);
    const out = place('unpacked');
    const { status, stderr } = await pairlens(['export', set, '--as', 'sidecar', '--out', out]);
    assert.equal(status, 0, stderr);
    assert.ok(photo.equals(await readFile(path.join(out, '00000/0001.jpg'))));
    assert.equal(await readFile(path.join(out, '00000/0001.txt'), 'utf8'), 'a dahlia');
  });

  test('packs shards that hold the same pairs, and the same bytes each time', async () => {
    const set = place('to-pack');
    await mkdir(path.join(set, 'sub'), { recursive: true });
    const photos = ['dahlia.jpg', 'fig.jpg', 'windmill.png'];
    for (const name of photos) await cp(path.join(TOUR, name), path.join(set, 'sub', name));
    const rows = [
      { image: 'sub/dahlia.jpg', captions: ['a dahlia'] },
      { image: 'sub/fig.jpg', captions: ['a fig, cut open'] },
      { image: 'sub/windmill.png', captions: ['a windmill'] },
    ];
    await writeFile(
      path.join(set, 'captions.jsonl'),
      rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    );
    const [out, again] = [place('packed'), place('packed-again')];
    for (const to of [out, again]) {
      const { status, stderr } = await pairlens([
        ...['export', set, '--as', 'webdataset', '--out', to],
      ]);
      assert.equal(status, 0, stderr);
    }
    const shard = await readFile(path.join(out, '00000.tar'));
    assert.ok(shard.equals(await readFile(path.join(again, '00000.tar'))));
    const { stdout } = await pairlens(['--quiet', 'list', out, '--json', '--sort', 'name']);
    const listed = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { image: string; caption: string });
    assert.deepEqual(
      listed.map(({ image, caption }) => [image, caption]),
      [
        ['00000.tar/000000000.jpg', 'a dahlia'],
        ['00000.tar/000000001.jpg', 'a fig, cut open'],
        ['00000.tar/000000002.png', 'a windmill'],
      ],
    );
    const tar = spawnSync('tar', ['-xOf', path.join(out, '00000.tar'), '000000002.png']);
    assert.equal(tar.status, 0, String(tar.stderr));
    assert.ok(tar.stdout.equals(await readFile(path.join(TOUR, 'windmill.png'))));
  });

  test('writes lists for trainers that read one, and touches no picture', async () => {
    const set = place('listed');
    await mkdir(set, { recursive: true });
    const rows = [
      { image: 'dahlia.jpg', captions: ['a "red"\tdahlia\nin bloom', 'a second one'] },
      { image: 'fig.jpg', captions: ['a fig, cut open: 无花果'] },
      { image: 'windmill.png', captions: ['a windmill'] },
    ];
    for (const { image } of rows) await cp(path.join(TOUR, image), path.join(set, image));
    await writeFile(
      path.join(set, 'captions.jsonl'),
      rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    );
    const [dahlia, fig, windmill] = rows.map(({ image }) => path.join(set, image));
    const listed = async (as: string, file: string): Promise<string> => {
      const out = place(`list-${as}`);
      const done = await pairlens(['export', set, 'NOT name:windmill*', '--as', as, '--out', out]);
      assert.equal(done.status, 0, done.stderr);
      assert.match(done.stderr, /stay where they are/);
      const names = await readdir(out);
      assert.deepEqual(
        names.filter((name) => /\.(?:jpg|png)$/.test(name)),
        [],
      );
      return readFile(path.join(out, file), 'utf8');
    };
    assert.equal(await listed('files', 'kept.txt'), `${dahlia}\n${fig}\n`);
    assert.equal(
      await readFile(path.join(place('list-files'), 'dropped.txt'), 'utf8'),
      `${windmill}\n`,
    );
    const first = [rows[0]?.captions[0], rows[1]?.captions[0]];
    for (const [as, name] of [
      ['sd-scripts', 'metadata.json'],
      ['ai-toolkit', 'dataset.json'],
    ] as const) {
      const text = await listed(as, name);
      // ai-toolkit opens it in the encoding of the system.
      assert.match(text, /^[\0-\x7f]*$/);
      const data = JSON.parse(text) as Record<string, { caption: string }>;
      assert.deepEqual(Object.keys(data), [dahlia, fig]);
      assert.deepEqual(
        Object.values(data).map(({ caption }) => caption),
        first,
      );
    }
    const lines = (await listed('musubi-tuner', 'dataset.jsonl')).trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      [dahlia, fig].map((image, n) => ({ image_path: image, caption: first[n] })),
    );
    assert.equal(
      await listed('open-clip', 'train.tsv'),
      `filepath\ttitle\n${dahlia}\t"a ""red""\tdahlia\nin bloom"\n${dahlia}\ta second one\n${fig}\ta fig, cut open: 无花果\n`,
    );
  });

  test('says that no list can name a picture in an archive', async () => {
    const set = place('in-archive');
    await mkdir(set);
    const photo = await readFile(path.join(TOUR, 'fig.jpg'));
    await writeFile(
      path.join(set, '00000.tar'),
      tarOf([
        { name: '0.jpg', bytes: photo },
        { name: '0.txt', bytes: 'a fig' },
      ]),
    );
    const out = place('list-in-archive');
    const { status, stderr } = await pairlens(['export', set, '--as', 'files', '--out', out]);
    assert.equal(status, 2);
    assert.match(stderr, /00000\.tar.*can only name files/s);
    assert.deepEqual(await readdir(out), []);
  });

  test('overwrites nothing, and writes nothing into the dataset', async () => {
    const full = place('full');
    await mkdir(full);
    await writeFile(path.join(full, 'mine.txt'), 'mine');
    const refused = await pairlens(['export', TOUR, '--out', full]);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /is not empty/);
    assert.deepEqual(await readdir(full), ['mine.txt']);
    const inside = await pairlens(['export', TOUR, '--out', path.join(TOUR, 'clean')]);
    assert.equal(inside.status, 2);
    assert.match(inside.stderr, /inside the folder/);
    const nothing = await pairlens(['export', TOUR, '"no such words"', '--out', place('none')]);
    assert.equal(nothing.status, 2);
    assert.match(nothing.stderr, /No pair is left/);
  });
});
