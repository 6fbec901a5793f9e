import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { omissions, omissionSupport, type WeighedWord } from '../../core/matching/leaveOneOut.ts';
import { row } from '../../core/matching/matrix.ts';
import { rowsFrom } from '../../core/matching/scoreBlocks.ts';
import type { LiveDataset } from './liveDataset.ts';
import type { LivePorts } from './livePorts.ts';

/**
 * What each content word of a caption adds to its match with an image; none in a language the encoder does not read.
 * The captions without a word are nobody's: they are encoded past the store.
 * @param image row of the image
 * @throws PairLensError `cancelled`.
 */
export async function weighedWords(
  dataset: LiveDataset,
  image: number,
  caption: string,
  { textEncoder, languages }: Pick<LivePorts, 'textEncoder' | 'languages'>,
  signal: CancelSignal | undefined,
): Promise<WeighedWord[]> {
  const words = omissions(caption);
  const language = languages?.detect(caption);
  if (words.length === 0 || (language !== undefined && language !== 'en')) return [];
  const x = row(dataset.context.model.source.spaces.images, image);
  const weighed: WeighedWord[] = [];
  // The whole caption goes along with each batch: rows of one batch are padded alike.
  const size = Math.max(1, textEncoder.batchSize - 1);
  for (let start = 0; start < words.length; start += size) {
    const batch = words.slice(start, start + size);
    const texts = [caption, ...batch.map(({ without }) => without)];
    throwIfCancelled(signal);
    const { embedding } = await textEncoder.encode(texts);
    weighed.push(...omissionSupport(batch, x, row(embedding, 0), rowsFrom(embedding, 1)));
  }
  return weighed;
}
