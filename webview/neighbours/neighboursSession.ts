import type { Target } from '../../src/protocol/shapes.ts';
import type { Neighbour } from '../../src/protocol/shapes.ts';
import { announce } from '../shared/announce.ts';
import type { Host } from '../shared/host.ts';
import { t } from '../shared/l10n.ts';
import { Latest } from '../shared/latest.ts';
import { failureNotice, undoneText } from '../shared/actionQueue.ts';
import { imageName } from '../shared/pairs.ts';
import { wireError } from '../shared/rpcClient.ts';
import { Store } from '../shared/store.ts';
import { Thumbnails } from '../shared/thumbnails.ts';
import {
  initialState,
  type NeighboursAction,
  type NeighboursState,
  parseRemembered,
  reduceNeighbours,
  type RememberedNeighbours,
  toRemembered,
} from './neighboursState.ts';

const SEARCH_DELAY_MS = 150;
const SEARCH_RESULTS = 50;
const NEIGHBOURS_SHOWN = 10;

/** Controller of the neighbour browser, without DOM: sends requests and dispatches their results. */
export class NeighboursSession {
  readonly store: Store<NeighboursState, NeighboursAction>;
  readonly thumbnails: Thumbnails;
  readonly remembered: RememberedNeighbours;
  readonly #host: Host;
  readonly #focus = new Latest();
  readonly #search = new Latest();
  #scrollTop: number;

  constructor(host: Host) {
    this.#host = host;
    this.remembered = parseRemembered(host.recall());
    this.#scrollTop = this.remembered.scrollTop;
    this.store = new Store(initialState(this.remembered), reduceNeighbours);
    this.thumbnails = new Thumbnails(host.rpc);
    this.store.subscribe(() => {
      this.#remember();
    });
  }

  /** Sends `ready` to the host and restores what was shown before the page was hidden. */
  async start(): Promise<void> {
    this.#host.rpc.onEvent((event) => {
      switch (event.event) {
        case 'status':
          this.store.dispatch({ type: 'status', status: event.status });
          break;
        case 'target':
          this.look(event.target);
          break;
        case 'changed':
          this.thumbnails.forget(event.uris);
          this.refresh();
          break;
        case 'showFinding':
        case 'showQuery':
        case 'mapProgress':
          break;
      }
    });
    const { target, search } = this.store.state;
    if (target !== null) this.look(target);
    if (search?.kind === 'text') this.searchText(search.text, 0);
    await announce(this.#host.rpc, (news) => {
      this.store.dispatch(news);
    });
  }

  look(target: Target | null): void {
    this.store.dispatch({ type: 'target', target });
    this.#focus.cancel();
    if (target === null) return;
    this.#focus.run(
      0,
      (signal) => this.#host.rpc.call('neighbours', { target, k: NEIGHBOURS_SHOWN }, signal),
      {
        done: (neighbours) => {
          this.store.dispatch({ type: 'neighbours', neighbours });
        },
        failed: (error) => {
          this.store.dispatch({ type: 'failed', failure: wireError(error) });
        },
      },
    );
  }

  refresh(): void {
    this.look(this.store.state.target);
    const { search } = this.store.state;
    if (search?.kind === 'text') this.searchText(search.text, 0);
  }

  searchText(text: string, delay = SEARCH_DELAY_MS): void {
    const words = text.trim();
    if (words === '') {
      this.clearSearch();
      return;
    }
    this.store.dispatch({ type: 'search', search: { kind: 'text', text } });
    this.#ask(delay, { kind: 'text', text: words }, 'images');
  }

  searchImage(name: string, image: { uri: string } | { base64: string }): void {
    this.store.dispatch({ type: 'search', search: { kind: 'image', name } });
    this.#ask(
      0,
      'uri' in image ? { kind: 'image', uri: image.uri } : { kind: 'bytes', base64: image.base64 },
      'captions',
    );
  }

  searchFailed(message: string, remedy: string): void {
    this.#search.cancel();
    this.store.dispatch({ type: 'search', search: null });
    this.store.dispatch({
      type: 'searchFailed',
      failure: { code: 'invalid-argument', message, remedy },
    });
  }

  clearSearch(): void {
    this.#search.cancel();
    this.store.dispatch({ type: 'search', search: null });
  }

  async open(entry: Neighbour['item'], what: 'caption' | 'image'): Promise<void> {
    await this.#act(() => this.#host.rpc.call('open', { item: entry, what }));
  }

  async compare(entry: Neighbour): Promise<void> {
    const focus = this.store.state.shown?.focus;
    if (focus === undefined) return;
    await this.#act(() => this.#host.rpc.call('compare', { left: focus, right: entry.item }));
  }

  /** Replaces the caption in focus with the entry's caption. */
  async useCaption(entry: Neighbour): Promise<void> {
    const shown = this.store.state.shown;
    if (shown === null) return;
    const { caption } = entry.item;
    await this.#act(async () => {
      const { imageUri, pair } = shown.focus;
      const name = imageName(shown.focus);
      if (shown.siblings.length === 0) {
        await this.#host.rpc.call('createCaption', { imageUri, caption });
        this.#say({ text: t('Caption of {0} written.', name), undo: true, error: false });
        return;
      }
      const { discarded } = await this.#host.rpc.call('setCaption', {
        pair,
        caption,
        preview: true,
      });
      if (discarded === true) return;
      const text = t('Caption of {0} replaced.', name);
      this.#say({ text, undo: true, show: shown.focus, error: false });
    });
  }

  async undo(): Promise<void> {
    await this.#act(async () => {
      const { undone } = await this.#host.rpc.call('undo', {});
      this.#say({ text: undoneText(undone), error: false });
    });
  }

  async audit(): Promise<void> {
    await this.#act(() => this.#host.rpc.call('command', { command: 'pairlens.audit' }));
  }

  dismissNotice(): void {
    this.store.dispatch({ type: 'notice', notice: null });
  }

  scrolled(scrollTop: number): void {
    this.#scrollTop = scrollTop;
    this.#remember();
  }

  #ask(
    delay: number,
    query:
      | { kind: 'text'; text: string }
      | { kind: 'image'; uri: string }
      | { kind: 'bytes'; base64: string },
    want: 'images' | 'captions',
  ): void {
    this.#search.run(
      delay,
      (signal) => this.#host.rpc.call('search', { query, want, k: SEARCH_RESULTS }, signal),
      {
        done: ({ hits }) => {
          this.store.dispatch({ type: 'hits', hits });
        },
        failed: (error) => {
          this.store.dispatch({ type: 'searchFailed', failure: wireError(error) });
        },
      },
    );
  }

  async #act(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const notice = failureNotice(error);
      if (notice !== undefined) this.#say(notice);
    }
  }

  #say(notice: NonNullable<NeighboursState['notice']>): void {
    this.store.dispatch({ type: 'notice', notice });
  }

  #remember(): void {
    this.#host.remember(toRemembered(this.store.state, this.#scrollTop));
  }
}
