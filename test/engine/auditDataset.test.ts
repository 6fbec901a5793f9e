import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Detected } from '../../src/core/audit/detectors/detector.ts';
import type { Fix } from '../../src/core/audit/finding.ts';
import { DEFAULT_LEVELS, type Levels } from '../../src/core/audit/rules.ts';
import { PairLensError } from '../../src/core/errors.ts';
import { auroc } from '../../src/core/matching/auroc.ts';
import { type Matrix, matrix, releasableMatrix, row } from '../../src/core/matching/matrix.ts';
import type { TextEncoder } from '../../src/core/ports.ts';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import { type AuditOptions, auditDataset } from '../../src/engine/audit/auditDataset.ts';
import { findingsAt } from '../../src/engine/audit/reportedFindings.ts';
import type { DatasetAudit } from '../../src/engine/audit/datasetAudit.ts';
import { exchanged, syntheticBank, syntheticWorld } from '../support/syntheticWorld.ts';
import { inEnglish, sentence } from '../../src/core/text/sentence.ts';

const reference = syntheticBank();
function audit(embedded: EmbeddedDataset, more: Partial<AuditOptions> = {}): Promise<DatasetAudit> {
  return auditDataset(embedded, { levels: DEFAULT_LEVELS, reference, ...more });
}
function mismatches(result: DatasetAudit): number[] {
  return result.pairs.map((pair) => pair!.mismatch);
}

test('wrong captions are told from right ones, and the estimated share is near the true one', async () => {
  for (const share of [0.05, 0.2, 0.4]) {
    const { embedded, wrong } = syntheticWorld(300, { given: exchanged(300, share) });
    const result = await audit(embedded);
    assert.ok(auroc(mismatches(result), wrong) > 0.97);
    assert.ok(Math.abs(result.estimate!.wrongShare - share) < 0.05);
  }
});

test('an audit that gives the embeddings back finds the same, excluded captions included', async () => {
  const releasable = (m: Matrix): Matrix => {
    const out = releasableMatrix(m.rows, m.columns);
    out.data.set(m.data);
    return out;
  };
  const { embedded } = syntheticWorld(200, { given: exchanged(200, 0.1) });
  const { images, texts } = embedded;
  const given: EmbeddedDataset = {
    ...embedded,
    images: {
      ...images,
      embedding: releasable(images.embedding),
      prior: releasable(images.prior),
      visual: releasable(images.visual),
    },
    texts: {
      ...texts,
      embedding: releasable(texts.embedding),
      sentence: releasable(texts.sentence),
    },
  };
  const decisions = embedded.dataset.pairs.map((_, p) => (p % 40 === 3 ? 'excluded' : undefined));
  const kept = await audit(embedded, { decisions });
  const released = await audit(given, { decisions, releases: true });
  assert.deepEqual(released, kept);
  assert.equal(given.images.embedding.data.length, 0);
  assert.equal(given.texts.sentence.data.length, 0);
  assert.deepEqual(given.images.visual.data, images.visual.data);
});

test('the probability is honest: of captions judged wrong at about p, about p are wrong', async () => {
  const { embedded, wrong } = syntheticWorld(600, { given: exchanged(600, 0.25) });
  const p = mismatches(await audit(embedded));
  const expected = p.reduce((sum, value) => sum + value, 0) / 600;
  assert.ok(Math.abs(expected - 0.25) < 0.04);
  const flagged = p.map((value, i) => ({ value, wrong: wrong[i]! })).filter((x) => x.value > 0.5);
  const promised = flagged.reduce((sum, x) => sum + x.value, 0) / flagged.length;
  const kept = flagged.filter((x) => x.wrong).length / flagged.length;
  assert.ok(Math.abs(promised - kept) < 0.1, `promised ${promised}, kept ${kept}`);
});

