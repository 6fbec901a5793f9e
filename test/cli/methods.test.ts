import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { type Outcome, pairlens, temporaryFolder } from '../support/commandLine.ts';
import { fixturePack } from '../support/fixtureEncoders.ts';
import { writeGoodPairs } from '../support/photos.ts';

const evaluation = z.object({
  datasets: z.array(
    z.object({
      matchers: z.array(z.object({ id: z.string(), transductive: z.boolean() })),
      injectedNoise: z.object({ aurocPairScore: z.number() }),
    }),
  ),
});
const methods = z.object({
  methods: z.array(
    z.object({ id: z.string(), kind: z.string(), does: z.string(), runs: z.string().nullable() }),
  ),
});
const result = z.object({ results: z.array(z.object({ image: z.string() })) });

describe('matching methods of the command line', { timeout: 240_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let set: string;

  before(async () => {
    folder = await temporaryFolder();
    set = path.join(folder.path, 'set');
    await writeGoodPairs(set, 12);
  });
  after(() => folder.remove());

  const run = (...args: string[]): Promise<Outcome> =>
    pairlens(['--cache', path.join(folder.path, 'cache'), ...args], {
      env: { PAIRLENS_ENCODERS: path.join(folder.path, 'encoders') },
    });

  test('a scorer of a pack is measured beside the cosine, and orders a search', async () => {
    const scorer = path.join(fixturePack(), 'scan-t2i-avg');
    const measured = await run('eval', set, '--matcher', scorer, '--json', '--seeds', '1');
    assert.equal(measured.status, 0, measured.stderr);
    const [dataset] = evaluation.parse(JSON.parse(measured.stdout)).datasets;
    assert.deepEqual(dataset!.matchers, [
      { id: 'cosine', transductive: false },
      { id: 'nnn', transductive: true },
      { id: 'scan-t2i-avg', transductive: false },
    ]);

    const found = async (...args: string[]): Promise<string[]> => {
      const { status, stdout, stderr } = await run('search', set, 'a dog', '--json', ...args);
      assert.equal(status, 0, stderr);
      return result.parse(JSON.parse(stdout)).results.map(({ image }) => image);
    };
    const plain = await found('--top', '12');
    const ordered = await found('--top', '12', '--matcher', scorer, '--rerank', '5');
    assert.deepEqual(ordered.slice(0, 5).sort(), plain.slice(0, 5).sort());
    assert.notDeepEqual(ordered.slice(0, 5), plain.slice(0, 5));
    assert.deepEqual(ordered.slice(5), plain.slice(5));
  });

  test('methods says what each is, and how those of a pack in the folder of encoders are named', async () => {
    const listed = async (): Promise<z.infer<typeof methods>['methods']> =>
      methods.parse(JSON.parse((await run('methods', '--json')).stdout)).methods;
    const without = await listed();
    assert.equal(without.find(({ id }) => id === 'gsmn')?.runs, null);
    assert.equal(without.find(({ id }) => id === 'qb-norm')?.runs, 'qb-norm');
    assert.match((await run('methods')).stdout, /do not ship.*zoo -- pack/s);

    await mkdir(path.join(folder.path, 'encoders'));
    await symlink(fixturePack(), path.join(folder.path, 'encoders', 'zoo'));
    assert.equal((await listed()).find(({ id }) => id === 'gsmn')?.runs, 'zoo/gsmn');
    const { status, stderr } = await run('search', set, 'a dog', '--matcher', 'zoo/gsmn');
    assert.equal(status, 0, stderr);
  });

  test('a method without weights, and a name that is none, are told with what to do', async () => {
    const noWeights = await run('eval', set, '--matcher', 'm-rnn');
    assert.equal(noWeights.status, 2);
    assert.match(noWeights.stderr, /weights do not ship.*--matcher PACK\/m-rnn/s);
    const noFolder = await run('eval', set, '--matcher', path.join(folder.path, 'nothing'));
    assert.match(noFolder.stderr, /neither a matcher nor a folder with scorer\.json/);
    const unknown = await run('search', set, 'a dog', '--matcher', 'magic');
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /Give one of nnn, cosine/);
  });
});
