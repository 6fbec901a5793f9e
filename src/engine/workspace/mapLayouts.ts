import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import type { Places } from '../../core/projection/layOut.ts';
import {
  type ListedRows,
  MOST_LAID_OUT,
  placeAmong,
  projectRows,
} from '../../core/projection/projectRows.ts';
import { runCooperatively } from '../../core/steps.ts';
import type { IncrementalDataset } from './incrementalDataset.ts';
import type { WorkspacePorts } from './workspacePorts.ts';

/** What the place of a pair follows: its picture, or its caption. */
export type MapSide = 'images' | 'captions';

/** Places of distinct pictures or captions. */
interface MapLayout {
  /** Rows of the embeddings, in an order that depends on their content only. */
  readonly rows: Int32Array;
  readonly places: Places;
  /** Whether only a sample of them was laid out. */
  readonly sampled: boolean;
}

/** While fewer of the items are new, the others keep their places. */
const MOST_NEW = 0.1;

interface Running {
  readonly key: string;
  readonly waiting: (CancelSignal | undefined)[];
  readonly listeners: ((share: number) => void)[];
  readonly layout: Promise<Places>;
}

/** Lays out datasets, by the neighbours that their audit found. What was laid out is kept in the store of embeddings. */
export class MapLayouts {
  readonly #ports: () => WorkspacePorts;
  readonly #pause: () => Promise<void>;
  /** Place of each content in the latest layout of a dataset and side. */
  readonly #latest = new Map<string, ReadonlyMap<string, ArrayLike<number>>>();
  #running: Running | undefined;

  /** @param pause awaited between the steps of a layout */
  constructor(ports: () => WorkspacePorts, pause: () => Promise<void>) {
    this.#ports = ports;
    this.#pause = pause;
  }

  /**
   * Places of some rows: from the store, from the latest layout where few rows are new, or computed.
   * @throws PairLensError `cancelled` when nobody waits for the layout any more.
   */
  async of(
    dataset: IncrementalDataset,
    side: MapSide,
    wanted: ReadonlySet<number>,
    signal: CancelSignal | undefined,
    onShare: (share: number) => void,
  ): Promise<MapLayout> {
    const contentOf = contents(dataset, side);
    const rows = Int32Array.from(
      [...wanted].sort((a, b) => order(contentOf(a), contentOf(b)) || a - b),
    );
    const sampled = rows.length > MOST_LAID_OUT;
    const { store, hasher } = this.#ports();
    const { modelId } = dataset.context.embedded;
    const text = [modelId, side, ...Array.from(rows, contentOf)].join('\0');
    const key = `map1:${hasher.hash(text)}`;
    const place = `${side}\0${dataset.root}\0${modelId}`;
    const stored = storedPlaces(store.get(key), rows.length);
    const known = stored ?? (await this.#among(dataset, side, rows, contentOf, place));
    const places = known ?? (await this.#shared(key, dataset, side, rows, signal, onShare));
    const latest = Array.from(rows, (row, item) => {
      const at = places.subarray(2 * item, 2 * item + 2);
      return [contentOf(row), at] as const;
    });
    this.#latest.set(place, new Map(latest));
    if (known === undefined) store.put(key, new Uint8Array(places.slice().buffer));
    return { rows, places, sampled };
  }

  /** Puts the few new items among the others, which stay where they are; undefined if there are too many. */
  async #among(
    dataset: IncrementalDataset,
    side: MapSide,
    rows: Int32Array,
    contentOf: (row: number) => string,
    place: string,
  ): Promise<Places | undefined> {
    const latest = this.#latest.get(place);
    if (latest === undefined) return undefined;
    const known = new Map<number, ArrayLike<number>>();
    for (const row of rows) {
      const at = latest.get(contentOf(row));
      if (at !== undefined) known.set(row, at);
    }
    if (known.size < rows.length * (1 - MOST_NEW)) return undefined;
    return runCooperatively(placeAmong(listedRows(dataset, side), rows, known), this.#pause);
  }

  /** Computes a layout once for all who ask for it. It stops when all of them have given up. */
  #shared(
    key: string,
    dataset: IncrementalDataset,
    side: MapSide,
    rows: Int32Array,
    signal: CancelSignal | undefined,
    onShare: (share: number) => void,
  ): Promise<Places> {
    const running = this.#running;
    if (running?.key === key && !running.waiting.every(isAborted)) {
      running.waiting.push(signal);
      running.listeners.push(onShare);
      return running.layout;
    }
    const waiting = [signal];
    const listeners = [onShare];
    const steps = projectRows(listedRows(dataset, side), rows, {
      onShare: (share) => {
        for (const listener of listeners) listener(share);
      },
    });
    const layout = runCooperatively(steps, async () => {
      await this.#pause();
      if (waiting.every(isAborted)) throwIfCancelled({ aborted: true });
    });
    const own: Running = { key, waiting, listeners, layout };
    this.#running = own;
    const done = (): void => {
      if (this.#running === own) this.#running = undefined;
    };
    void layout.then(done, done);
    return layout;
  }
}

function isAborted(signal: CancelSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** The neighbours that the audit found: of pictures by how they look, of captions by what they say. */
function listedRows({ context }: IncrementalDataset, side: MapSide): ListedRows {
  const { spaces, visualLists, sentenceLists } = context.model.scorer;
  return side === 'images'
    ? { space: spaces.visuals, lists: visualLists }
    : { space: spaces.sentences, lists: sentenceLists };
}

/** What the embedding of a row depends on. */
function contents({ context }: IncrementalDataset, side: MapSide): (row: number) => string {
  const { images, texts } = context.embedded;
  const known = side === 'images' ? images.hashes : texts.texts;
  return (row) => known[row] ?? '';
}

function order(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}

function storedPlaces(stored: Uint8Array | undefined, items: number): Places | undefined {
  if (stored?.length !== items * 2 * Float32Array.BYTES_PER_ELEMENT) return undefined;
  // A copy: the store's buffer may be unaligned, and may be reused after this turn.
  return new Float32Array(stored.slice().buffer);
}
