import { LRUCache } from 'lru-cache';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import type { Places } from '../../core/projection/layOut.ts';
import { regionWords } from '../../core/projection/regionWords.ts';
import { regionsOf, type Regions } from '../../core/projection/regions.ts';
import { spread } from '../../core/projection/spread.ts';
import { runCooperatively } from '../../core/steps.ts';
import { isNameable } from '../../core/text/contentWords.ts';
import { isUnspaced, meaningfulWords } from '../../core/query/captionWords.ts';
import type { IncrementalDataset } from './incrementalDataset.ts';
import type { KeptSelections } from './keptSelections.ts';
import { MapLayouts, type MapSide } from './mapLayouts.ts';
import type { OpenedDataset } from './openedDatasets.ts';
import { type BrowsedRow, idOf, type PairBrowser } from './pairBrowser.ts';
import type { ForegroundGate } from './scheduling.ts';
import type { LivePair } from './workspace.ts';
import type { WorkspacePorts } from './workspacePorts.ts';

/** A map of the pairs of a dataset, as they were when it was asked for. */
export interface LiveMap {
  readonly id: number;
  readonly root: string;
  readonly points: readonly BrowsedRow[];
  /** Places of the points in the unit square: x, y. */
  readonly places: Places;
  readonly regions: Regions;
  /** Words of each region that are rare elsewhere. */
  readonly words: readonly (readonly string[])[];
  /** Pairs without a place: the image cannot be read, or there is no caption. */
  readonly placeless: number;
  /** Of more items a sample was laid out, and the others were put among their neighbours. */
  readonly sampled: boolean;
}

/** Dependencies; the datasets are those at the time of a call. */
interface LiveMapsParts {
  readonly browser: PairBrowser;
  readonly selections: KeptSelections;
  readonly gate: ForegroundGate;
  readonly ports: () => WorkspacePorts;
  readonly opened: () => readonly OpenedDataset[];
}

/** Fewer distinct pictures or captions are no map. */
export const LEAST_ITEMS = 10;
/** Maps whose points can be asked for. */
const KEPT = 4;

/** Maps of the open datasets: pairs of similar pictures, or captions, lie close together. */
export class LiveMaps {
  readonly #parts: LiveMapsParts;
  readonly #layouts: MapLayouts;
  readonly #kept = new LRUCache<number, LiveMap>({ max: KEPT });
  #last = 0;

  constructor(parts: LiveMapsParts) {
    this.#parts = parts;
    this.#layouts = new MapLayouts(parts.ports, parts.gate.pause);
  }

  /**
   * The map of a dataset. Undefined if there is no such dataset, or if it has fewer than `LEAST_ITEMS` distinct items.
   * @param onShare is told which share of a layout is computed
   * @throws PairLensError `cancelled`.
   */
  async of(
    root: string,
    side: MapSide,
    signal: CancelSignal | undefined,
    onShare: (share: number) => void,
  ): Promise<LiveMap | undefined> {
    const dataset = this.#parts.opened().find((each) => each.dataset.root === root)?.dataset;
    if (dataset === undefined) return undefined;
    const all = this.#parts.browser.rowsOf(dataset);
    const points: BrowsedRow[] = [];
    const rowOfPoint: number[] = [];
    for (const point of all) {
      const row = rowOf(dataset, point, side);
      if (row === undefined) continue;
      points.push(point);
      rowOfPoint.push(row);
    }
    const rows = new Set(rowOfPoint);
    if (rows.size < LEAST_ITEMS) return undefined;
    const layout = await this.#layouts.of(dataset, side, rows, signal, onShare);
    const itemOf = new Map([...layout.rows].map((row, item) => [row, item]));
    const places = spread(
      layout.places,
      Int32Array.from(rowOfPoint, (row) => itemOf.get(row)!),
    );
    const regions = await runCooperatively(regionsOf(places), async () => {
      await this.#parts.gate.pause();
      throwIfCancelled(signal);
    });
    const words = regionWords(regions, (p) =>
      [...meaningfulWords(points[p]!.queried.caption ?? '')].filter(
        (word) => isUnspaced(word) || isNameable(word),
      ),
    );
    const id = ++this.#last;
    const placeless = all.length - points.length;
    const { sampled } = layout;
    const map = { id, root, points, places, regions, words, placeless, sampled };
    this.#kept.set(id, map);
    return map;
  }

  /** Keeps some points of a map as a selection: its name. Undefined if the map is no longer kept. */
  select(id: number, points: readonly number[]): string | undefined {
    const map = this.#kept.get(id);
    if (map === undefined) return undefined;
    const rows = points.flatMap((p) => map.points[p] ?? []);
    return this.#parts.selections.keep(rows.map(idOf));
  }

  /** The pair of a point as it is now; undefined if it or the map is gone. */
  pair(id: number, point: number): LivePair | undefined {
    const map = this.#kept.get(id);
    const row = map?.points[point];
    return row && this.#parts.browser.current(row);
  }
}

/** Row of the embedding that decides where a pair lies; undefined if there is none. */
function rowOf(
  dataset: IncrementalDataset,
  { image, slot }: BrowsedRow,
  side: MapSide,
): number | undefined {
  if (side === 'images') return dataset.imageRowOf.get(image);
  const row = slot === undefined ? -1 : (dataset.context.embedded.textRow[slot] ?? -1);
  return row < 0 ? undefined : row;
}
