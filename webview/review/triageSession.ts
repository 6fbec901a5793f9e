import type { PairItem } from '../../src/protocol/shapes.ts';
import { announce } from '../shared/announce.ts';
import type { WebviewParams } from '../../src/protocol/webviewApi.ts';
import type { Host } from '../shared/host.ts';
import { Latest } from '../shared/latest.ts';
import { ActionQueue, failureNotice } from '../shared/actionQueue.ts';
import { wireError } from '../shared/rpcClient.ts';
import { Store } from '../shared/store.ts';
import { Thumbnails } from '../shared/thumbnails.ts';
import { swapPartner } from './captionMoves.ts';
import { FindingActions } from './findingActions.ts';
import { Resolver } from './resolver.ts';
import { suggestionsFor, takesSuggestions, type Suggestion } from './suggestions.ts';
import {
  canEdit,
  draftOf,
  initialState,
  isUnsettled,
  isDirty,
  openFindings,
  parseRemembered,
  type TriageAction,
  type TriageState,
  toRemembered,
} from './triageState.ts';
import { reduceTriage } from './triageReducer.ts';
import { DuplicatesSession } from './duplicatesSession.ts';
import { GroupSession } from './groupSession.ts';
import { WordsSession } from './wordsSession.ts';

const MATCH_DELAY_MS = 150;
const NEIGHBOURS_SHOWN = 12;
/** Longest side of the main image, in pixels. */
export const STAGE_PIXELS = 1280;

