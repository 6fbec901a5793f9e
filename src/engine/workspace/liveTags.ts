import { runCooperatively, type Steps } from '../../core/steps.ts';
import {
  mergedTags,
  type TagCount,
  tagsLike,
  TagVocabulary,
} from '../../core/text/tagVocabulary.ts';
import type { IncrementalDataset } from './incrementalDataset.ts';
import { findPair, type OpenedDataset } from './openedDatasets.ts';
import { nextTurn } from './nextTurn.ts';
import type { LivePairId } from './workspace.ts';

/** Tags of the open datasets. */
export interface FoundTags {
  /** Number of tags that hold the text. */
  readonly total: number;
  readonly tags: readonly TagCount[];
  /** Whether most captions are tags. */
  readonly isOfTags: boolean;
}

/** Captions that are counted between two turns of the event loop. */
const PER_STEP = 500;

interface Counted {
  readonly vocabulary: TagVocabulary;
  /** The captions that are counted, by slot. */
  readonly captions: (string | undefined)[];
}

/** The tags of each dataset. Only captions that have changed since the last answer are counted again. */
export class LiveTags {
  readonly #opened: () => readonly OpenedDataset[];
  readonly #counted = new WeakMap<IncrementalDataset, Counted>();

  constructor(opened: () => readonly OpenedDataset[]) {
    this.#opened = opened;
  }

  /** The tags of all datasets whose name holds a text, the most frequent first. */
  async search(text: string, limit: number): Promise<FoundTags> {
    const vocabularies: TagVocabulary[] = [];
    for (const { dataset } of this.#opened()) vocabularies.push(await this.#vocabulary(dataset));
    const all = mergedTags(vocabularies.map(({ tags }) => tags));
    const found = tagsLike(all, text);
    return {
      total: found.length,
      tags: found.slice(0, limit),
      isOfTags: vocabularies.some(({ isOfTags }) => isOfTags),
    };
  }

  /** The tags of the pair's dataset; undefined if there is no such pair. */
  async of(id: LivePairId): Promise<TagVocabulary | undefined> {
    const found = findPair(this.#opened(), id);
    return found && this.#vocabulary(found.dataset);
  }

  async #vocabulary(dataset: IncrementalDataset): Promise<TagVocabulary> {
    let counted = this.#counted.get(dataset);
    if (counted === undefined) {
      counted = { vocabulary: new TagVocabulary(), captions: [] };
      this.#counted.set(dataset, counted);
    }
    await runCooperatively(counting(dataset, counted), nextTurn);
    return counted.vocabulary;
  }
}

/** Each step leaves the counts and the list of what is counted in agreement, so that another caller may go on with them. */
function* counting({ slots }: IncrementalDataset, { vocabulary, captions }: Counted): Steps<void> {
  let counted = 0;
  for (let slot = 0; slot < Math.max(slots.pairs.length, captions.length); slot++) {
    const caption = slots.holds(slot) ? slots.pairs[slot]?.caption : undefined;
    const before = captions[slot];
    if (caption === before) continue;
    if (before !== undefined) vocabulary.remove(before);
    if (caption !== undefined) vocabulary.add(caption);
    captions[slot] = caption;
    if (++counted % PER_STEP === 0) yield;
  }
}