test('two exchanged captions are reported as a swap on both pairs, each naming the other, and not again as mismatches', async () => {
  const given = Array.from({ length: 60 }, (_, i) => i);
  [given[7], given[20]] = [20, 7];
  const { findings, pairs } = await audit(syntheticWorld(60, { given, seed: 2 }).embedded);
  const swapped = findings.filter(({ code }) => code === 'captions-swapped');
  assert.deepEqual(swapped.map(({ pair }) => pair).sort(), [20, 7]);
  for (const { pair, relatedPairs } of swapped)
    assert.deepEqual(relatedPairs, [pair === 7 ? 20 : 7]);
  assert.ok(
    findings.every(({ code, pair }) => code !== 'caption-mismatch' || (pair !== 7 && pair !== 20)),
  );
  assert.ok(pairs[7]!.findings.includes('captions-swapped'));
});

test('right captions of one topic are not called wrong: the estimate stays low, and the five that fit least are told', async () => {
  for (const n of [20, 40, 120, 300]) {
    for (const seed of [1, 2]) {
      const { embedded } = syntheticWorld(n, { oneTopic: true, seed });
      const { findings, estimate, leastFitting } = await audit(embedded);
      const doubted = findings.filter(({ code }) => code === 'caption-mismatch');
      assert.equal(doubted.length, 0, `${doubted.length} of ${n}`);
      assert.ok(estimate!.wrongShare < 0.08, `${estimate!.wrongShare} of ${n}`);
      assert.equal(estimate!.incomparable, 'too-alike');
      assert.equal(leastFitting!.length, 5);
    }
  }
  const mixed = await audit(syntheticWorld(120).embedded);
  assert.equal(mixed.estimate!.incomparable, undefined);
  assert.equal(mixed.leastFitting, undefined);
});

test('of a handful of pairs it is said that they are too few, whatever their captions; none is called wrong', async () => {
  for (const oneTopic of [false, true]) {
    for (const n of [1, 2, 3]) {
      const { findings, estimate, leastFitting } = await audit(
        syntheticWorld(n, { oneTopic }).embedded,
      );
      assert.equal(estimate!.incomparable, 'too-few', `${n} pairs`);
      // A list of all of them says nothing.
      assert.deepEqual(leastFitting, []);
      assert.deepEqual(
        findings.filter(({ code }) => code === 'caption-mismatch'),
        [],
      );
    }
  }
});

test('captions from elsewhere are found where captions are too alike to be judged against one another', async () => {
  const { embedded } = syntheticWorld(120, { oneTopic: true });
  const { captions, sentences } = reference;
  const { texts } = embedded;
  const strange = [17, 40, 77, 101];
  const planted = (m: typeof captions, from: typeof captions): typeof captions => {
    const out = { ...m, data: m.data.slice() };
    strange.forEach((t, n) => out.data.set(row(from, 5 + 13 * n), t * m.columns));
    return out;
  };
  const { estimate, ...result } = await audit({
    ...embedded,
    texts: {
      ...texts,
      embedding: planted(texts.embedding, captions),
      sentence: planted(texts.sentence, sentences),
    },
  });
  assert.equal(estimate!.incomparable, 'too-alike');
  const p = mismatches(result);
  const ofStrange = strange.map((i) => p[i]!);
  assert.ok(Math.min(...ofStrange) > Math.max(...p.filter((_, i) => !strange.includes(i))));
  assert.ok(ofStrange.filter((each) => each > 0.5).length >= 3, ofStrange.join());
  assert.ok(p.every((each, i) => strange.includes(i) || each < 0.2));
});

test('the order and the names of the files change no verdict', async () => {
  const { embedded } = syntheticWorld(150, { given: exchanged(150, 0.2) });
  const before = mismatches(await audit(embedded));
  const order = before.map((_, p) => (p * 67) % 150);
  const { dataset } = embedded;
  const after = mismatches(
    await audit({
      ...embedded,
      dataset: {
        ...dataset,
        pairs: order.map((p, at) => ({ ...dataset.pairs[p]!, image: `renamed ${at}.jpg` })),
      },
      imageRow: Int32Array.from(order, (p) => embedded.imageRow[p]!),
      textRow: Int32Array.from(order, (p) => embedded.textRow[p]!),
    }),
  );
  order.forEach((p, at) => assert.ok(Math.abs(before[p]! - after[at]!) < 1e-3));
});

