import { isLikelyFix } from '../../src/protocol/candidate.ts';
import { distinctPairs } from '../../src/protocol/pairKey.ts';
import type { FindingItem, FixItem } from '../../src/protocol/shapes.ts';
import { type ActionQueue, decidedText, excludedText } from '../shared/actionQueue.ts';
import { fixedText } from '../shared/fixedText.ts';
import { t } from '../shared/l10n.ts';
import type { RpcClient } from '../shared/rpcClient.ts';
import type { Store } from '../shared/store.ts';
import { type Outcome, outcomeOf } from './resolutions.ts';
import { fileToExclude, openFindings, type TriageAction, type TriageState } from './triageState.ts';

/** Fixes of a group that need no choice of a person. */
const GROUP_FIXES: readonly FixItem['kind'][] = [
  'swap-captions',
  'move-captions',
  'save-as-utf8',
  'rename-caption-file',
  'separate-images',
];

/** Actions on all open findings of the rule that is chosen, as one step of undo. */
export class GroupSession {
  readonly #rpc: Pick<RpcClient, 'call'>;
  readonly #store: Store<TriageState, TriageAction>;
  readonly #actions: ActionQueue;

  constructor(
    rpc: Pick<RpcClient, 'call'>,
    store: Store<TriageState, TriageAction>,
    actions: ActionQueue,
  ) {
    this.#rpc = rpc;
    this.#store = store;
    this.#actions = actions;
  }

  /** The open findings of the chosen rule; none without a choice. */
  get findings(): readonly FindingItem[] {
    return this.#store.state.rule === null ? [] : openFindings(this.#store.state);
  }

  /** Those with a pair, which can be decided on. */
  get decidable(): readonly FindingItem[] {
    return this.findings.filter(({ item }) => item !== undefined);
  }

  /** Those with a fix that needs no choice. */
  get fixable(): readonly FindingItem[] {
    return this.findings.filter(({ fixes }) =>
      fixes.some(
        ({ kind, match }) =>
          GROUP_FIXES.includes(kind) || (kind === 'replace-caption' && match === undefined),
      ),
    );
  }

  /** Those with a suggestion that is likely meant. */
  get likely(): readonly FindingItem[] {
    return this.findings.filter(({ fixes }) => fixes.some(isLikelyFix));
  }

  async decide(decision: 'verified' | 'excluded'): Promise<void> {
    const findings = this.decidable;
    if (findings.length === 0) return;
    await this.#actions.run(async () => {
      const all = findings.flatMap(({ item }) => (item === undefined ? [] : [item.pair]));
      const pairs = distinctPairs(all);
      const { decided } = await this.#rpc.call('decideAll', { pairs, decision });
      if (decided === 0) return;
      this.#resolve(findings, outcomeOf(decision));
      this.#say(decidedText(decision, decided));
    });
  }

  /** Those whose image can be moved out of the dataset. */
  get excludable(): readonly FindingItem[] {
    return this.findings.filter((finding) => fileToExclude(finding) !== undefined);
  }

  /** Moves the images of all out of the dataset, after a question. */
  async exclude(): Promise<void> {
    const findings = this.excludable;
    const images = [...new Set(findings.flatMap((finding) => fileToExclude(finding) ?? []))];
    if (images.length === 0) return;
    await this.#actions.run(async () => {
      const { excluded } = await this.#rpc.call('exclude', { of: { images } });
      if (excluded === 0) return;
      this.#resolve(findings, 'excluded');
      this.#say(excludedText(excluded));
    });
  }

  /** @param suggestions wrong captions get the caption that is likely meant, and nothing else is fixed */
  async fix(suggestions: boolean): Promise<void> {
    const findings = suggestions ? this.likely : this.fixable;
    if (findings.length === 0) return;
    await this.#actions.run(async () => {
      const of = { ids: findings.map(({ id }) => id) };
      const done = await this.#rpc.call('fixFindings', { of, suggestions });
      if (done.discarded) return;
      // What was left out of the preview is not told: the next list of findings shows it.
      const fixed = new Set(done.partly === true ? [] : done.fixed);
      this.#resolve(
        findings.filter(({ id }) => fixed.has(id)),
        'fixed',
      );
      this.#say(fixedText(done), done.fixed.length > 0);
    });
  }

  /** Turns the rule off in the config file of the folder of the first finding. */
  async turnOff(): Promise<void> {
    const [finding] = this.findings;
    if (finding === undefined) return;
    const { code, uri, title } = finding;
    await this.#actions.run(async () => {
      const { discarded } = await this.#rpc.call('turnRuleOff', { code, uri });
      if (discarded) return;
      this.#store.dispatch({ type: 'rule', rule: null });
      const text = t('“{0}” is off in this folder. Settings are in pairlens.config.json.', title);
      this.#store.dispatch({ type: 'notice', notice: { text, error: false } });
    });
  }

  #resolve(findings: readonly FindingItem[], outcome: Outcome): void {
    const resolved = findings.map(({ id }) => ({ id, outcome }));
    this.#store.dispatch({ type: 'resolveAll', resolved });
  }

  #say(text: string, undo = true): void {
    this.#store.dispatch({ type: 'notice', notice: { text, error: false, undo } });
  }
}
