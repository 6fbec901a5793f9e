import type { BrowsedItem, CaptionChangeItem, ChangedPairs } from '../../src/protocol/shapes.ts';
import type { SavedView } from '../../src/protocol/webviewApi.ts';
import { announce } from '../shared/announce.ts';
import type { Host } from '../shared/host.ts';
import { t } from '../shared/l10n.ts';
import { Latest } from '../shared/latest.ts';
import {
  ActionQueue,
  changedText,
  decidedText,
  excludedText,
  failureNotice,
  partlyText,
  undoneText,
} from '../shared/actionQueue.ts';
import { pairKey } from '../../src/protocol/pairKey.ts';
import { imageName } from '../shared/pairs.ts';
import { wireError } from '../shared/rpcClient.ts';
import { Store } from '../shared/store.ts';
import { Thumbnails } from '../shared/thumbnails.ts';
import { fixedText } from '../shared/fixedText.ts';
import { readOnlyText } from '../shared/readOnlyText.ts';
import { TagsSession } from './tagsSession.ts';
import { ViewsSession } from './viewsSession.ts';
import {
  type BrowseAction,
  type BrowseState,
  chosenPairs,
  currentItem,
  initialState,
  itemAt,
  PAGE_SIZE,
  parseRemembered,
  queryText,
  reduceBrowse,
  type SortChoice,
  toRemembered,
} from './browseState.ts';

const FILTER_DELAY_MS = 150;
const MATCH_DELAY_MS = 150;
/** Requests for pages at a time. */
const PAGES_AT_ONCE = 2;
const NEIGHBOURS_SHOWN = 5;
/** Longest side of the image on the page of a pair, in pixels. */
export const STAGE_PIXELS = 1280;

