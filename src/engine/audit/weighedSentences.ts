import { SentenceFits, type SentenceRows } from '../../core/audit/sentenceFits.ts';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { centred } from '../../core/matching/centring.ts';
import { gatheredRows } from '../../core/matching/scoreBlocks.ts';
import { captionSentences } from '../../core/text/captionSentences.ts';
import type { EncodeCaptions } from '../indexing/indexCaptions.ts';
import type { JudgedDataset } from './auditDataset.ts';
import type { WordedPair } from './doubtfulWords.ts';

/** Sentences drawn for comparison. */
const DRAWN = 300;
/** Captions whose sentences are encoded at once. */
const CAPTIONS_AT_ONCE = 300;

/**
 * Compares the sentences of all longer captions with their images; undefined if there are none.
 * @param pause awaited between the steps
 * @throws PairLensError `cancelled`.
 */
export async function fitSentences(
  context: JudgedDataset,
  pairs: readonly WordedPair[],
  encode: EncodeCaptions,
  pause: () => Promise<void>,
  signal: CancelSignal | undefined,
): Promise<SentenceFits | undefined> {
  const long = pairs.filter(({ caption }) => captionSentences(caption).length > 0);
  if (long.length === 0) return undefined;
  const all = long.flatMap(({ caption }) => captionSentences(caption).map(({ text }) => text));
  const stride = Math.max(1, Math.floor(all.length / DRAWN));
  const drawn = all.filter((_, s) => s % stride === 0);
  const fits = new SentenceFits(await rowsOf(context, drawn, encode, signal));
  for (let start = 0; start < long.length; start += CAPTIONS_AT_ONCE) {
    await pause();
    await addSentences(context, fits, long.slice(start, start + CAPTIONS_AT_ONCE), encode, signal);
  }
  fits.calibrate();
  return fits;
}

/** Compares the sentences of some captions with their images. @throws PairLensError `cancelled`. */
export async function addSentences(
  context: JudgedDataset,
  fits: SentenceFits,
  pairs: readonly WordedPair[],
  encode: EncodeCaptions,
  signal: CancelSignal | undefined,
): Promise<void> {
  const long = pairs
    .map((pair) => ({ ...pair, sentences: captionSentences(pair.caption) }))
    .filter(({ sentences }) => sentences.length > 0);
  if (long.length === 0) return;
  const texts = long.flatMap(({ sentences }) => sentences.map(({ text }) => text));
  const rows = await rowsOf(context, texts, encode, signal);
  let at = 0;
  for (const { image, caption, sentences } of long) {
    const places = sentences.map((_, s) => at + s);
    at += sentences.length;
    fits.add(context.model.scorer, image, caption, sentences, {
      joint: gatheredRows(rows.joint, places),
      plain: gatheredRows(rows.plain, places),
    });
  }
}

/** Rows of texts, in order. */
async function rowsOf(
  { model }: JudgedDataset,
  texts: readonly string[],
  encode: EncodeCaptions,
  signal: CancelSignal | undefined,
): Promise<SentenceRows> {
  const { table, rowOf } = await encode(texts, signal);
  throwIfCancelled(signal);
  const rows = texts.map((text) => rowOf.get(text) ?? 0);
  return {
    joint: centred(gatheredRows(table.embedding, rows), model.centres.captions),
    plain: centred(gatheredRows(table.sentence, rows), model.centres.sentences),
  };
}