test('a wrong caption says why in words and offers the captions that fit better', async () => {
  const given = Array.from({ length: 200 }, (_, i) => i);
  [given[3], given[50], given[101], given[150]] = [50, 101, 150, 3];
  const { findings } = await audit(syntheticWorld(200, { given }).embedded);
  const mismatch = findings.find(({ code, pair }) => code === 'caption-mismatch' && pair === 3);
  assert.ok(mismatch);
  assert.match(mismatch.evidence.map(inEnglish).join(' '), /fits \d+ other images? better/);
  assert.ok(
    mismatch.fixes.some(
      (fix) => fix.kind === 'replace-caption' && fix.caption === 'caption of picture 3',
    ),
  );
});

test('no number of pairs from none to twenty crashes or gives a probability outside 0 and 1', async () => {
  for (const n of [0, 1, 2, 3, 5, 20]) {
    const result = await audit(syntheticWorld(n).embedded);
    assert.equal(result.pairs.length, n);
    for (const p of mismatches(result)) assert.ok(p >= 0 && p <= 1, `${p} of ${n}`);
    assert.equal(result.estimate === undefined, n === 0);
  }
});

test('a dataset whose captions are all the same is judged without NaN', async () => {
  const captions = new Array<string>(30).fill('a photo');
  for (const p of mismatches(await audit(syntheticWorld(30, { captions }).embedded))) {
    assert.ok(p >= 0 && p <= 1);
  }
});

test('one image with 500 captions is judged', async () => {
  const { embedded } = syntheticWorld(500);
  const one: EmbeddedDataset = { ...embedded, imageRow: new Int32Array(500) };
  for (const p of mismatches(await audit(one))) assert.ok(p >= 0 && p <= 1);
});

test('the same bytes under two names are one exact duplicate and do not vote for each other', async () => {
  const same = Array.from({ length: 40 }, (_, i) => (i === 9 ? 8 : i));
  const { findings } = await audit(syntheticWorld(40, { same }).embedded);
  const found = findings.filter(({ code }) => code === 'exact-duplicate');
  assert.deepEqual(
    found.map(({ image, relatedFiles }) => [image, ...relatedFiles]),
    [['8.jpg', '9.jpg']],
  );
});

test('captions in another language are reported once and never as mismatched', async () => {
  const captions = Array.from({ length: 100 }, (_, i) =>
    i < 30 ? `ein Bild Nummer ${i}` : `caption ${i}`,
  );
  const { embedded } = syntheticWorld(100, { captions, given: exchanged(100, 0.4) });
  const languages = { detect: (text: string) => (text.startsWith('ein') ? 'de' : 'en') };
  const { findings, pairs } = await audit(embedded, { languages });
  assert.equal(findings.filter(({ code }) => code === 'language-not-judged').length, 1);
  for (const { code, caption } of findings) {
    if (code === 'caption-mismatch') assert.ok(!caption!.startsWith('ein'));
  }
  const german = embedded.dataset.pairs.flatMap(({ caption }, p) =>
    caption.startsWith('ein') ? [pairs[p]!.mismatch] : [],
  );
  assert.equal(new Set(german).size, 1);
});

test('a level of off removes a finding from the list and from the pairs', async () => {
  const { embedded } = syntheticWorld(100, { given: exchanged(100, 0.3) });
  const levels = {
    ...DEFAULT_LEVELS,
    'caption-mismatch': 'off',
    'captions-swapped': 'off',
  } as const;
  const { findings, pairs } = await audit(embedded, { levels });
  assert.ok(findings.every(({ code }) => code !== 'caption-mismatch'));
  assert.ok(pairs.every((pair) => !pair!.findings.includes('caption-mismatch')));
});

test('two runs give the same result, and an aborted one says it was cancelled', async () => {
  const { embedded } = syntheticWorld(80, { given: exchanged(80, 0.2) });
  assert.deepEqual(await audit(embedded), await audit(embedded));
  await assert.rejects(audit(embedded, { signal: { aborted: true } }), (error) =>
    PairLensError.is(error, 'cancelled'),
  );
});

