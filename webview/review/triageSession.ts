import type { FindingItem, PairItem } from '../../src/protocol/shapes.ts';
import { announce } from '../shared/announce.ts';
import type { Host } from '../shared/host.ts';
import { t } from '../shared/l10n.ts';
import { Latest } from '../shared/latest.ts';
import { ActionQueue, excludedText, failureNotice, undoneText } from '../shared/actionQueue.ts';
import { fileName, pathBelow } from '../shared/pairs.ts';
import { wireError } from '../shared/rpcClient.ts';
import { Store } from '../shared/store.ts';
import { Thumbnails } from '../shared/thumbnails.ts';
import { captionMoves, swapPartner } from './captionMoves.ts';
import { fileFix } from './fileFix.ts';
import { suggestionsFor, takesSuggestions, type Suggestion } from './suggestions.ts';
import {
  canEdit,
  draftOf,
  imageToExclude,
  initialState,
  isDirty,
  openFindings,
  type Outcome,
  outcomeOf,
  parseRemembered,
  reduceTriage,
  type TriageAction,
  type TriageState,
  toRemembered,
} from './triageState.ts';
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
  /** Actions on all findings of a rule. */
  readonly group: GroupSession;
  readonly #host: Host;
  readonly #findings = new Latest();
  readonly #detail = new Latest();
  readonly #match = new Latest();
  readonly #words: WordsSession;
  readonly duplicates: DuplicatesSession;
  readonly #now: () => number;
  /** Key of the finding and caption whose details were requested last. */
  #shownKey: string | undefined;
  #since: number;
  readonly #actions = new ActionQueue((error) => {
    this.#complain(error);
  });

  constructor(host: Host, now: () => number = () => performance.now()) {
    this.#host = host;
    this.#now = now;
    this.#since = now();
    this.store = new Store(initialState(parseRemembered(host.recall())), reduceTriage);
    this.thumbnails = new Thumbnails(host.rpc);
    this.#words = new WordsSession(host.rpc, this.store, () => this.thumbnails.generation);
    this.duplicates = new DuplicatesSession(host.rpc, this.store, this.#actions);
    this.group = new GroupSession(host.rpc, this.store, this.#actions);
    this.store.subscribe(() => {
      this.#host.remember(toRemembered(this.store.state));
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
        ? { type: 'move', by, took: this.#now() - this.#since }
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
    if (isDirty(state)) await this.#setCaption(draftOf(state));
  }

  /** Replaces the caption; an example is put into the field instead. */
  async applySuggestion(number: number): Promise<void> {
    const suggestion = this.suggestions[number - 1];
    if (suggestion === undefined) return;
    if (suggestion.grade === 'example') this.type(suggestion.caption);
    else await this.#setCaption(suggestion.caption);
  }

  async decide(decision: 'verified' | 'excluded'): Promise<void> {
    const { current } = this.store.state;
    const pair = current?.item?.pair;
    if (current === null || pair === undefined) return;
    await this.#actions.run(async () => {
      await this.#host.rpc.call('decide', { pair, decision });
      this.#resolve(current, outcomeOf(decision));
      const name = imageName(current);
      this.#done(
        decision === 'verified'
          ? t('{0} is marked as verified.', name)
          : t('{0} is ignored.', name),
        current,
      );
    }, current.id);
  }

  /** Moves the image out of the dataset, with its captions and all else that belongs to it. */
  async exclude(): Promise<void> {
    const { current } = this.store.state;
    const image = current === null ? undefined : imageToExclude(current);
    if (current === null || image === undefined) return;
    await this.#actions.run(async () => {
      const { excluded } = await this.#host.rpc.call('exclude', { of: { images: [image] } });
      if (excluded === 0) return;
      this.#resolve(current, 'excluded');
      this.#done(excludedText(excluded), {});
    }, current.id);
  }

  async swap(): Promise<void> {
    const { current } = this.store.state;
    const pair = current?.item?.pair;
    const other = swapPartner(current);
    if (current === null || pair === undefined || other === undefined) return;
    await this.#actions.run(async () => {
      await this.#host.rpc.call('swapCaptions', { pair, other });
      this.#resolve(current, 'fixed');
      const names = [imageName(current), fileName(other.image)] as const;
      this.#done(t('Captions of {0} and {1} swapped.', ...names), current);
    }, current.id);
  }

  /** Moves the captions of a run, or of a ring, to the images that they fit. */
  async moveCaptions(): Promise<void> {
    const { current } = this.store.state;
    const moves = captionMoves(current);
    if (current === null || moves.length === 0) return;
    await this.#actions.run(async () => {
      await this.#host.rpc.call('moveCaptions', {
        moves: moves.map(({ to, from }) => ({ to: to.pair, from: from.pair })),
      });
      this.#resolve(current, 'fixed');
      this.#done(t('{0} captions moved.', moves.length), current);
    }, current.id);
  }

  /** Applies the finding's fix of several captions, or of the caption file as a whole. */
  async fix(): Promise<void> {
    if (captionMoves(this.store.state.current).length > 0) await this.moveCaptions();
    else await this.fixFile();
  }

  /** Applies the finding's fix of the caption file as a whole. */
  async fixFile(): Promise<void> {
    const { current } = this.store.state;
    const fix = fileFix(current);
    if (current === null || fix === undefined) return;
    const { uri } = current;
    await this.#actions.run(async () => {
      if (fix.separations !== undefined) {
        await this.#host.rpc.call('separateImages', { uri, separations: fix.separations });
        this.#resolve(current, 'fixed');
        this.#done(t('The images have captions of their own now.'), current);
      } else if (fix.kind === 'save-as-utf8') {
        await this.#host.rpc.call('saveAsUtf8', { uri, encoding: fix.encoding ?? '' });
        this.#resolve(current, 'fixed');
        this.#done(t('{0} is UTF-8 now.', pathBelow(uri, [])), current);
      } else {
        await this.#host.rpc.call('renameCaptionFile', { from: uri, to: fix.to ?? '' });
        this.#resolve(current, 'fixed');
        const names = [pathBelow(uri, []), pathBelow(fix.to ?? '', [])] as const;
        this.#done(t('{0} is called {1} now.', ...names), current);
      }
    }, current.id);
  }

  /** Keeps one image of a group of duplicates, and removes the others after a question. */
  async keepDuplicate(index: number): Promise<void> {
    const { current, detail } = this.store.state;
    const images = detail.duplicates?.images ?? [];
    const kept = images[index];
    const others = images.filter((image) => image !== kept && image.bytes !== undefined);
    if (current === null || kept === undefined || others.length === 0) return;
    await this.#actions.run(async () => {
      const asked = { keep: kept.uri, images: others.map(({ uri }) => uri) };
      const { removed } = await this.#host.rpc.call('removeImages', asked);
      if (!removed) return;
      this.#resolve(current, 'fixed');
      this.#done(t('{0} is kept, {1} duplicates removed.', kept.name, others.length), current);
    }, current.id);
  }

  /** Notes that the pictures of a group are different: they are no longer reported. */
  async markDifferent(): Promise<void> {
    const { current, detail } = this.store.state;
    if (current === null || detail.duplicates === null) return;
    await this.#actions.run(async () => {
      await this.#host.rpc.call('markDifferent', { id: current.id });
      this.#resolve(current, 'verified');
      this.#done(t('The pictures are no longer reported as the same.'), current);
    }, current.id);
  }

  async undo(): Promise<void> {
    await this.#actions.run(async () => {
      const { undone } = await this.#host.rpc.call('undo', {});
      if (undone !== null) this.store.dispatch({ type: 'unresolve' });
      this.store.dispatch({ type: 'notice', notice: { text: undoneText(undone), error: false } });
      this.loadFindings();
    });
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

  async audit(): Promise<void> {
    // No step for the queue: an audit may take minutes, and findings are worked on meanwhile.
    try {
      await this.#host.rpc.call('command', { command: 'pairlens.audit' });
    } catch (error) {
      this.#complain(error);
    }
  }

  async #setCaption(caption: string): Promise<void> {
    const { current } = this.store.state;
    if (current === null) return;
    const { item, imageUri } = current;
    await this.#actions.run(async () => {
      if (item !== undefined) {
        await this.#host.rpc.call('setCaption', { pair: item.pair, caption });
      } else if (imageUri !== undefined) {
        await this.#host.rpc.call('createCaption', { imageUri, caption });
      } else return;
      this.#resolve(current, 'fixed', caption);
      const name = imageName(current);
      this.#done(
        (item?.caption ?? '') === ''
          ? t('Caption of {0} written.', name)
          : t('Caption of {0} replaced.', name),
        current,
      );
    }, current.id);
  }

  /** Reports an action on a finding that is no longer shown. */
  #done(text: string, { item }: Pick<FindingItem, 'item'>): void {
    const notice = { text, error: false, undo: true, ...(item && { show: item }) };
    this.store.dispatch({ type: 'notice', notice });
  }

  #resolve(finding: FindingItem, outcome: Outcome, caption?: string): void {
    this.#match.cancel();
    this.store.dispatch({
      type: 'resolve',
      resolved: { id: finding.id, outcome, caption },
      took: this.#now() - this.#since,
    });
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
    this.#since = this.#now();
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

/** File name of a finding's image. */
function imageName({ item, imageUri, uri }: FindingItem): string {
  return item === undefined ? pathBelow(imageUri ?? uri, []) : fileName(item.pair.image);
}
