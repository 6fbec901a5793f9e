import assert from 'node:assert/strict';
import { cp, mkdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';

const TOUR = path.resolve(import.meta.dirname, '../../samples/tour');

interface Line {
  readonly image: string;
  readonly caption: string | null;
  readonly match: number | null;
  readonly findings: readonly string[];
  readonly width: number | null;
}

async function listed(...args: string[]): Promise<Line[]> {
  const { status, stdout } = await pairlens(['--quiet', 'list', TOUR, ...args, '--json']);
  assert.equal(status, 0);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

describe('pairlens list', () => {
  test('prints every pair and every image without caption once', async () => {
    const all = await listed();
    assert.equal(new Set(all.map(({ image }) => image)).size, all.length);
    const without = all.filter(({ caption }) => caption === null).map(({ image }) => image);
    assert.deepEqual(without.sort(), ['animals/duck.jpg', 'mountain_trail.jpg']);
    assert.ok(all.every(({ width }) => width === null || width > 0));
  });

  test('selects and sorts', async () => {
    const doubtful = await listed('match<0.9 sort:-match');
    const matches = doubtful.map(({ match }) => match ?? NaN);
    assert.ok(matches.length > 2);
    assert.ok(matches.every((match) => match < 0.9));
    assert.deepEqual(
      matches,
      [...matches].sort((a, b) => b - a),
    );
    const swapped = await listed('rule:captions-swapped', '--sort', 'name');
    assert.deepEqual(
      swapped.map(({ image }) => image),
      ['drum_kit.jpg', 'honey_bee.jpg'],
    );
    const duplicates = await listed('rule:exact-duplicate');
    assert.ok(duplicates.length >= 2, 'all images of the group');
    assert.equal((await listed('--limit', '3')).length, 3);
  });

  test('by meaning and by likeness: the best first; tokens', async () => {
    const koalas = await listed('~"a koala in a tree"', '--limit', '3');
    assert.ok(
      koalas.some(({ image }) => image === 'animals/koala.jpg'),
      koalas.map(({ image }) => image).join(', '),
    );
    const alike = await listed('similar:koala.jpg', '--limit', '1');
    assert.deepEqual(
      alike.map(({ image }) => image),
      ['animals/koala.jpg'],
    );
    assert.equal((await listed('tokens>5 tokens<=5')).length, 0);
    assert.ok((await listed('tokens>5')).length > 10);
    const { status, stderr } = await pairlens(['list', TOUR, 'similar:nowhere.jpg']);
    assert.equal(status, 2);
    assert.match(stderr, /There is no image nowhere\.jpg/u);
  });

  test('for reading: a line for each pair, its findings in brackets', async () => {
    const { status, stdout, stderr } = await pairlens([
      'list',
      TOUR,
      'koala OR "red double-decker"',
    ]);
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^0\.\d\d {2}animals\/koala\.jpg {2}"A red.*" {2}\[caption-mismatch\]\n$/u,
    );
    assert.match(stderr, /1 pair\n/u);
  });

  test('says where a query is wrong before it reads anything', async () => {
    const { status, stdout, stderr } = await pairlens(['list', '/nowhere', 'cat match<x']);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /Query, character 5, match<x: Write a number/u);
  });

  test('by the date of the picture, and by a saved view of the folder', async () => {
    const temporary = await temporaryFolder();
    try {
      const set = path.join(temporary.path, 'set');
      await mkdir(set);
      const photos = ['fig.jpg', 'dahlia.jpg', 'windmill.png'];
      for (const [n, name] of photos.entries()) {
        await cp(path.join(TOUR, name), path.join(set, name));
        await writeFile(path.join(set, `${path.parse(name).name}.txt`), `a ${name}\n`);
        await utimes(path.join(set, name), 0, 1_700_000_000 + 60 * n);
      }
      const views = { 'Newest photos': 'name:*.jpg sort:-date', Broken: '(fig' };
      await writeFile(path.join(set, 'pairlens.config.json'), JSON.stringify({ views }));
      const imagesOf = async (...args: string[]): Promise<string[]> => {
        const { status, stdout, stderr } = await pairlens(['list', set, ...args, '--json']);
        assert.equal(status, 0, stderr);
        const lines = stdout.trimEnd().split('\n');
        return lines.map((line) => (JSON.parse(line) as Line).image);
      };
      assert.deepEqual(await imagesOf('sort:date'), photos);
      assert.deepEqual(await imagesOf('--sort', '-date'), [...photos].reverse());
      assert.deepEqual(await imagesOf('--view', 'Newest photos'), ['dahlia.jpg', 'fig.jpg']);
      const [fig] = (await pairlens(['--quiet', 'list', set, 'fig', '--json'])).stdout.split('\n');
      assert.equal(
        (JSON.parse(fig ?? '') as { modified: string }).modified,
        '2023-11-14T22:13:20.000Z',
      );
      const refused: readonly (readonly [string[], RegExp])[] = [
        [['--view', 'Other'], /There is no view Other.*Newest photos, Broken/s],
        [['cat', '--view', 'Broken'], /not both/],
        [['--view', 'Broken'], /bracket is not closed/],
      ];
      for (const [args, expected] of refused) {
        const { status, stderr } = await pairlens(['list', set, ...args]);
        assert.equal(status, 2);
        assert.match(stderr, expected);
      }
    } finally {
      await temporary.remove();
    }
  });
});
