import type { MapSide } from '../../src/protocol/mapShapes.ts';
import type { Status } from '../../src/protocol/shapes.ts';
import { announce } from '../shared/announce.ts';
import type { Host } from '../shared/host.ts';
import { Latest } from '../shared/latest.ts';
import { wireError } from '../shared/rpcClient.ts';
import { Store } from '../shared/store.ts';
import { Thumbnails } from '../shared/thumbnails.ts';
import {
  initialState,
  type MapAction,
  type MapState,
  reduceMap,
  toRemembered,
} from './mapState.ts';

/** After a change of the dataset; a run of changes is asked for once. */
const CHANGE_DELAY_MS = 400;
/** After the pointer has moved to another point. */
const POINT_DELAY_MS = 40;

/** Controller of the map, without DOM. */
export class MapSession {
  readonly store: Store<MapState, MapAction>;
  readonly thumbnails: Thumbnails;
  readonly #host: Host;
  readonly #map = new Latest();
  readonly #pair = new Latest();
  /** Whether the dataset has changed since the map was asked for. */
  #isStale = false;

  constructor(host: Host) {
    this.#host = host;
    this.store = new Store(initialState(host.recall()), reduceMap);
    this.thumbnails = new Thumbnails(host.rpc);
    this.store.subscribe(() => {
      host.remember(toRemembered(this.store.state));
    });
  }

  async start(): Promise<void> {
    this.#host.rpc.onEvent((event) => {
      if (event.event === 'status') this.#follow(event.status);
      if (event.event === 'changed') {
        this.thumbnails.forget(event.uris);
        this.#refresh();
      }
      if (event.event === 'mapProgress') {
        const { root, side, map } = this.store.state;
        const isOurs = event.root === root && event.side === side && this.#map.busy;
        if (isOurs && map === null) this.store.dispatch({ type: 'share', share: event.share });
      }
    });
    await announce(this.#host.rpc, (news) => {
      if (news.type === 'status') this.#follow(news.status);
      else this.store.dispatch(news);
    });
  }

  setRoot(root: string): void {
    this.store.dispatch({ type: 'root', root });
    this.#ask(0);
  }

  setSide(side: MapSide): void {
    this.store.dispatch({ type: 'side', side });
    this.#ask(0);
  }

  /** Selects points. @param adding to those that are selected */
  select(points: readonly number[], adding = false): void {
    const { selected } = this.store.state;
    this.store.dispatch({ type: 'select', points: adding ? [...selected, ...points] : points });
  }

  toggle(point: number): void {
    const selected = new Set(this.store.state.selected);
    if (!selected.delete(point)) selected.add(point);
    this.store.dispatch({ type: 'select', points: selected });
  }

  /** Moves the cursor, and asks for the pair of the point. */
  point(point: number | null): void {
    const { active, map } = this.store.state;
    if (active === point) return;
    this.store.dispatch({ type: 'active', point });
    if (point === null || map === null) {
      this.#pair.cancel();
      return;
    }
    const asked = { map: map.id, point };
    this.#pair.run(POINT_DELAY_MS, (signal) => this.#host.rpc.call('mapPair', asked, signal), {
      done: ({ item }) => {
        this.store.dispatch({ type: 'item', item });
      },
      failed: (error) => {
        this.#failed(error);
      },
    });
  }

  /** Opens the page of a point's pair in Browse Dataset. */
  async open(point: number): Promise<void> {
    await this.#browse([point], true);
  }

  /** Shows the selected pairs in Browse Dataset. */
  async browseSelected(): Promise<void> {
    await this.browse([...this.store.state.selected]);
  }

  async browse(points: readonly number[]): Promise<void> {
    if (points.length > 0) await this.#browse(points, false);
  }

  async #browse(points: readonly number[], first: boolean): Promise<void> {
    const { map } = this.store.state;
    if (map === null) return;
    try {
      const { rpc } = this.#host;
      const { query } = await rpc.call('mapSelection', { map: map.id, points: [...points] });
      await rpc.call('browseQuery', { query, first });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Shows the first dataset, if the chosen one is gone or none was chosen. */
  #follow(status: Status): void {
    this.store.dispatch({ type: 'status', status });
    const { root, map, tooFew, failure } = this.store.state;
    const roots = status.datasets.map((dataset) => dataset.root);
    const [first] = roots;
    if (first === undefined) return;
    if (root === null || !roots.includes(root)) this.setRoot(first);
    else if (map === null && !tooFew && failure === null && !this.#map.busy) this.#ask(0);
  }

  /** A request that is running is not given up: its layout would be computed anew. */
  #refresh(): void {
    if (this.store.state.root === null) return;
    if (this.#map.busy) this.#isStale = true;
    else this.#ask(this.store.state.map === null ? 0 : CHANGE_DELAY_MS);
  }

  #ask(delay: number): void {
    const { root, side } = this.store.state;
    if (root === null) return;
    this.#isStale = false;
    this.#map.run(delay, (signal) => this.#host.rpc.call('map', { root, side }, signal), {
      done: ({ map }) => {
        this.store.dispatch({ type: 'map', map });
        if (this.#isStale) this.#ask(CHANGE_DELAY_MS);
      },
      failed: (error) => {
        this.#failed(error);
      },
    });
  }

  #failed(error: unknown): void {
    this.store.dispatch({ type: 'failed', failure: wireError(error) });
  }
}