test('words are weighed for pairs that can be judged, counted as they go, and stopped when asked', async () => {
  const { embedded } = syntheticWorld(60);
  const texts: string[] = [];
  const encoder: TextEncoder = {
    modelId: 'synthetic',
    batchSize: 4,
    encode(batch) {
      texts.push(...batch);
      const rows = matrix(batch.length, embedded.texts.embedding.columns);
      const opposite = batch.indexOf('dog 7');
      if (opposite >= 0)
        row(rows, opposite).set(row(embedded.images.embedding, 7).map((value) => -value));
      return Promise.resolve({ embedding: rows, sentence: rows });
    },
  };
  const clock = { now: () => performance.now() };
  const captions = embedded.dataset.pairs.map((pair, p) => ({
    ...pair,
    caption: p === 3 ? 'dog' : `red dog ${p}`,
  }));
  const worded = { ...embedded, dataset: { ...embedded.dataset, pairs: captions } };
  const seen: number[] = [];
  const { words } = await audit(worded, {
    decisions: captions.map((_, p) => (p === 5 ? 'excluded' : undefined)),
    words: { encoder, clock },
    onProgress: ({ phase, done }) => {
      if (phase === 'words') seen.push(done);
    },
  });
  assert.equal(words?.length, 60);
  assert.equal(words[5], undefined);
  assert.deepEqual(
    words[7]?.map(({ text, start, end }) => [text, start, end]),
    [
      ['red', 0, 3],
      ['dog', 4, 7],
    ],
  );
  assert.deepEqual(words[3], [], 'one word has nothing to be compared with');
  // Captions are rows of zeros but for `dog 7`, which lies opposite to the image: `red` is what makes it fit.
  assert.ok(words[7][0]!.support > 0.5 && words[7][1]!.support === 0);
  assert.ok(!texts.includes('red dog 5') && texts.includes('dog 7') && texts.includes('red 7'));
  assert.equal(seen.at(-1), 60);
  const signal = { aborted: false };
  const stopping = {
    ...encoder,
    encode: (batch: readonly string[]) => {
      signal.aborted = true;
      return encoder.encode(batch);
    },
  };
  await assert.rejects(audit(worded, { words: { encoder: stopping, clock }, signal }), (error) =>
    PairLensError.is(error, 'cancelled'),
  );
  assert.equal((await audit(worded)).words, undefined);
});

test('a caption that a reported swap gives back to its image is not suggested for a third one', () => {
  const about = { file: 'a.txt', evidence: [], confidence: 0.9, relatedFiles: [] };
  const message = sentence('The caption does not seem to describe this image ({0} sure).', '90 %');
  const suggest = (caption: string): Fix => ({
    kind: 'replace-caption',
    caption,
    match: 0.7,
    homeless: true,
  });
  const swap = (pair: number, other: number, caption: string): Detected => ({
    ...{ ...about, code: 'captions-swapped', message, pair, caption, relatedPairs: [other] },
    fixes: [{ kind: 'swap-captions', pair, other }],
  });
  const mismatch: Detected = {
    ...{ ...about, code: 'caption-mismatch', message, pair: 3, caption: 'a bus', relatedPairs: [] },
    fixes: [suggest('a dog'), suggest('a tower'), { kind: 'mark-verified' }],
  };
  const detected = [swap(1, 2, 'a dog'), swap(2, 1, 'a cat'), mismatch];
  const suggested = (levels: Levels): string[] =>
    findingsAt(levels, detected)
      .filter(({ code }) => code === 'caption-mismatch')
      .flatMap(({ fixes }) => fixes)
      .flatMap((fix) => (fix.kind === 'replace-caption' ? [fix.caption] : []));
  assert.deepEqual(suggested(DEFAULT_LEVELS), ['a tower']);
  assert.deepEqual(suggested({ ...DEFAULT_LEVELS, 'captions-swapped': 'off' }), [
    'a dog',
    'a tower',
  ]);
});
