import type { FindingItem, PairItem } from '../../src/protocol/shapes.ts';
import { type ActionQueue, failureNotice, undoneText } from '../shared/actionQueue.ts';
import { t } from '../shared/l10n.ts';
import type { Notice } from '../shared/noticeLine.ts';
import { fileName, pathBelow } from '../shared/pairs.ts';
import type { RpcClient } from '../shared/rpcClient.ts';
import type { Store } from '../shared/store.ts';
import { isHeld, type Outcome, type Touched } from './resolutions.ts';
import { isDirty, type TriageAction, type TriageState } from './triageState.ts';

/** How long findings about what an action changed may say what was true before, after it has ended. */
const HELD_MS = 3000;
/** Keys this soon after another finding showed up by itself were meant for the one before. */
const SURPRISE_MS = 400;

/** An action that resolves a finding. */
export interface Step {
  readonly outcome: Outcome;
  /** The caption of the finding's pair afterwards. */
  readonly caption?: string | undefined;
  readonly touched?: readonly Touched[];
  /** Does it. False if the user did not want it in the end: then nothing was changed. */
  run(): Promise<boolean>;
  /** The message once it is done. */
  readonly done: string;
  /** The pair that the message is about. */
  readonly show?: PairItem | undefined;
}

/** A finding whose action failed, while the user was busy with another one. */
interface Owed {
  readonly finding: FindingItem;
  readonly notice: Notice | undefined;
}

/**
 * Resolves findings. The next one is shown at once, and what was asked for is done in its turn; if that fails, the user is brought
 * back to the finding with the reason, and what was typed there is still there.
 */
export class Resolver {
  readonly #rpc: Pick<RpcClient, 'call'>;
  readonly #store: Store<TriageState, TriageAction>;
  readonly #actions: ActionQueue;
  readonly #now: () => number;
  readonly #owed: Owed[] = [];
  /** When the finding on show appeared. */
  #since: number;
  #shownId: string | undefined;
  #broughtBack: string | undefined;

  constructor(
    rpc: Pick<RpcClient, 'call'>,
    store: Store<TriageState, TriageAction>,
    actions: ActionQueue,
    now: () => number,
  ) {
    this.#rpc = rpc;
    this.#store = store;
    this.#actions = actions;
    this.#now = now;
    this.#since = now();
  }

  /** Milliseconds since the finding on show appeared. */
  get took(): number {
    return this.#now() - this.#since;
  }

  /** Whether another finding showed up by itself so recently that a key was not meant for it. */
  get surprises(): boolean {
    return this.#store.state.byItself && this.took < SURPRISE_MS;
  }

  /** Call after each state change. */
  follow(): void {
    const id = this.#store.state.current?.id;
    if (id === this.#shownId) return;
    this.#shownId = id;
    this.#since = this.#now();
    if (id !== this.#broughtBack) this.#payBack();
  }

  /** Resolves a finding before its step is done. Does nothing while another step for it is being done. */
  async atOnce(finding: FindingItem, step: Step): Promise<void> {
    const { id } = finding;
    if (this.#actions.isUnfinished(id)) return;
    const { outcome, caption, touched = [] } = step;
    const resolved = { id, outcome, caption };
    this.#store.dispatch({ type: 'presume', resolved, touched, took: this.took });
    await this.#actions.run(async () => {
      try {
        if (!(await step.run())) {
          this.#giveBack({ finding, notice: undefined });
          return;
        }
      } catch (error) {
        this.#giveBack({ finding, notice: failureNotice(error) });
        return;
      }
      this.#store.dispatch({ type: 'confirm', id });
      this.#releaseLater(id);
      const { notice, steps } = this.#store.state;
      // Later ones have a message of their own, and what failed must be read.
      if (steps.at(-1) === id && notice?.error !== true) this.#say(step);
    }, id);
  }

  /** Resolves a finding after its step is done: the editor asks a question first. */
  async afterwards(finding: FindingItem, step: Step): Promise<void> {
    const { id } = finding;
    await this.#actions.run(async () => {
      if (!(await step.run())) return;
      const { outcome, caption } = step;
      this.#store.dispatch({
        type: 'resolve',
        resolved: { id, outcome, caption },
        took: this.took,
      });
      this.#say(step);
    }, id);
  }

  /** Takes the newest step back, in its turn. */
  async undo(): Promise<void> {
    const step = this.#store.state.steps.at(-1) ?? null;
    this.#store.dispatch({ type: 'undoing' });
    await this.#actions.run(async () => {
      const { history } = this.#store.state;
      // It failed meanwhile, which is told: an older step is not what was meant.
      if (step !== null && !history.some((each) => (each.step ?? each.id) === step)) return;
      const { undone } = await this.#rpc.call('undo', {});
      if (undone !== null && step !== null) this.#store.dispatch({ type: 'unresolve', step });
      const notice = { text: undoneText(undone), error: false };
      this.#store.dispatch({ type: 'notice', notice });
    });
  }

  #say({ done, show }: Step): void {
    const notice = { text: done, error: false, undo: true, ...(show && { show }) };
    this.#store.dispatch({ type: 'notice', notice });
  }

  #giveBack(owed: Owed): void {
    if (this.#mayInterrupt()) {
      this.#bringBack(owed);
      return;
    }
    const { finding, notice } = owed;
    this.#owed.push(owed);
    this.#store.dispatch({ type: 'giveBack', finding, shown: false });
    if (notice === undefined) return;
    const text = t('{0}: {1}', imageName(finding), notice.text);
    this.#store.dispatch({ type: 'notice', notice: { ...notice, text } });
  }

  /** Whether the user is neither typing nor reading why another one failed. */
  #mayInterrupt(): boolean {
    const { current } = this.#store.state;
    if (isDirty(this.#store.state) || this.#store.state.editing) return false;
    return current === null || current.id !== this.#broughtBack;
  }

  #bringBack({ finding, notice }: Owed): void {
    this.#broughtBack = finding.id;
    this.#store.dispatch({ type: 'giveBack', finding, shown: true });
    if (notice !== undefined) this.#store.dispatch({ type: 'notice', notice });
  }

  /** Once the user has gone on, the oldest of those that failed meanwhile is shown. */
  #payBack(): void {
    this.#broughtBack = undefined;
    const { pending, resolved } = this.#store.state;
    while (this.#owed.length > 0 && this.#mayInterrupt()) {
      const owed = this.#owed.shift();
      if (owed === undefined || pending.has(owed.finding.id)) continue;
      if (resolved.has(owed.finding.id)) continue;
      this.#bringBack(owed);
      return;
    }
  }

  #releaseLater(id: string): void {
    const { findings, held } = this.#store.state;
    const release = (): void => {
      this.#store.dispatch({ type: 'release', id });
    };
    const hides = (findings ?? []).some((finding) => finding.id !== id && isHeld(held, finding));
    if (hides) setTimeout(release, HELD_MS);
    else release();
  }
}

/** File name of a finding's image. */
export function imageName({ item, imageUri, uri }: FindingItem): string {
  return item === undefined ? pathBelow(imageUri ?? uri, []) : fileName(item.pair.image);
}
