import type { SavedView } from '../../src/protocol/shapes.ts';
import type { Host } from '../shared/host.ts';
import { Latest } from '../shared/latest.ts';
import { wireError } from '../shared/rpcClient.ts';
import type { Store } from '../shared/store.ts';
import {
  type BrowseAction,
  type BrowseState,
  PAGE_SIZE,
  queryText,
  type SortChoice,
} from './browseState.ts';

const FILTER_DELAY_MS = 150;
/** Requests for pages at a time. */
const PAGES_AT_ONCE = 2;

/** The list of the pairs that a query selects: requests the pages that are visible and dispatches their results. */
export class PairListSession {
  readonly #store: Store<BrowseState, BrowseAction>;
  readonly #host: Pick<Host, 'rpc'>;
  readonly #filter = new Latest();
  /** Number of the list: answers for an earlier one are dropped. */
  #list = 0;
  #wanted: readonly number[] = [0];
  readonly #asking = new Set<number>();
  /** What became of the query; until it is answered, the pairs on show are those of an earlier one. */
  #query: 'typed' | 'sent' | 'answered' = 'sent';
  /** Whether the page of the first pair is opened when the list arrives. */
  #opensFirst = false;

  constructor(host: Pick<Host, 'rpc'>, store: Store<BrowseState, BrowseAction>) {
    this.#host = host;
    this.#store = store;
  }

  /** Requests the pairs at these places, which are visible. */
  show(from: number, to: number): void {
    const first = Math.floor(from / PAGE_SIZE);
    const last = Math.floor(Math.max(from, to - 1) / PAGE_SIZE);
    this.#wanted = Array.from({ length: last - first + 1 }, (_, n) => first + n);
    this.fill();
  }

  setFilter(filter: string): void {
    this.#opensFirst = false;
    this.#store.dispatch({ type: 'filter', filter });
    this.#ask(FILTER_DELAY_MS);
  }

  /** Sends the typed query without waiting for more of it. */
  askNow(): void {
    if (this.#query === 'typed') this.#ask(0);
  }

  /** Opens the page of the pair at the cursor; of the first pair of the list that is asked for, as soon as it is there. */
  open(): void {
    if (this.#query === 'answered') this.#store.dispatch({ type: 'open', opened: true });
    else {
      this.#opensFirst = true;
      this.askNow();
    }
  }

  /** Opens the page of the pair that was clicked, unless it belongs to a list that is about to go. */
  openClicked(): void {
    if (this.#query === 'answered') this.open();
  }

  showView({ query }: SavedView): void {
    this.#store.dispatch({ type: 'sort', sort: 'dataset' });
    this.#store.dispatch({ type: 'filter', filter: query });
    this.#ask(0);
  }

  setSort(sort: SortChoice): void {
    this.#store.dispatch({ type: 'sort', sort });
    this.#ask(0);
  }

  /** Requests what is shown again. */
  refresh(): void {
    this.#list++;
    this.#asking.clear();
    this.#store.dispatch({ type: 'stale' });
    this.fill();
  }

  /** What another page wants to be shown: the filter is replaced, and the grid, or the page of its first pair, comes to the front. */
  showQuery(query: string, first: boolean): void {
    this.#opensFirst = first;
    this.#store.dispatch({ type: 'open', opened: false });
    this.#store.dispatch({ type: 'filter', filter: query });
    this.#ask(0);
  }

  #ask(delay: number): void {
    this.#query = 'typed';
    this.#filter.run(delay, () => Promise.resolve(), {
      done: () => {
        this.#query = 'sent';
        this.#wanted = [0];
        this.#store.dispatch({ type: 'asked' });
        this.refresh();
      },
      failed: () => undefined,
    });
  }

  /** Sends requests for wanted pages that are missing or stale. */
  fill(): void {
    const { pages, stale, total, active, opened } = this.#store.state;
    const last = total === null || total === 0 ? 0 : Math.floor((total - 1) / PAGE_SIZE);
    const wanted = opened ? [Math.floor(active / PAGE_SIZE)] : this.#wanted;
    for (const page of wanted) {
      if (this.#asking.size >= PAGES_AT_ONCE) return;
      if (this.#asking.has(page) || (pages.has(page) && !stale.has(page))) continue;
      if (page > last && stale.size === 0) continue;
      this.#asking.add(page);
      void this.#load(page, this.#list);
    }
  }

  async #load(page: number, list: number): Promise<void> {
    try {
      const query = queryText(this.#store.state);
      const answer = await this.#host.rpc.call('browse', {
        query,
        from: page * PAGE_SIZE,
        count: PAGE_SIZE,
      });
      if (list !== this.#list) return;
      // What is typed meanwhile will be asked for.
      if (this.#query === 'sent') this.#query = 'answered';
      if (answer.fault !== null) this.#store.dispatch({ type: 'fault', fault: answer.fault });
      else {
        const { total, untagged, items, rules: titles } = answer;
        this.#store.dispatch({ type: 'page', page, total, untagged, items, titles });
        const opens = this.#opensFirst && this.#query === 'answered';
        if (opens && total > 0) this.#store.dispatch({ type: 'open', opened: true });
      }
      if (this.#query === 'answered') this.#opensFirst = false;
      this.#asking.delete(page);
      if (answer.fault === null) this.fill();
    } catch (error) {
      if (list !== this.#list) return;
      this.#asking.delete(page);
      this.#opensFirst = false;
      this.#store.dispatch({ type: 'failed', failure: wireError(error) });
    }
  }
}
