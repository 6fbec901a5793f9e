import { LRUCache } from 'lru-cache';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { DOUBTFUL_IF_ASKED, doubtfulWords } from '../../core/audit/pictureWords.ts';
import type { WeighedWord } from '../../core/matching/leaveOneOut.ts';
import { type Matrix, row } from '../../core/matching/matrix.ts';
import {
  cropsOf,
  groundWords,
  type GroundedWord,
  wordsInContext,
} from '../../core/matching/wordRegions.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import type { SquareImage } from '../../core/ports.ts';
import { foregroundBudget, withImageBytes } from '../indexing/imageFiles.ts';
import { learnWords } from '../audit/doubtfulWords.ts';
import { weighedWords } from '../audit/wordContributions.ts';
import type { IncrementalDataset } from './incrementalDataset.ts';
import type { WorkspacePorts } from './workspacePorts.ts';
import type { CaptionWords, LivePairId } from './workspace.ts';
import type { OpenedDataset } from './openedDatasets.ts';
import type { ForegroundGate } from './scheduling.ts';

/** Cached captions: the mouse returns to the same few. */
const CAPTIONS_KEPT = 64;
/** Cached images: the image stays the same while its caption is typed. */
const IMAGES_KEPT = 8;

/** Dependencies of the word queries. */
export interface WordAccess {
  ports(): WorkspacePorts;
  readonly gate: ForegroundGate;
  opened(): readonly OpenedDataset[];
}

/** Caches of a dataset, valid for its lifetime because its images do not change. */
interface Known {
  readonly words: LRUCache<string, CaptionWords>;
  readonly crops: LRUCache<number, Matrix>;
}

/**
 * Requests about the words of a caption. Their phrases and crops are encoded without the embedding store. Captions in
 * languages that the encoder does not support have no words.
 */
export class WordQueries {
  readonly #access: WordAccess;
  readonly #known = new WeakMap<IncrementalDataset, Known>();

  constructor(access: WordAccess) {
    this.#access = access;
  }

  /** How much each content word of a caption adds to its match with an image, and which are not seen. @throws PairLensError `cancelled`. */
  async words(id: LivePairId, caption: string, signal?: CancelSignal): Promise<CaptionWords> {
    const found = this.#find(id);
    if (found === undefined || !this.#isRead(caption)) return { words: [], unsupported: [] };
    const { dataset, image, known } = found;
    return cached(known.words, `${image} ${caption}`, () =>
      this.#access.gate.first(async () => {
        const { model, embedded } = dataset.context;
        const x = row(model.scorer.spaces.images, image);
        const ports = this.#access.ports();
        const words = await weighedWords(caption, x, ports.textEncoder, signal);
        await learnWords(dataset.context, [caption], ports, signal);
        // What all captions share (trigger words) was no part of what was judged.
        const judged = words.filter(({ text }) => embedded.boilerplate?.isShared(text) !== true);
        return { words: judged, unsupported: unsupportedOf(dataset, image, caption, judged) };
      }),
    );
  }

  /**
   * Where in an image each content word of a caption is found.
   * @throws PairLensError `cancelled`, `unreadable-file`, `unreadable-image`.
   */
  async groundings(
    id: LivePairId,
    caption: string,
    signal?: CancelSignal,
  ): Promise<readonly GroundedWord[]> {
    const found = this.#find(id);
    const words = wordsInContext(caption);
    if (found === undefined || words.length === 0 || !this.#isRead(caption)) return [];
    const { image, known } = found;
    return this.#access.gate.first(async () => {
      const crops = await cached(known.crops, image, () => this.#cropsOf(id, signal));
      throwIfCancelled(signal);
      const phrases = words.map(({ phrase }) => phrase);
      const { embedding } = await this.#access.ports().textEncoder.encode(phrases);
      return groundWords(words, crops, embedding);
    });
  }

  /** Embeddings of the crops of an image (9, d). */
  async #cropsOf({ root, image }: LivePairId, signal: CancelSignal | undefined): Promise<Matrix> {
    const { files, reader, imageEncoder } = this.#access.ports();
    const path = toAbsolute(root, image);
    const size = 2 * imageEncoder.size;
    const read = (bytes: Uint8Array): Promise<SquareImage> => {
      throwIfCancelled(signal);
      return reader.read(bytes, size);
    };
    const picture = await withImageBytes(files, { path }, read, foregroundBudget);
    throwIfCancelled(signal);
    return (await imageEncoder.encode(cropsOf(picture))).embedding;
  }

  #isRead(caption: string): boolean {
    const language = this.#access.ports().languages?.detect(caption);
    return language === undefined || language === 'en';
  }

  #find(
    id: LivePairId,
  ):
    | { readonly dataset: IncrementalDataset; readonly image: number; readonly known: Known }
    | undefined {
    const dataset = this.#access.opened().find((each) => each.dataset.root === id.root)?.dataset;
    const image = dataset?.imageRowOf.get(id.image);
    if (dataset === undefined || image === undefined) return undefined;
    let known = this.#known.get(dataset);
    if (known === undefined) {
      known = {
        words: new LRUCache({ max: CAPTIONS_KEPT }),
        crops: new LRUCache({ max: IMAGES_KEPT }),
      };
      this.#known.set(dataset, known);
    }
    return { dataset, image, known };
  }
}

/** The doubtful words with too little support, the least supported first. */
function unsupportedOf(
  { context }: IncrementalDataset,
  image: number,
  caption: string,
  words: readonly WeighedWord[],
): WeighedWord[] {
  const doubtful = new Set(
    doubtfulWords(context, image, caption, DOUBTFUL_IF_ASKED).map(({ start }) => start),
  );
  return (
    context.supports?.unsupported(words.filter(({ start }) => doubtful.has(start))) ?? []
  ).sort((a, b) => a.support - b.support || a.start - b.start);
}

async function cached<K extends string | number, V extends object>(
  cache: LRUCache<K, V>,
  key: K,
  make: () => Promise<V>,
): Promise<V> {
  const held = cache.get(key);
  if (held !== undefined) return held;
  const made = await make();
  cache.set(key, made);
  return made;
}
