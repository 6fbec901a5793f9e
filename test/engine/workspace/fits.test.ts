import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PairLensError } from '../../../src/core/errors.ts';
import { type Matrix, row } from '../../../src/core/matching/matrix.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { FITTED_FILE, PARTIAL_FILE } from '../../../src/engine/audit/fittedFile.ts';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import type { DatasetFit, LiveWorkspace } from '../../../src/engine/workspace/workspace.ts';
import { fakeVector } from '../../support/fakeWorkspace.ts';
import { jsonlDataset, type LiveMemory, liveMemory, SETTINGS } from '../../support/liveMemory.ts';
import type { MemoryEntry } from '../../support/memoryFiles.ts';

const ROOT = '/data/set';
const FITTED = `${ROOT}/${FITTED_FILE}`;
const PARTIAL = `${ROOT}/${PARTIAL_FILE}`;
const N = 240;

/** Rows that say nothing of what is shown. */
function meaningless({ data, rows, columns }: Matrix, names: readonly string[]): Matrix {
  const out = { rows, columns, data: data.slice() };
  for (const [r, name] of names.entries()) {
    row(out, r).set(fakeVector(`q${name.replaceAll(' ', 'y')}`, columns));
  }
  return out;
}

/** Rows blurred by something that each name has by itself. */
function blurred({ data, rows, columns }: Matrix, names: readonly string[]): Matrix {
  const out = { rows, columns, data: data.slice() };
  for (const [r, name] of names.entries()) {
    const own = fakeVector(`z${name.replaceAll(' ', 'y')}`, columns);
    const to = row(out, r);
    own.forEach((value, c) => (to[c]! += 2 * value));
  }
  return out;
}

/** A dataset whose subject the encoders do not know: only looks and sentences are related. */
function unknownSubject(more: Readonly<Record<string, MemoryEntry>> = {}): LiveMemory {
  const memory = liveMemory(ROOT, { ...jsonlDataset(N), ...more });
  const { imageEncoder, textEncoder } = memory.ports;
  return {
    ...memory,
    ports: {
      ...memory.ports,
      imageEncoder: {
        ...imageEncoder,
        async encode(images) {
          const { embedding, visual } = await imageEncoder.encode(images);
          const shown = images.map(({ rgb }) => new TextDecoder().decode(rgb).replaceAll('\0', ''));
          const none = meaningless(embedding, shown);
          return { embedding: none, prior: none, visual: blurred(visual, shown) };
        },
      },
      textEncoder: {
        ...textEncoder,
        async encode(texts) {
          const { embedding, sentence } = await textEncoder.encode(texts);
          // Not the names of the images, so that what is a text's own has nothing to do with them.
          const own = texts.map((text) => `text ${text}`);
          return { embedding: meaningless(embedding, own), sentence: blurred(sentence, own) };
        },
      },
    },
  };
}

async function opened(memory: LiveMemory): Promise<LiveWorkspace> {
  const live = openWorkspace(memory.files, () => Promise.resolve(memory.ports), SETTINGS);
  await live.refresh([ROOT], {});
  return live;
}

test('fitting in an editor writes the fit that audits then use, and dropping it brings the old audit back', async () => {
  const memory = unknownSubject();
  const live = await opened(memory);
  const known = (): DatasetFit | undefined => live.datasets[0]?.fit;
  assert.equal(known(), undefined);
  const matches = (): (number | undefined)[] =>
    live.pairsInFile(`${ROOT}/metadata.jsonl`).map(({ match }) => match);
  const before = matches();
  const phases: Progress[] = [];
  const [fit, ...others] = await live.fits.fit({ onProgress: (progress) => phases.push(progress) });
  assert.deepEqual(others, []);
  assert.equal(fit?.outcome.kind, 'fitted', JSON.stringify(fit));
  assert.ok(phases.some(({ phase, done, total }) => phase === 'fit' && done > 0 && done <= total));
  await live.refresh([ROOT], {});
  assert.deepEqual(known(), { heldOut: fit.outcome.heldOut, isUsed: true });
  assert.notDeepEqual(matches(), before);
  assert.deepEqual(await live.fits.drop(), [FITTED]);
  assert.deepEqual(await live.fits.drop(), []);
  await live.refresh([ROOT], {});
  assert.equal(known(), undefined);
  assert.deepEqual(matches(), before);
});

test('user requests go before a fit, which waits for them', async () => {
  const live = await opened(unknownSubject());
  const fitted = live.fits.fit({});
  let isDone = false;
  void fitted.then(() => (isDone = true));
  await live.first(async () => {
    for (let turn = 0; turn < 2000; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isDone, false);
  });
  assert.equal((await fitted).length, 1);
});

test('a fit that is cancelled, or whose workspace is closed, stops, and goes on after its last round', async () => {
  const memory = unknownSubject();
  const live = await opened(memory);
  const signal = { aborted: false };
  const cancelled = live.fits.fit({
    signal,
    onProgress: ({ phase, done }) => (signal.aborted = phase === 'fit' && done > 0),
  });
  await assert.rejects(live.fits.fit({}), /A fit is running already/);
  await assert.rejects(cancelled, (error) => PairLensError.is(error, 'cancelled'));
  assert.ok(memory.files.entries.has(PARTIAL));
  assert.ok(!memory.files.entries.has(FITTED));
  const closed = live.fits.fit({
    onProgress: ({ phase }) => {
      if (phase === 'fit') void live.close();
    },
  });
  await assert.rejects(closed, (error) => PairLensError.is(error, 'cancelled'));
  const again = await opened(memory);
  const rounds: number[] = [];
  const [fit] = await again.fits.fit({
    onProgress: ({ phase, done }) => {
      if (phase === 'fit') rounds.push(done);
    },
  });
  assert.equal(fit?.outcome.kind, 'fitted');
  assert.deepEqual(rounds, [0, 2]);
  assert.ok(!memory.files.entries.has(PARTIAL));
});

test('a config file that names another fit, or none, is said with the result', async () => {
  const config = JSON.stringify({ fitted: 'none' });
  const live = await opened(unknownSubject({ 'pairlens.config.json': config }));
  const [fit] = await live.fits.fit({});
  assert.equal(fit?.outcome.kind, 'fitted');
  assert.equal(fit.configured, 'none');
  await live.refresh([ROOT], {});
  assert.equal(live.datasets[0]?.fit, undefined);
});