/** Controller of the grid, without DOM: requests the pages that are visible and dispatches their results. */
export class BrowseSession {
  readonly store: Store<BrowseState, BrowseAction>;
  readonly thumbnails: Thumbnails;
  readonly tags: TagsSession;
  readonly views: ViewsSession;
  readonly #host: Host;
  readonly #filter = new Latest();
  readonly #detail = new Latest();
  readonly #match = new Latest();
  /** Number of the list: answers for an earlier one are dropped. */
  #list = 0;
  #wanted: readonly number[] = [0];
  readonly #asking = new Set<number>();
  #shownKey: string | undefined;
  /** What became of the query; until it is answered, the pairs on show are those of an earlier one. */
  #query: 'typed' | 'sent' | 'answered' = 'sent';
  /** Whether the page of the first pair is opened when the list arrives. */
  #opensFirst = false;
  readonly #actions = new ActionQueue((error) => {
    this.#complain(error);
  });

  constructor(host: Host) {
    this.#host = host;
    this.store = new Store(initialState(parseRemembered(host.recall())), reduceBrowse);
    this.thumbnails = new Thumbnails(host.rpc);
    this.tags = new TagsSession(host, this.store, (error) => {
      this.#complain(error);
    });
    this.views = new ViewsSession(host, this.store, (error) => {
      this.#complain(error);
    });
    this.store.subscribe(() => {
      host.remember(toRemembered(this.store.state));
      this.#follow();
    });
  }

  async start(): Promise<void> {
    this.#host.rpc.onEvent((event) => {
      if (event.event === 'status') this.store.dispatch({ type: 'status', status: event.status });
      if (event.event === 'showQuery') this.#showQuery(event.query, event.first === true);
      if (event.event !== 'changed') return;
      this.thumbnails.forget(event.uris);
      this.#shownKey = undefined;
      this.refresh();
      this.tags.refresh();
    });
    this.#fill();
    this.tags.refresh();
    void this.views.load();
    await announce(this.#host.rpc, (news) => {
      this.store.dispatch(news);
    });
  }

  /** Requests the pairs at these places, which are visible. */
  show(from: number, to: number): void {
    const first = Math.floor(from / PAGE_SIZE);
    const last = Math.floor(Math.max(from, to - 1) / PAGE_SIZE);
    this.#wanted = Array.from({ length: last - first + 1 }, (_, n) => first + n);
    this.#fill();
  }

  setFilter(filter: string): void {
    this.store.dispatch({ type: 'filter', filter });
    this.#ask(FILTER_DELAY_MS);
  }

  /** Sends the typed query without waiting for more of it. */
  askNow(): void {
    if (this.#query === 'typed') this.#ask(0);
  }

  /** Opens the page of the pair at the cursor; of the first pair of the list that is asked for, as soon as it is there. */
  open(): void {
    if (this.#query === 'answered') this.store.dispatch({ type: 'open', opened: true });
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
    this.store.dispatch({ type: 'sort', sort: 'dataset' });
    this.store.dispatch({ type: 'filter', filter: query });
    this.#ask(0);
  }

  /** Opens another page about all pairs. */
  async showPage(command: 'pairlens.statistics' | 'pairlens.map'): Promise<void> {
    await this.#actions.run(() => this.#host.rpc.call('command', { command }));
  }

  setSort(sort: SortChoice): void {
    this.store.dispatch({ type: 'sort', sort });
    this.#ask(0);
  }

  /** Requests what is shown again. */
  refresh(): void {
    this.#list++;
    this.#asking.clear();
    this.store.dispatch({ type: 'stale' });
    this.#fill();
  }

  /** Selects the pairs between the anchor and the cursor. */
  async selectRange(): Promise<void> {
    const { anchor, active } = this.store.state;
    await this.#select(Math.min(anchor, active), Math.abs(anchor - active) + 1);
  }

  async selectAll(): Promise<void> {
    await this.#select(0, this.store.state.total ?? 0);
  }

  clearSelection(): void {
    this.store.dispatch({ type: 'select', pairs: [] });
  }

  async decide(decision: 'verified' | 'excluded' | 'none'): Promise<void> {
    const pairs = chosenPairs(this.store.state);
    if (pairs.length === 0) return;
    await this.#actions.run(async () => {
      const { decided } = await this.#host.rpc.call('decideAll', { pairs: [...pairs], decision });
      this.#say(decidedText(decision, decided), { undo: decided > 0 });
    });
  }

  /** Moves the images of the chosen pairs out of the dataset, with their captions and all else that belongs to them. */
  async exclude(): Promise<void> {
    const pairs = chosenPairs(this.store.state);
    if (pairs.length === 0) return;
    await this.#actions.run(async () => {
      const { excluded } = await this.#host.rpc.call('exclude', { of: { pairs: [...pairs] } });
      if (excluded > 0) this.#say(excludedText(excluded), { undo: true });
    });
  }

  /**
   * Fixes the findings of the selected pairs after the editor's preview.
   * @param suggestions wrong captions get the caption that is likely meant, and nothing else is fixed
   */
  async fix(suggestions: boolean): Promise<void> {
    const pairs = chosenPairs(this.store.state);
    if (pairs.length === 0) return;
    await this.#actions.run(async () => {
      const of = { pairs: [...pairs] };
      const done = await this.#host.rpc.call('fixFindings', { of, suggestions });
      if (!done.discarded) this.#say(fixedText(done), { undo: done.fixed.length > 0 });
    });
  }

  /**
   * Changes captions after the editor's preview.
   * @param of which; the selection, if it is left out
   * @returns whether it was done, and not discarded
   */
  async change(change: CaptionChangeItem, of?: ChangedPairs): Promise<boolean> {
    const which = of ?? { pairs: [...chosenPairs(this.store.state)] };
    if ('pairs' in which && which.pairs.length === 0) return false;
    let applied = false;
    await this.#actions.run(async () => {
      const done = await this.#host.rpc.call('changeCaptions', { of: which, change });
      if (done.discarded) return;
      applied = true;
      const parts = [
        done.partly === true ? partlyText() : changedText(done.changed),
        ...(done.emptied > 0 ? [t('{0} would be empty and stay as they are.', done.emptied)] : []),
        ...readOnlyText(done.readOnly),
      ];
      this.#say(parts.join(' '), { undo: done.changed > 0 });
    });
    return applied;
  }

  /** Stores the typed caption and requests its match, debounced. */
  type(text: string): void {
    const item = this.#current;
    if (item === undefined) return;
    const key = pairKey(item.item.pair);
    const unchanged = text === item.item.caption;
    this.store.dispatch({ type: 'draft', key, text: unchanged ? null : text });
    const { detail } = this.store.state;
    if (unchanged || item.untagged === true) {
      this.#match.cancel();
      if (detail !== null)
        this.store.dispatch({ type: 'detail', detail: { ...detail, match: null } });
      return;
    }
    const { pair } = item.item;
    this.#match.run(
      MATCH_DELAY_MS,
      (signal) => this.#host.rpc.call('match', { pair, caption: text }, signal),
      {
        done: (match) => {
          const { detail: now } = this.store.state;
          if (now?.key === key) this.store.dispatch({ type: 'detail', detail: { ...now, match } });
        },
        failed: (error) => {
          this.#complain(error);
        },
      },
    );
  }

  async apply(): Promise<void> {
    const item = this.#current;
    if (item === undefined) return;
    const key = pairKey(item.item.pair);
    await this.#actions.run(async () => {
      const caption = this.store.state.drafts.get(key);
      if (caption === undefined) return;
      if (item.untagged === true) {
        await this.#host.rpc.call('createCaption', { imageUri: item.item.imageUri, caption });
      } else await this.#host.rpc.call('setCaption', { pair: item.item.pair, caption });
      this.store.dispatch({ type: 'applied', key });
      this.#say(t('Caption of {0} replaced.', imageName(item.item)), { undo: true });
    });
  }

  async undo(): Promise<void> {
    await this.#actions.run(async () => {
      const { undone } = await this.#host.rpc.call('undo', {});
      this.#say(undoneText(undone));
    });
  }

  async openFile(): Promise<void> {
    const item = this.#current;
    if (item === undefined) return;
    const what = item.untagged === true ? 'image' : 'caption';
    await this.#actions.run(() => this.#host.rpc.call('open', { item: item.item, what }));
  }

  get #current(): BrowsedItem | undefined {
    return currentItem(this.store.state);
  }

  /** What another page wants to be shown: the filter is replaced, and the grid, or the page of its first pair, comes to the front. */
  #showQuery(query: string, first: boolean): void {
    this.#opensFirst = first;
    this.store.dispatch({ type: 'open', opened: false });
    this.store.dispatch({ type: 'filter', filter: query });
    this.#ask(0);
  }

  #ask(delay: number): void {
    this.#query = 'typed';
    this.#filter.run(delay, () => Promise.resolve(), {
      done: () => {
        this.#query = 'sent';
        this.#wanted = [0];
        this.store.dispatch({ type: 'asked' });
        this.refresh();
      },
      failed: () => undefined,
    });
  }

  async #select(from: number, count: number): Promise<void> {
    await this.#actions.run(async () => {
      const query = queryText(this.store.state);
      const { pairs } = await this.#host.rpc.call('browsedPairs', { query, from, count });
      this.store.dispatch({ type: 'select', pairs });
    });
  }

  /** Sends requests for wanted pages that are missing or stale. */
  #fill(): void {
    const { pages, stale, total, active, opened } = this.store.state;
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
      const query = queryText(this.store.state);
      const answer = await this.#host.rpc.call('browse', {
        query,
        from: page * PAGE_SIZE,
        count: PAGE_SIZE,
      });
      if (list !== this.#list) return;
      // What is typed meanwhile will be asked for.
      if (this.#query === 'sent') this.#query = 'answered';
      if (answer.fault !== null) this.store.dispatch({ type: 'fault', fault: answer.fault });
      else {
        const { total, untagged, items, rules: titles } = answer;
        this.store.dispatch({ type: 'page', page, total, untagged, items, titles });
        const opens = this.#opensFirst && this.#query === 'answered';
        if (opens && total > 0) this.store.dispatch({ type: 'open', opened: true });
      }
      if (this.#query === 'answered') this.#opensFirst = false;
      this.#asking.delete(page);
      if (answer.fault === null) this.#fill();
    } catch (error) {
      if (list !== this.#list) return;
      this.#asking.delete(page);
      this.#opensFirst = false;
      this.store.dispatch({ type: 'failed', failure: wireError(error) });
    }
  }

  /** Requests the details of the pair on its page, and lets the neighbours view follow. */
  #follow(): void {
    const { opened, active, detail } = this.store.state;
    const item = opened ? this.#current : undefined;
    if (opened && item === undefined) this.show(active, active + 1);
    if (opened && this.store.state.tags === null) this.tags.refresh();
    const key = item === undefined ? undefined : `${pairKey(item.item.pair)}\n${item.item.caption}`;
    if (key === this.#shownKey) return;
    this.#shownKey = key;
    this.#detail.cancel();
    this.#match.cancel();
    if (item === undefined) return;
    const { pair } = item.item;
    if (detail?.key !== pairKey(pair)) {
      const empty = { key: pairKey(pair), neighbours: null, match: null };
      this.store.dispatch({ type: 'detail', detail: empty });
    }
    void this.#host.rpc.call('follow', { pair }).catch(() => undefined);
    const target =
      item.untagged === true
        ? { kind: 'image' as const, uri: item.item.imageUri }
        : { kind: 'pair' as const, pair };
    this.#detail.run(
      0,
      (signal) => this.#host.rpc.call('neighbours', { target, k: NEIGHBOURS_SHOWN }, signal),
      {
        done: (neighbours) => {
          const now = this.store.state.detail;
          const match = now?.key === pairKey(pair) ? now.match : null;
          this.store.dispatch({
            type: 'detail',
            detail: { key: pairKey(pair), neighbours, match },
          });
        },
        failed: (error) => {
          this.#complain(error);
        },
      },
    );
    const next = itemAt(this.store.state, active + 1);
    if (next !== undefined) void this.thumbnails.get(next.item.imageUri, STAGE_PIXELS);
  }

  #complain(error: unknown): void {
    const notice = failureNotice(error);
    if (notice !== undefined) this.store.dispatch({ type: 'notice', notice });
  }

  #say(text: string, more: { readonly undo?: boolean } = {}): void {
    this.store.dispatch({ type: 'notice', notice: { text, error: false, ...more } });
  }
}
