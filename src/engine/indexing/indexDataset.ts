import type { Dataset } from '../../core/dataset/dataset.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import { wordsToEmbed } from '../../core/audit/vocabulary.ts';
import { PairLensError } from '../../core/errors.ts';
import { withLoneCaptions } from './loneCaptions.ts';
import { indexCaptions, indexWords } from './indexCaptions.ts';
import { runCooperatively } from '../../core/steps.ts';
import { Boilerplate } from '../../core/text/boilerplate.ts';
import { throwIfCancelled } from '../../core/cancellation.ts';
import { indexImages } from './indexImages.ts';
import type { IndexOptions, IndexPorts } from './indexPorts.ts';
import { sentence } from '../../core/text/sentence.ts';

/**
 * Embeds every image and every distinct caption of a dataset. Cached embeddings are not computed again: an unchanged file
 * needs a stat, and the same bytes under another name are only read. An image that cannot be decoded becomes a Problem.
 * Memory use is bounded, except for the result.
 *
 * @throws PairLensError `cancelled` when the signal is aborted; embeddings computed so far are in the store.
 */
export async function indexDataset(
  dataset: Dataset,
  ports: IndexPorts,
  options: IndexOptions = {},
): Promise<EmbeddedDataset> {
  if (ports.imageEncoder.modelId !== ports.textEncoder.modelId) {
    throw new PairLensError(
      'invalid-model',
      sentence(
        'The image encoder ({0}) and the text encoder ({1}) are of different models.',
        ports.imageEncoder.modelId,
        ports.textEncoder.modelId,
      ),
      { remedy: sentence('Use the two encoders of one model: their embeddings share a space.') },
    );
  }
  try {
    const images = await indexImages(dataset, ports, options);
    const all = dataset.pairs.map(({ caption }) => caption);
    const boilerplate =
      options.leaveOut === undefined
        ? Boilerplate.none
        : (options.leaveOut.learnt ??
          (await runCooperatively(
            Boilerplate.of(
              all.filter((caption) => caption.trim() !== ''),
              options.leaveOut.triggerWords,
            ),
            async () => {
              throwIfCancelled(options.signal);
              return new Promise((resolve) => setImmediate(resolve));
            },
          )));
    const captions = await indexCaptions(all, ports, { ...options, boilerplate });
    const words =
      options.leaveOut && (await indexWords(wordsToEmbed(all), ports, withoutProgress(options)));
    const { replaced = [] } = options;
    const gone =
      replaced.length === 0
        ? undefined
        : await indexCaptions(replaced, ports, { ...options, boilerplate });
    const problems = await withLoneCaptions(dataset, images.table, ports);
    return {
      dataset: { ...dataset, problems },
      modelId: ports.imageEncoder.modelId,
      images: images.table,
      texts: captions.table,
      ...(words && { words }),
      ...(gone && { replaced: gone.table }),
      boilerplate,
      imageRow: Int32Array.from(dataset.pairs, (pair) => images.rowOf.get(pair.image) ?? -1),
      textRow: Int32Array.from(dataset.pairs, (pair) => captions.rowOf.get(pair.caption) ?? -1),
      problems: images.problems,
    };
  } finally {
    await ports.store.flush();
  }
}

/** Words are few compared with captions, whose progress was reported. */
function withoutProgress({ signal }: IndexOptions): IndexOptions {
  return signal === undefined ? {} : { signal };
}
