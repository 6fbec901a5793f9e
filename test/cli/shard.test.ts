import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Outcome, pairlens, startPairlens, temporaryFolder } from '../support/commandLine.ts';
import { tarOf } from '../support/tarWriter.ts';
import { tourPairs } from '../support/tourPhotos.ts';

const SHARDS = 4;

interface Line {
  readonly kind: 'image' | 'pair' | 'finding' | 'shard';
  readonly image: string;
  readonly mismatch: number;
  readonly code: string;
  readonly message: string;
  readonly pairs: number;
  readonly embedding: string;
}

function linesOf(outcome: Outcome): Line[] {
  assert.equal(outcome.status, 0, outcome.stderr);
  return outcome.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

describe('pairlens learn, audit --model and shard', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let shards: string;
  let model: string;
  let cache: readonly string[];

  before(async () => {
    folder = await temporaryFolder();
    shards = path.join(folder.path, 'shards');
    model = path.join(folder.path, 'model.safetensors');
    cache = ['--cache', path.join(folder.path, 'cache')];
    await mkdir(shards);
    const pairs = await tourPairs();
    for (let s = 0; s < SHARDS; s++) {
      const entries = pairs
        .filter((_, n) => n % SHARDS === s)
        .flatMap(({ picture, extension, caption }, n) => {
          const name = `${s}${String(n).padStart(5, '0')}`;
          return [
            { name: `${name}${extension}`, bytes: picture },
            { name: `${name}.txt`, bytes: caption },
          ];
        });
      await writeFile(path.join(shards, `0000${s}.tar`), tarOf(entries));
    }
    const learnt = await pairlens(['learn', shards, '--out', model, ...cache]);
    assert.equal(learnt.status, 0, learnt.stderr);
    assert.match(learnt.stderr, /Learnt from \d+ pairs/);
  });
  after(() => folder.remove());

  const shard = (name: string): Promise<Outcome> =>
    pairlens(['shard', path.join(shards, name), '--model', model, '--quiet']);

  /** Judges bytes from standard input. */
  async function fromInput(name: string, bytes: Uint8Array): Promise<Outcome> {
    const args = ['shard', '-', '--name', name, '--model', model, '--quiet'];
    const { child, outcome } = startPairlens(args, { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin?.end(bytes);
    return outcome;
  }

  test('shards judged one by one have the probabilities of one audit of all of them by the same model', async () => {
    const file = path.join(folder.path, 'pairs.jsonl');
    const audit = ['audit', shards, '--model', model, '--pairs', file, '--fail-on', 'never'];
    assert.equal((await pairlens([...audit, ...cache])).status, 0);
    const whole = new Map(
      (await readFile(file, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Line)
        .map(({ image, mismatch }) => [image, mismatch]),
    );
    let judged = 0;
    for (let s = 0; s < SHARDS; s++) {
      const lines = linesOf(await shard(`0000${s}.tar`));
      const end = lines.at(-1)!;
      assert.equal(end.kind, 'shard');
      const pairs = lines.filter(({ kind }) => kind === 'pair');
      assert.equal(end.pairs, pairs.length);
      for (const { image, mismatch, embedding } of pairs) {
        assert.ok(Math.abs(mismatch - whole.get(image)!) < 1e-4, image);
        assert.equal(Buffer.from(embedding, 'base64').length, 2 * 384);
        judged++;
      }
    }
    assert.equal(judged, whole.size);
  });

  test('a shard from standard input is judged as the file is', async () => {
    const bytes = await readFile(path.join(shards, '00001.tar'));
    const { status, stdout } = await fromInput('00001.tar', bytes);
    assert.equal(status, 0);
    assert.equal(stdout, (await shard('00001.tar')).stdout);
  });

  test('a truncated shard is judged up to there, and what is no shard at all is a finding, too', async () => {
    const bytes = await readFile(path.join(shards, '00002.tar'));
    const cut = linesOf(await fromInput('00002.tar', bytes.subarray(0, bytes.length / 2)));
    assert.ok(cut.some(({ kind }) => kind === 'pair'));
    assert.ok(cut.some(({ code }) => code === 'unreadable-archive'));
    for (const [name, broken] of [
      ['00003.tar', bytes.subarray(0, 300)],
      ['00004.tar', new Uint8Array()],
      ['00005.parquet', new TextEncoder().encode('PAR1 this is no parquet file PAR1')],
    ] as const) {
      const lines = linesOf(await fromInput(name, broken));
      assert.deepEqual(
        lines.map(({ kind }) => kind),
        ['finding', 'shard'],
      );
      assert.equal(lines[0]!.code, 'unreadable-archive');
      assert.ok(!lines[0]!.message.includes('pairlens-shard-'), lines[0]!.message);
    }
  });

  test('what cannot be run ends with 2 and names the file', async () => {
    const one = path.join(shards, '00000.tar');
    const absent = await pairlens(['shard', path.join(shards, '9.tar'), '--model', model]);
    assert.equal(absent.status, 2);
    assert.match(absent.stderr, /There is no file .*9\.tar/);
    const wrong = await pairlens(['shard', one, '--model', one]);
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /00000\.tar cannot be used/);
    const nameless = await pairlens(['shard', '-', '--model', model]);
    assert.equal(nameless.status, 2);
    assert.match(nameless.stderr, /--name/);
    const text = await pairlens(['shard', model, '--model', model]);
    assert.equal(text.status, 2);
    assert.match(text.stderr, /no name of a shard/);
  });
});
