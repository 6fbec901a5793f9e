import { mulberry32 } from '../../core/random.ts';
import { doubtfulWords, judgeableWords } from '../../core/audit/pictureWords.ts';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { type Omission, omissionSupport } from '../../core/matching/leaveOneOut.ts';
import { row } from '../../core/matching/matrix.ts';
import { gatheredRows } from '../../core/matching/scoreBlocks.ts';
import { type EncodeCaptions, indexWords } from '../indexing/indexCaptions.ts';
import type { IndexPorts } from '../indexing/indexPorts.ts';
import type { JudgedDataset } from './auditDataset.ts';
import { fitSentences } from './weighedSentences.ts';

/** Pairs whose captions are encoded without their doubtful words at once. */
const PAIRS_AT_ONCE = 500;
/** Words sampled to find out whether words can be judged. */
const SAMPLED_WORDS = 2000;
/** A caption that is more likely wrong says nothing about the words of right ones. */
const SEEMS_WRONG = 0.5;

/** A caption and the row of its image. */
export interface WordedPair {
  readonly image: number;
  readonly caption: string;
}

/**
 * Weighs the doubtful words and the sentences of all captions of a dataset, and decides which are reported.
 * @param pause awaited between the steps
 * @throws PairLensError `cancelled`.
 */
export async function weighAllDoubtfulWords(
  context: JudgedDataset,
  encode: EncodeCaptions,
  pause: () => Promise<void>,
  signal: CancelSignal | undefined,
): Promise<void> {
  const { supports, embedded, judged, mismatch } = context;
  if (supports === undefined) return;
  const right: WordedPair[] = [];
  const all: WordedPair[] = [];
  for (const p of context.pairs()) {
    if (judged[p] !== true) continue;
    const pair = { image: embedded.imageRow[p] ?? -1, caption: context.pair(p).caption };
    all.push(pair);
    if ((mismatch[p] ?? 1) < SEEMS_WRONG) right.push(pair);
  }
  for (let start = 0; start < all.length; start += PAIRS_AT_ONCE) {
    await pause();
    await weighDoubtfulWords(context, all.slice(start, start + PAIRS_AT_ONCE), encode, signal);
  }
  context.sentences = await fitSentences(context, all, encode, pause, signal);
  await pause();
  const counted = right.reduce(
    (sum, { caption }) => sum + judgeableWords(context, caption).length,
    0,
  );
  const weights = right.flatMap(({ image, caption }) =>
    supports.of(image, caption).map(({ support }) => support),
  );
  supports.calibrate(fitsOf(context, right), weights, counted);
}

/** Weighs the doubtful words of some captions that were not weighed before. @throws PairLensError `cancelled`. */
export async function weighDoubtfulWords(
  context: JudgedDataset,
  pairs: readonly WordedPair[],
  encode: EncodeCaptions,
  signal: CancelSignal | undefined,
): Promise<void> {
  const { supports, model } = context;
  if (supports === undefined) return;
  const doubted: { readonly pair: WordedPair; readonly words: readonly Omission[] }[] = [];
  for (const pair of pairs) {
    if (supports.has(pair.image, pair.caption)) continue;
    const words = doubtfulWords(context, pair.image, pair.caption);
    if (words.length > 0) doubted.push({ pair, words });
  }
  if (doubted.length === 0) return;
  const texts = doubted.flatMap(({ pair, words }) => [
    pair.caption,
    ...words.map(({ without }) => without),
  ]);
  const { table, rowOf } = await encode(texts, signal);
  throwIfCancelled(signal);
  for (const { pair, words } of doubted) {
    const whole = row(table.embedding, rowOf.get(pair.caption) ?? 0);
    const without = gatheredRows(
      table.embedding,
      words.map((word) => rowOf.get(word.without) ?? 0),
    );
    const image = row(model.scorer.spaces.images, pair.image);
    supports.set(pair.image, pair.caption, omissionSupport(words, image, whole, without));
  }
}

/** Embeds the words of captions that are new to a dataset's vocabulary. @throws PairLensError `cancelled`. */
export async function learnWords(
  { vocabulary }: JudgedDataset,
  captions: readonly string[],
  ports: IndexPorts,
  signal: CancelSignal | undefined,
): Promise<void> {
  const words = vocabulary?.missing(captions) ?? [];
  if (words.length > 0) {
    vocabulary?.add(await indexWords(words, ports, { ...(signal && { signal }) }));
  }
}

/** For a sample of words whether they fit their own image better than another, drawn with a fixed seed. */
function fitsOf(context: JudgedDataset, pairs: readonly WordedPair[]): boolean[] {
  const { vocabulary, model } = context;
  const random = mulberry32(4);
  const fits: boolean[] = [];
  const stride = Math.max(1, Math.floor(pairs.length / SAMPLED_WORDS));
  for (const [p, { image, caption }] of pairs.entries()) {
    if (p % stride !== 0) continue;
    for (const word of judgeableWords(context, caption)) {
      const other = pairs[Math.floor(random() * pairs.length)]?.image ?? image;
      const own = vocabulary?.fit(model.scorer, image, word);
      const others = vocabulary?.fit(model.scorer, other, word);
      if (other !== image && own !== undefined && others !== undefined) fits.push(own > others);
    }
  }
  return fits;
}
