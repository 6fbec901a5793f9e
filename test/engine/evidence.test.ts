import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compromiseNouns } from '../../src/adapters/compromiseNouns.ts';
import { evidenceOf } from '../../src/core/audit/captionEvidence.ts';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import { wordsToEmbed } from '../../src/core/audit/vocabulary.ts';
import { matrix, row, type Matrix } from '../../src/core/matching/matrix.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { type JudgedDataset, judgeDataset } from '../../src/engine/audit/auditDataset.ts';
import { fakeVector } from '../support/fakeWorkspace.ts';
import { syntheticBank, syntheticWorld } from '../support/syntheticWorld.ts';

const reference = syntheticBank();
const D = reference.images.columns;
const THEMES = ['dog grass', 'train station', 'pizza plate', 'boat harbour', 'bed pillow'];
const PICTURES = 60;

/** Each thing is an axis of its own; other words are faint. */
function vectorOf(text: string): Float32Array {
  const things = THEMES.join(' ').split(' ');
  const vector = fakeVector(text, D).map((value) => 0.2 * value);
  for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
    const axis = things.indexOf(word);
    if (axis >= 0) vector[axis] = (vector[axis] ?? 0) + 1;
  }
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

function table(texts: readonly string[]): Matrix {
  const out = matrix(texts.length, D);
  for (const [t, text] of texts.entries()) row(out, t).set(vectorOf(text));
  return out;
}

/** Picture i shows theme i modulo 5 and something of its own. */
function shownBy(i: number): string {
  return `${THEMES[i % THEMES.length]} detail${String.fromCharCode(97 + (i % 26))}`;
}

/** Each picture has a caption of its theme; `given` replaces some. Texts and pictures meet in their words. */
async function judged(given: ReadonlyMap<number, string>): Promise<JudgedDataset> {
  const captions = Array.from({ length: PICTURES }, (_, i) => {
    const [thing = '', place = ''] = (THEMES[i % THEMES.length] ?? '').split(' ');
    return given.get(i) ?? `a ${thing} by the ${place} number ${i}`;
  });
  const { embedded } = syntheticWorld(PICTURES, { captions });
  const pictures = table(Array.from({ length: PICTURES }, (_, i) => shownBy(i)));
  const texts = table(embedded.texts.texts);
  const words = wordsToEmbed(captions);
  const whole: EmbeddedDataset = {
    ...embedded,
    images: { ...embedded.images, embedding: pictures, prior: pictures, visual: pictures },
    texts: { ...embedded.texts, embedding: texts, sentence: texts },
    words: { texts: words, embedding: table(words), sentence: table(words) },
  };
  return judgeDataset(whole, { reference, nouns: compromiseNouns });
}

function firstLine(context: JudgedDataset, p: number): string {
  const { imageRow, textRow } = context.embedded;
  const [line] = evidenceOf(context, imageRow[p]!, textRow[p]!);
  return line === undefined ? '' : inEnglish(line);
}

test('the first line says which words of a caption are not seen, and what is', async () => {
  const context = await judged(new Map([[0, 'a pizza and a boat']]));
  assert.match(
    firstLine(context, 0),
    /^No pizza or boat seen; (?:the picture shows|similar pictures show): (?:dog|grass|dog, grass|grass, dog)\.$/,
  );
});

test('only what is not seen is called so: the right words of a caption are not named', async () => {
  const context = await judged(
    new Map([
      [0, 'a dog in the harbour'],
      [6, 'a pillow at the station'],
    ]),
  );
  assert.match(firstLine(context, 0), /^No harbour seen/);
  assert.match(firstLine(context, 6), /^No pillow seen/);
});

test('a right caption has no line about words, and without nouns or embedded words nothing has', async () => {
  const context = await judged(new Map());
  assert.doesNotMatch(firstLine(context, 3), /seen/);
  const wrong = await judged(new Map([[0, 'a pizza and a boat']]));
  for (const without of [
    { ...wrong, nouns: undefined },
    { ...wrong, vocabulary: undefined },
  ]) {
    assert.doesNotMatch(firstLine(without, 0), /seen|show/);
  }
});

test('what all captions say is neither missed nor news', async () => {
  const everywhere = new Map(
    Array.from({ length: PICTURES }, (_, i) => [i, `a statue and a ${shownBy(i).split(' ')[0]}`]),
  );
  everywhere.set(0, 'a statue and a pizza');
  const context = await judged(everywhere);
  assert.doesNotMatch(firstLine(context, 0), /shows?: .*statue/);
});
