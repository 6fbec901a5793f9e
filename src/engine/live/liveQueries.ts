import { evidenceOf } from '../../core/audit/detectors/captionMismatch.ts';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import type { SquareImage } from '../../core/ports.ts';
import type { SearchMatcher } from '../../core/retrieval/searchMatchers.ts';
import type { TextRecord } from '../embeddingRecord.ts';
import { forPerson, withImageBytes } from '../imageFiles.ts';
import type { CaptionIntake } from './captionIntake.ts';
import type { LiveDataset } from './liveDataset.ts';
import { neighbourLists } from './liveNeighbours.ts';
import { imageAlone, livePair } from './livePairs.ts';
import type { LivePorts } from './livePorts.ts';
import {
  type RankedNeighbour,
  searchByImage,
  searchByText,
  type SearchOrder,
} from './liveSearch.ts';
import type {
  LiveFinding,
  LiveMatch,
  LiveNeighbour,
  LiveNeighbours,
  LivePairId,
} from './liveWorkspace.ts';
import { findPair, type Member } from './members.ts';
import type { Priority } from './priority.ts';
import type { Turns } from './turns.ts';

const MATCH_NEIGHBOURS = 20;

/** What the queries look at. */
export interface QueryAccess {
  ports(): LivePorts;
  readonly intake: CaptionIntake;
  readonly priority: Priority;
  readonly turns: Turns;
  members(): readonly Member[];
  matcher(): SearchMatcher | undefined;
  /** The findings that name an image, as they stand this moment. */
  findingsAbout(member: Member, image: string): readonly LiveFinding[];
}

/** Questions that change nothing. */
export class LiveQueries {
  readonly #access: QueryAccess;

  constructor(access: QueryAccess) {
    this.#access = access;
  }

  /** @throws PairLensError `cancelled`. */
  async neighbours(
    id: LivePairId,
    k: number,
    signal?: CancelSignal,
  ): Promise<LiveNeighbours | undefined> {
    return this.#access.priority.first(() =>
      this.#access.turns.run(async () => {
        throwIfCancelled(signal);
        return Promise.resolve(this.#neighbours(id, k));
      }),
    );
  }

  #neighbours(id: LivePairId, k: number): LiveNeighbours | undefined {
    const found = findPair(this.#access.members(), id);
    const member = found ?? this.#access.members().find(({ dataset }) => dataset.root === id.root);
    if (member === undefined) return undefined;
    const { dataset } = member;
    if (found === undefined && !dataset.hasImage(id.image)) return undefined;
    const slots = dataset.slots.ofImage(id.image);
    const { embedded } = dataset.context;
    const image = dataset.imageRowOf.get(id.image) ?? -1;
    const text = found === undefined ? -1 : embedded.textRow[found.slot]!;
    return {
      focus:
        found === undefined ? imageAlone(dataset.root, id.image) : livePair(dataset, found.slot),
      siblings: slots.map((slot) => livePair(dataset, slot)),
      findings: this.#access.findingsAbout(member, id.image),
      ...neighbourLists(dataset, { image, text, slot: found?.slot }, k),
    };
  }

  /** @throws PairLensError `cancelled`. */
  async match(
    id: LivePairId,
    caption: string,
    signal?: CancelSignal,
  ): Promise<LiveMatch | undefined> {
    return this.#access.priority.first(async () => {
      // Without a dataset there are no encoders either.
      if (findPair(this.#access.members(), id) === undefined) return undefined;
      const records = await this.#access.intake.encode([caption], signal);
      throwIfCancelled(signal);
      return this.#access.turns.run(async () => Promise.resolve(this.#match(id, caption, records)));
    });
  }

  /** Gives the pair the caption, looks, and takes it back, in one go. */
  #match(
    id: LivePairId,
    caption: string,
    records: ReadonlyMap<string, TextRecord>,
  ): LiveMatch | undefined {
    const found = findPair(this.#access.members(), id);
    if (found === undefined) return undefined;
    const { dataset, slot } = found;
    const undo = dataset.tryCaption(slot, caption, records);
    try {
      const { context } = dataset;
      const neighbours = this.#neighbours(id, MATCH_NEIGHBOURS);
      const mismatch = context.mismatch[slot]!;
      if (neighbours === undefined || Number.isNaN(mismatch)) return undefined;
      const image = context.embedded.imageRow[slot]!;
      const text = context.embedded.textRow[slot]!;
      return { match: 1 - mismatch, evidence: evidenceOf(context, image, text), neighbours };
    } finally {
      undo();
    }
  }

  /** @throws PairLensError `cancelled`. */
  async searchText(
    text: string,
    want: 'images' | 'captions',
    k: number,
    signal?: CancelSignal,
  ): Promise<readonly LiveNeighbour[]> {
    if (text.trim() === '' || this.#access.members().length === 0) return [];
    return this.#access.priority.first(async () => {
      const record = (await this.#access.intake.encode([text], signal)).get(text);
      throwIfCancelled(signal);
      if (record === undefined) return [];
      const order = this.#order(signal);
      return this.#access.turns.run(() =>
        this.#best(k, signal, (dataset) => searchByText(dataset, text, record, want, k, order)),
      );
    });
  }

  /** @throws PairLensError `cancelled`, `unreadable-image`, `unreadable-file`. */
  async searchImage(
    image: { readonly path: string } | { readonly bytes: Uint8Array },
    want: 'images' | 'captions',
    k: number,
    signal?: CancelSignal,
  ): Promise<readonly LiveNeighbour[]> {
    if (this.#access.members().length === 0) return [];
    const { files, reader, imageEncoder } = this.#access.ports();
    return this.#access.priority.first(async () => {
      const read = (bytes: Uint8Array): Promise<SquareImage> => {
        throwIfCancelled(signal);
        return reader.read(bytes, imageEncoder.size);
      };
      const square =
        'path' in image
          ? await withImageBytes(files, image, read, forPerson)
          : await read(image.bytes);
      throwIfCancelled(signal);
      const encoded = await imageEncoder.encode([square]);
      throwIfCancelled(signal);
      const order = this.#order(signal);
      return this.#access.turns.run(() =>
        this.#best(k, signal, (dataset) => searchByImage(dataset, encoded, want, k, order)),
      );
    });
  }

  #order(signal: CancelSignal | undefined): SearchOrder {
    const { innerProducts } = this.#access.ports();
    const matcher = this.#access.matcher();
    return {
      ...(matcher && { matcher }),
      ...(innerProducts && { innerProducts }),
      ...(signal && { signal }),
    };
  }

  async #best(
    k: number,
    signal: CancelSignal | undefined,
    search: (dataset: LiveDataset) => Promise<RankedNeighbour[]>,
  ): Promise<LiveNeighbour[]> {
    const found: RankedNeighbour[] = [];
    for (const { dataset } of this.#access.members()) {
      throwIfCancelled(signal);
      for (const each of await search(dataset)) found.push(each);
    }
    return found
      .sort((a, b) => b.rank - a.rank)
      .slice(0, k)
      .map(({ neighbour }) => neighbour);
  }
}
