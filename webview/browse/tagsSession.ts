import type { CaptionChangeItem, TagItem } from '../../src/protocol/shapes.ts';
import type { Host } from '../shared/host.ts';
import { Latest } from '../shared/latest.ts';
import type { Store } from '../shared/store.ts';
import type { BrowseAction, BrowseState } from './browseState.ts';

/** Tags in the panel; typing finds the others. */
const TAGS_SHOWN = 500;
const TAGS_SUGGESTED = 20;
const FIND_DELAY_MS = 120;
/** After a change of the dataset; a run of changes is asked for once. */
const CHANGE_DELAY_MS = 500;

export type TagChange = Extract<CaptionChangeItem, { tags: unknown }>;

/** Requests for the tags of the datasets. */
export class TagsSession {
  readonly #host: Host;
  readonly #store: Store<BrowseState, BrowseAction>;
  readonly #find = new Latest();
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

  /** Shows or hides the panel. */
  toggle(): void {
    const shown = !this.#store.state.tagsShown;
    this.#store.dispatch({ type: 'tags-shown', shown });
    if (shown) this.#ask(0);
  }

  /** Lists the tags whose name holds a text. */
  find(text: string): void {
    this.#store.dispatch({ type: 'tags-find', text });
    this.#ask(FIND_DELAY_MS);
  }

  /** To be called after a change of the dataset, and when the page of a pair is opened. */
  refresh(): void {
    const { tagsShown, opened, tags } = this.#store.state;
    if (tagsShown || opened) this.#ask(tags === null ? 0 : CHANGE_DELAY_MS);
  }

  /** The most frequent tags whose name holds a text. */
  async suggest(text: string, signal: AbortSignal): Promise<readonly TagItem[]> {
    return (await this.#host.rpc.call('tags', { text, count: TAGS_SUGGESTED }, signal)).tags;
  }

  #ask(delay: number): void {
    const text = this.#store.state.tagsFind;
    this.#find.run(
      delay,
      (signal) => this.#host.rpc.call('tags', { text, count: TAGS_SHOWN }, signal),
      {
        done: (tags) => {
          this.#store.dispatch({ type: 'tags', tags });
        },
        failed: this.#failed,
      },
    );
  }
}
