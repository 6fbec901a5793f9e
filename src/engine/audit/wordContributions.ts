import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { omissions, omissionSupport, type WeighedWord } from '../../core/matching/leaveOneOut.ts';
import { row } from '../../core/matching/matrix.ts';
import { rowsFrom } from '../../core/matching/scoreBlocks.ts';
import type { TextEncoder } from '../../core/ports.ts';

/**
 * How much each content word of a caption adds to its match with an image. The captions without a word are encoded
 * without the embedding store.
 * @param image centred unit row of the image in the joint space
 * @throws PairLensError `cancelled`.
 */
export async function weighedWords(
  caption: string,
  image: Float32Array,
  textEncoder: Pick<TextEncoder, 'batchSize' | 'encode'>,
  signal: CancelSignal | undefined,
): Promise<WeighedWord[]> {
  const words = omissions(caption);
  const weighed: WeighedWord[] = [];
  // Each batch contains the whole caption, because rows of one batch have the same padding.
  const size = Math.max(1, textEncoder.batchSize - 1);
  for (let start = 0; start < words.length; start += size) {
    throwIfCancelled(signal);
    const batch = words.slice(start, start + size);
    const texts = [caption, ...batch.map(({ without }) => without)];
    const { embedding } = await textEncoder.encode(texts);
    weighed.push(...omissionSupport(batch, image, row(embedding, 0), rowsFrom(embedding, 1)));
  }
  return weighed;
}