/** Controller of the triage, without DOM: sends requests and dispatches their results. */
export class TriageSession {
  readonly store: Store<TriageState, TriageAction>;
  readonly thumbnails: Thumbnails;
  readonly resolver: Resolver;
  /** Actions on the current finding. */
  readonly act: FindingActions;
  /** Actions on all findings of a rule. */
  readonly group: GroupSession;
  readonly #host: Host;
  readonly #findings = new Latest();
  readonly #detail = new Latest();
  readonly #match = new Latest();
  readonly #words: WordsSession;
  readonly duplicates: DuplicatesSession;
  /** Key of the finding and caption whose details were requested last. */
  #shownKey: string | undefined;
  readonly #actions = new ActionQueue((error) => {
    this.#complain(error);
  });

  constructor(host: Host, now: () => number = () => performance.now()) {
    this.#host = host;
    this.store = new Store(initialState(parseRemembered(host.recall())), reduceTriage);
    this.thumbnails = new Thumbnails(host.rpc);
    this.#words = new WordsSession(host.rpc, this.store, () => this.thumbnails.generation);
    this.duplicates = new DuplicatesSession(host.rpc, this.store, this.#actions);
    this.resolver = new Resolver(host.rpc, this.store, this.#actions, now);
    this.act = new FindingActions(host.rpc, this.store, this.resolver);
    this.group = new GroupSession(host.rpc, this.store, this.#actions);
    this.store.subscribe(() => {
      this.#host.remember(toRemembered(this.store.state));
      this.resolver.follow();
      this.#follow();
      this.#words.follow();
      this.duplicates.follow();
    });
  }

  async start(): Promise<void> {
    this.#host.rpc.onEvent((event) => {
      switch (event.event) {
        case 'status':
          this.store.dispatch({ type: 'status', status: event.status });
          break;
        case 'changed':
          this.thumbnails.forget(event.uris);
          if (event.findings) this.loadFindings();
          this.#loadDetail();
          this.duplicates.load();
          break;
        case 'showFinding':
          this.store.dispatch({ type: 'show', id: event.id });
          break;
        case 'target':
        case 'showQuery':
        case 'mapProgress':
          break;
      }
    });
    this.loadFindings();
    await announce(this.#host.rpc, (news) => {
      this.store.dispatch(news);
    });
  }

  loadFindings(): void {
    this.#findings.run(0, (signal) => this.#host.rpc.call('findings', {}, signal), {
      done: ({ findings }) => {
        this.store.dispatch({ type: 'findings', findings });
      },
      failed: (error) => {
        this.store.dispatch({ type: 'failed', failure: wireError(error) });
      },
    });
  }

  /** Empty if a new caption is no fix of the finding. */
  get suggestions(): readonly Suggestion[] {
    const { current, detail } = this.store.state;
    if (current === null || !canEdit(this.store.state) || !takesSuggestions(current)) return [];
    return suggestionsFor(current, detail.match?.neighbours ?? detail.neighbours);
  }

  get canSwap(): boolean {
    return swapPartner(this.store.state.current) !== undefined;
  }

  move(by: 1 | -1): void {
    this.store.dispatch(
      by === 1 && this.store.state.current !== null
        ? { type: 'move', by, took: this.resolver.took }
        : { type: 'move', by },
    );
  }

  /** Stores the typed caption and requests its match, debounced. */
  type(text: string): void {
    const { current } = this.store.state;
    if (current === null) return;
    const { id, item } = current;
    const unchanged = text === (item?.caption ?? '');
    const draft: TriageAction = { type: 'draft', id, text: unchanged ? null : text };
    if (unchanged || item === undefined) {
      this.#match.cancel();
      this.store.dispatch({ type: 'match', id, match: null });
      this.store.dispatch(draft);
      return;
    }
    // Dispatched after the draft: the known match is not that of the new caption.
    this.store.dispatch({ type: 'matching', id });
    this.store.dispatch(draft);
    this.#match.run(
      MATCH_DELAY_MS,
      (signal) => this.#host.rpc.call('match', { pair: item.pair, caption: text }, signal),
      {
        done: (match) => {
          this.store.dispatch({ type: 'match', id, match });
        },
        failed: (error) => {
          this.store.dispatch({ type: 'match', id, match: null });
          this.#complain(error);
        },
      },
    );
  }

  async apply(): Promise<void> {
    const { state } = this.store;
    if (isDirty(state)) await this.act.setCaption(draftOf(state));
  }

  /** Replaces the caption; an example is put into the field instead. */
  async applySuggestion(number: number): Promise<void> {
    const suggestion = this.suggestions[number - 1];
    if (suggestion === undefined) return;
    if (suggestion.grade === 'example') this.type(suggestion.caption);
    else await this.act.setCaption(suggestion.caption);
  }

  async undo(): Promise<void> {
    await this.resolver.undo();
    this.loadFindings();
  }

  async open(what: 'caption' | 'image'): Promise<void> {
    const { current } = this.store.state;
    if (current === null) return;
    await this.#actions.run(() =>
      this.#host.rpc.call(
        'open',
        current.item === undefined ? { uri: current.uri, what } : { item: current.item, what },
      ),
    );
  }

  /** Opens the caption file of a pair. */
  async openPair(item: PairItem): Promise<void> {
    await this.#actions.run(() => this.#host.rpc.call('open', { item, what: 'caption' }));
  }

  /** Opens the finding's pair and `other` side by side; `other` alone if the finding has no pair. */
  async compare(other: PairItem): Promise<void> {
    const left = this.store.state.current?.item;
    await this.#actions.run(() =>
      left === undefined
        ? this.#host.rpc.call('open', { item: other, what: 'image' })
        : this.#host.rpc.call('compare', { left, right: other }),
    );
  }

  audit(): Promise<void> {
    return this.#command('pairlens.audit');
  }

  fix(): Promise<void> {
    return isUnsettled(this.store.state) ? this.settle() : this.act.fix();
  }

  /** Asks what a caption file holds. */
  settle(): Promise<void> {
    return this.#command('pairlens.settle');
  }

  /** No step for the queue: an audit may take minutes, and findings are worked on meanwhile. */
  async #command(command: WebviewParams<'command'>['command']): Promise<void> {
    try {
      await this.#host.rpc.call('command', { command });
    } catch (error) {
      this.#complain(error);
    }
  }

  #complain(error: unknown): void {
    const notice = failureNotice(error);
    if (notice !== undefined) this.store.dispatch({ type: 'notice', notice });
  }

  /** Requests the details of the current finding when the finding or its caption has changed. */
  #follow(): void {
    const { current } = this.store.state;
    const key = current === null ? undefined : `${current.id}\n${current.item?.caption ?? ''}`;
    if (key === this.#shownKey) return;
    this.#shownKey = key;
    this.#match.cancel();
    this.#loadDetail();
    const pair = current?.item?.pair;
    if (pair !== undefined) void this.#host.rpc.call('follow', { pair }).catch(() => undefined);
    if (current !== null && isDirty(this.store.state)) this.type(draftOf(this.store.state));
    this.#prefetch();
  }

  #loadDetail(): void {
    const { current } = this.store.state;
    this.#detail.cancel();
    if (current === null) return;
    const { id, item, imageUri } = current;
    if (item === undefined && imageUri === undefined) return;
    this.#detail.run(
      0,
      (signal) =>
        this.#host.rpc.call(
          'neighbours',
          {
            target:
              item === undefined
                ? { kind: 'image', uri: imageUri ?? '' }
                : { kind: 'pair', pair: item.pair },
            k: NEIGHBOURS_SHOWN,
          },
          signal,
        ),
      {
        done: (neighbours) => {
          this.store.dispatch({ type: 'neighbours', id, neighbours });
        },
        failed: (error) => {
          this.#complain(error);
        },
      },
    );
  }

  /** Loads the next image in advance. */
  #prefetch(): void {
    const next = openFindings(this.store.state)[this.store.state.index + 1];
    const uri = next?.item?.imageUri ?? next?.imageUri;
    if (uri !== undefined) void this.thumbnails.get(uri, STAGE_PIXELS);
  }
}
