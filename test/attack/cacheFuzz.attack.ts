import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { attackFolder, smallDataset } from './support/data.ts';
import { inLanes } from './support/lanes.ts';
import { seededRandom, trials } from './support/trials.ts';
import { Trial } from './support/trial.ts';

/*
 * A cache is damaged at random, as a failing disk, a power cut or another program might; then an audit must have the
 * very findings and probabilities it has without a cache.
 */

const root = await attackFolder('fuzz');
const random = seededRandom('cacheFuzz');
const PAGE = 4096;

const page = (bytes: Buffer): number => PAGE * random.int(Math.floor(bytes.length / PAGE));
const flip = (bytes: Buffer): void => {
  const at = random.int(bytes.length);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.int(8)), at);
};
const noise = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => random.int(256)));

const damages: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  oneBit(bytes) {
    flip(bytes);
    return bytes;
  },
  twentyBits(bytes) {
    for (let i = 0; i < 20; i++) flip(bytes);
    return bytes;
  },
  oneByteOfTheListing(bytes) {
    bytes.writeUInt8(random.int(256), bytes.length - 1 - random.int(600));
    return bytes;
  },
  garbage(bytes) {
    noise(512).copy(bytes, random.int(bytes.length - 512));
    return bytes;
  },
  zeroPage(bytes) {
    const at = page(bytes);
    return bytes.fill(0, at, at + PAGE);
  },
  pagesExchanged(bytes) {
    const [a, b] = [page(bytes), page(bytes)];
    const kept = Buffer.from(bytes.subarray(a, a + PAGE));
    bytes.copyWithin(a, b, b + PAGE);
    kept.copy(bytes, b);
    return bytes;
  },
  cutOff: (bytes) => bytes.subarray(0, random.int(bytes.length)),
  grown: (bytes) => Buffer.concat([bytes, noise(1 + random.int(3000))]),
  bytesLost(bytes) {
    const at = random.int(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.int(100))]);
  },
  nothingButNoise: (bytes) => noise(bytes.length),
};

test('whatever is wrong with the cache, the findings are right', async () => {
  const dataset = path.join(root, 'set');
  await smallDataset(dataset, 16);
  const reference = new Trial(dataset, path.join(root, 'reference'));
  const warm = await reference.run();
  assert.equal(warm.status, 0, warm.stderr);
  const wanted = reference.result;
  const [folder] = readdirSync(reference.cache);
  assert.ok(folder);
  const names = readdirSync(path.join(reference.cache, folder));
  const outcomes = new Map<string, number>();
  // Made before they are run, so that a seed repeats them whichever ends first.
  const damaged = await Promise.all(
    Array.from({ length: trials(10) }, async (_, n) => {
      const kind = Object.keys(damages)[n % Object.keys(damages).length] ?? '';
      const name = random.pick(names);
      const whole = await readFile(path.join(reference.cache, folder, name));
      return { n, kind, name, bytes: damages[kind]?.(Buffer.from(whole)) ?? whole };
    }),
  );
  await inLanes(damaged, async ({ n, kind, name, bytes }) => {
    const trial = new Trial(dataset, path.join(root, String(n)));
    await mkdir(trial.cache, { recursive: true });
    await cp(reference.cache, trial.cache, { recursive: true, preserveTimestamps: true });
    await writeFile(path.join(trial.cache, folder, name), bytes);
    const ended = await trial.run();
    trial.check(ended, wanted, `trial ${n}, ${kind}`);
    const outcome = ended.stderr.includes('damaged') ? 'told and replaced' : 'not noticeable';
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    await trial.remove();
  });
  console.log('cacheFuzz:', JSON.stringify(Object.fromEntries(outcomes)));
});
