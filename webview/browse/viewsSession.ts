import type { SavedView } from '../../src/protocol/shapes.ts';
import type { Host } from '../shared/host.ts';
import type { Store } from '../shared/store.ts';
import { type BrowseAction, type BrowseState, queryText } from './browseState.ts';

/** The saved views: names for filters with their order. */
export class ViewsSession {
  readonly #host: Host;
  readonly #store: Store<BrowseState, BrowseAction>;
  readonly #failed: (error: unknown) => void;

  constructor(
    host: Host,
    store: Store<BrowseState, BrowseAction>,
    failed: (error: unknown) => void,
  ) {
    this.#host = host;
    this.#store = store;
    this.#failed = failed;
  }

  async load(): Promise<void> {
    await this.#show(() => this.#host.rpc.call('views', {}));
  }

  /** Saves what is shown, under a name that the editor asks for. */
  async save(): Promise<void> {
    const query = queryText(this.#store.state);
    if (canBeSaved(query)) await this.#show(() => this.#host.rpc.call('saveView', { query }));
  }

  async remove({ name }: SavedView): Promise<void> {
    await this.#show(() => this.#host.rpc.call('removeView', { name }));
  }

  async #show(ask: () => Promise<{ readonly views: readonly SavedView[] }>): Promise<void> {
    try {
      const { views } = await ask();
      this.#store.dispatch({ type: 'views', views });
    } catch (error) {
      this.#failed(error);
    }
  }
}

/** The view that is shown; undefined if the filter and its order are none. */
export function shownView(
  state: Pick<BrowseState, 'filter' | 'sort' | 'views'>,
): SavedView | undefined {
  const query = queryText(state);
  return state.views.find((view) => view.query === query);
}

/** A selection on the map has its name until the window is closed: later another one may have it. */
export function canBeSaved(query: string): boolean {
  return query !== '' && !/(?:^|[\s(-])map:/iu.test(query);
}
