import type { BrowsedItem, CaptionChangeItem, ChangedPairs } from '../../src/protocol/shapes.ts';
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
  removedText,
  undoneText,
} from '../shared/actionQueue.ts';
import { pairKey } from '../../src/protocol/pairKey.ts';
import { imageName } from '../shared/pairs.ts';
import { Store } from '../shared/store.ts';
import { Thumbnails } from '../shared/thumbnails.ts';
import { fixedText } from '../shared/fixedText.ts';
import { readOnlyText } from '../shared/readOnlyText.ts';
import { PairListSession } from './pairListSession.ts';
import { TagsSession } from './tagsSession.ts';
import { ViewsSession } from './viewsSession.ts';
import {
  type BrowseAction,
  type BrowseState,
  chosenPairs,
  currentItem,
  initialState,
  itemAt,
  parseRemembered,
  queryText,
  reduceBrowse,
  toRemembered,
} from './browseState.ts';

const MATCH_DELAY_MS = 150;
const NEIGHBOURS_SHOWN = 5;
/** Longest side of the image on the page of a pair, in pixels. */
export const STAGE_PIXELS = 1280;

/** Controller of the page, without DOM: what is done with the pairs of the list. */
export class BrowseSession {
  readonly store: Store<BrowseState, BrowseAction>;
  readonly list: PairListSession;
  readonly thumbnails: Thumbnails;
  readonly tags: TagsSession;
  readonly views: ViewsSession;
  readonly #host: Host;
  readonly #detail = new Latest();
  readonly #match = new Latest();
  #shownKey: string | undefined;
  readonly #actions = new ActionQueue((error) => {
    this.#complain(error);
  });

  constructor(host: Host) {
    this.#host = host;
    this.store = new Store(initialState(parseRemembered(host.recall())), reduceBrowse);
    this.list = new PairListSession(host, this.store);
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
      if (event.event === 'showQuery') this.list.showQuery(event.query, event.first === true);
      if (event.event !== 'changed') return;
      this.thumbnails.forget(event.uris);
      this.#shownKey = undefined;
      this.list.refresh();
      this.tags.refresh();
    });
    this.list.fill();
    this.tags.refresh();
    void this.views.load();
    await announce(this.#host.rpc, (news) => {
      this.store.dispatch(news);
    });
  }

  /** Opens another page about all pairs. */
  async showPage(command: 'pairlens.statistics' | 'pairlens.map'): Promise<void> {
    await this.#actions.run(() => this.#host.rpc.call('command', { command }));
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

  /** Removes the images of the chosen pairs with all that belongs to them, after a question. */
  async remove(): Promise<void> {
    const pairs = chosenPairs(this.store.state);
    if (pairs.length === 0) return;
    await this.#actions.run(async () => {
      const { removed } = await this.#host.rpc.call('removeImages', { of: { pairs: [...pairs] } });
      if (removed > 0) this.#say(removedText(removed), { undo: true });
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

  async #select(from: number, count: number): Promise<void> {
    await this.#actions.run(async () => {
      const query = queryText(this.store.state);
      const { pairs } = await this.#host.rpc.call('browsedPairs', { query, from, count });
      this.store.dispatch({ type: 'select', pairs });
    });
  }

  /** Requests the details of the pair on its page, and lets the neighbours view follow. */
  #follow(): void {
    const { opened, active, detail } = this.store.state;
    const item = opened ? this.#current : undefined;
    if (opened && item === undefined) this.list.show(active, active + 1);
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
