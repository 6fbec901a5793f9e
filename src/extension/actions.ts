import type { WireEdit } from '../protocol/workspaceEdit.ts';
import * as vscode from 'vscode';
import type { z } from 'zod';
import { setTimeout as delay } from 'node:timers/promises';
import { groupBy } from '../core/collections.ts';
import { baseName } from '../core/dataset/paths.ts';
import { PairLensError } from '../core/errors.ts';
import { pairKey } from '../protocol/pairKey.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import type {
  ImageSeparationItem,
  CaptionChangeItem,
  CaptionMove,
  ChangedPairs,
  PairDecision,
  PairItem,
  PairRef,
  Range,
} from '../protocol/shapes.ts';
import type { HOST_REQUESTS } from '../protocol/webviewApi.ts';
import { type AppliedEdit, applyEdit } from './applyEdit.ts';
import { renameFile, rewriteFile, separateImages } from './fileSteps.ts';
import { oneLine } from './pairTexts.ts';
import { toRange } from './positions.ts';
import type { ServerClient } from './serverClient.ts';
import { showFailure } from './showFailure.ts';

/** What reports a finished action: a VS Code message, or the webview that requested it. */
export type Teller = 'message' | 'page';

/** A step that `Actions.undo` can reverse. */
interface Step {
  readonly label: string;
  /** Reverses the step. False, without a change, if the text was changed since. */
  takeBack(): Promise<boolean>;
}

interface DecisionOnPair {
  readonly pair: PairRef;
  readonly decision: PairDecision;
}

/** How often, and how long after one another, pairs are looked for whose files were just brought back. */
const MOST_ATTEMPTS = 20;
const NEXT_ATTEMPT_MS = 250;

/** Length of the undo stack. */
const MOST_STEPS = 200;

/** Longest caption that all lists and menus show in full. */
const SHOWN_IN_FULL = 100;

/** User actions on pairs, shared by all views: edit, swap, decide, open, compare. Edits and decisions can be undone. */
export class Actions {
  readonly #client: ServerClient;
  readonly #steps: Step[] = [];

  constructor(client: ServerClient) {
    this.#client = client;
  }

  /**
   * Replaces a pair's caption. With `preview`, a caption too long for lists is shown and must be confirmed first.
   * @returns false if the user did not confirm.
   */
  async setCaption(
    pair: PairRef,
    caption: string,
    { teller = 'message', preview = true }: { teller?: Teller; preview?: boolean } = {},
  ): Promise<boolean> {
    const wire = await this.#client.request(REQUESTS.captionEdit, { pair, caption });
    return this.edit(wire, { teller, preview: preview && !isShort(caption) });
  }

  async swap(pair: PairRef, other: PairRef, teller: Teller = 'message'): Promise<void> {
    await this.#edit(await this.#client.request(REQUESTS.swapEdit, { pair, other }), teller);
  }

  /** Gives every pair `to` the caption of the pair `from`. */
  async moveCaptions(moves: readonly CaptionMove[], teller: Teller = 'message'): Promise<void> {
    const wire = await this.#client.request(REQUESTS.moveEdit, { moves: [...moves] });
    await this.#edit(wire, teller);
  }

  async createCaption(
    imageUri: string,
    caption: string,
    teller: Teller = 'message',
  ): Promise<void> {
    const wire = await this.#client.request(REQUESTS.createCaptionEdit, { imageUri, caption });
    await this.#edit(wire, teller);
  }

  /** Converts a caption file to UTF-8. @throws PairLensError if it has unsaved changes, or does not fit the encoding. */
  async saveAsUtf8(uri: string, encoding: string, teller: Teller = 'message'): Promise<void> {
    const file = vscode.Uri.parse(uri);
    this.#write(
      await rewriteFile(file, () =>
        this.#client.request(REQUESTS.saveAsUtf8, { uri, encoding }).then(() => undefined),
      ),
      teller,
    );
  }

  /** Renames a caption file. @throws PairLensError if a file with the new name exists. */
  async renameCaptionFile(from: string, to: string, teller: Teller = 'message'): Promise<void> {
    this.#write(await renameFile(vscode.Uri.parse(from), vscode.Uri.parse(to)), teller);
  }

  /** Renames images that share a caption file, and gives each a copy of it. @throws PairLensError `write-failed`. */
  async separateImages(
    uri: string,
    separations: readonly ImageSeparationItem[],
    teller: Teller = 'message',
  ): Promise<void> {
    this.#write(await separateImages(vscode.Uri.parse(uri), separations), teller);
  }

  async decide(pair: PairRef, decision: PairDecision, teller: Teller = 'message'): Promise<void> {
    await this.#client.request(REQUESTS.decide, { pair, decision });
    const name = baseName(pair.image);
    if (decision === 'none') {
      if (teller === 'message') this.#tell(vscode.l10n.t('Verdict on {0} taken back.', name));
      return;
    }
    const verified = decision === 'verified';
    const step = {
      label: verified
        ? vscode.l10n.t('Mark {0} as verified', name)
        : vscode.l10n.t('Ignore {0}', name),
      takeBack: () => this.#decideBack([{ pair, decision: 'none' }]),
    };
    this.#remember(step);
    if (teller === 'page') return;
    const done = verified
      ? vscode.l10n.t('{0} is marked as verified.', name)
      : vscode.l10n.t('{0} is ignored.', name);
    this.#tell(done, step);
  }

  /** Applies an edit of a file that is no caption. @returns false if it was shown first, and the user did not confirm. */
  async edit(
    wire: WireEdit,
    { teller = 'message', preview = false }: { teller?: Teller; preview?: boolean } = {},
  ): Promise<boolean> {
    return (await this.#edit(wire, teller, preview)) !== undefined;
  }

  /** Sets the decision on pairs as one step. @returns how many were decided. */
  async decideAll(
    pairs: readonly PairRef[],
    decision: PairDecision,
    teller: Teller = 'page',
  ): Promise<number> {
    const { before } = await this.#client.request(REQUESTS.decideAll, {
      pairs: [...pairs],
      decision,
    });
    const count = before.length;
    if (count === 0) return 0;
    const step = {
      label: vscode.l10n.t('Decide on {0} pairs', count),
      takeBack: () => this.#decideBack(before),
    };
    this.#remember(step);
    if (teller === 'message') this.#tell(decidedText(decision, count), step);
    return count;
  }

  /**
   * Sets earlier decisions again. Files that the step before brought back are waited for: the server knows their pairs a moment later.
   * @throws PairLensError `invalid-argument` if pairs stay away.
   */
  async #decideBack(earlier: readonly DecisionOnPair[]): Promise<true> {
    let left = earlier;
    for (let attempt = 1; ; attempt++) {
      const again: DecisionOnPair[] = [];
      for (const [decision, those] of groupBy(left, (each) => each.decision)) {
        const pairs = those.map(({ pair }) => pair);
        const decided = await this.#client
          .request(REQUESTS.decideAll, { pairs, decision })
          .then(({ before }) => new Set(before.map(({ pair }) => pairKey(pair))))
          .catch((error: unknown) => {
            // None of them is known, or none yet.
            if (attempt < MOST_ATTEMPTS) return new Set<string>();
            throw error;
          });
        again.push(...those.filter(({ pair }) => !decided.has(pairKey(pair))));
      }
      if (again.length === 0) return true;
      if (attempt === MOST_ATTEMPTS) {
        throw new PairLensError(
          'invalid-argument',
          vscode.l10n.t(
            '{0} pairs are no longer there: what was decided on them stays.',
            again.length,
          ),
        );
      }
      left = again;
      await delay(NEXT_ATTEMPT_MS);
    }
  }

  /** Changes the captions of pairs after VS Code's preview, as one undo step. */
  async changeCaptions(
    of: ChangedPairs,
    change: CaptionChangeItem,
  ): Promise<z.input<(typeof HOST_REQUESTS)['changeCaptions']['result']>> {
    const asked = { of, change };
    const { edit, changed, emptied, readOnly } = await this.#client.request(
      REQUESTS.changeEdit,
      asked,
    );
    if (edit === null) return { changed: 0, emptied, readOnly, discarded: false };
    const applied = await this.#edit(edit, 'page', true);
    return {
      changed: applied === undefined ? 0 : changed,
      emptied,
      readOnly,
      discarded: applied === undefined,
      ...(applied?.partly && { partly: true }),
    };
  }

  /** Adds an edit that VS Code applied (a quick fix) to the undo stack, and reports it. */
  made(applied: AppliedEdit): void {
    this.#remember(applied);
    this.#tell(applied.done, applied, applied.file);
  }

  /** Adds a step that was made elsewhere to the undo stack, and reports it. */
  did(applied: AppliedEdit, teller: Teller): void {
    this.#write(applied, teller);
  }

  /** Gives several pairs new captions, as one step. */
  async setCaptions(
    captions: readonly { readonly pair: PairRef; readonly caption: string }[],
    teller: Teller,
  ): Promise<void> {
    const asked = { captions: [...captions] };
    await this.#edit(await this.#client.request(REQUESTS.captionEdits, asked), teller);
  }

  /** Notes that the pictures of a finding of duplicates are different. */
  async markDifferent(id: string): Promise<void> {
    const mark = await this.#client.request(REQUESTS.markDifferent, { id });
    this.#remember({
      label: vscode.l10n.t('Mark pictures as different'),
      takeBack: async () => {
        await this.#client.request(REQUESTS.forgetDifferent, mark);
        return true;
      },
    });
  }

  /** Reverses the last step and returns its label; null if there is none. */
  async undo(): Promise<string | null> {
    const step = this.#steps.at(-1);
    return step !== undefined && (await this.#takeBack(step)) ? step.label : null;
  }

  /** Opens the caption file and selects the caption. */
  async openCaption(item: {
    readonly captionUri: string;
    readonly range: Range;
    readonly imageUri: string;
  }): Promise<void> {
    // A pair without a caption file: show its image.
    const uri = vscode.Uri.parse(item.captionUri);
    await vscode.window.showTextDocument(uri, { selection: toRange(item.range), preview: true });
  }

  async openImage(uri: string): Promise<void> {
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.parse(uri), { preview: true });
  }

  /** Opens two images side by side, with their captions in the title. */
  async compare(left: PairItem, right: PairItem): Promise<void> {
    const title = `${named(left)} ↔ ${named(right)}`;
    await vscode.commands.executeCommand(
      'vscode.diff',
      vscode.Uri.parse(left.imageUri),
      vscode.Uri.parse(right.imageUri),
      title,
    );
  }

  /** @returns undefined if the edit was shown first, and the user did not confirm. */
  async #edit(wire: WireEdit, teller: Teller, preview = false): Promise<AppliedEdit | undefined> {
    const applied = await applyEdit(wire, preview);
    if (applied !== undefined) this.#write(applied, teller);
    return applied;
  }

  #write(applied: AppliedEdit, teller: Teller): void {
    if (teller === 'message') this.made(applied);
    else this.#remember(applied);
  }

  #remember(step: Step): void {
    this.#steps.push(step);
    if (this.#steps.length > MOST_STEPS) this.#steps.shift();
  }

  /** Reverses a step once; shows a warning if that is not possible. */
  async #takeBack(step: Step): Promise<boolean> {
    const place = this.#steps.indexOf(step);
    if (place < 0) return false;
    this.#steps.splice(place, 1);
    if (await step.takeBack()) return true;
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        '“{0}” was not undone: the file has been changed since. Use undo in its editor.',
        step.label,
      ),
    );
    return false;
  }

  /** Shows a message with the buttons Undo and Show. Does not wait for an answer. */
  #tell(done: string, step?: Step, file?: vscode.Uri): void {
    const undo = vscode.l10n.t('Undo');
    const show = vscode.l10n.t('Show');
    const buttons = [...(step === undefined ? [] : [undo]), ...(file === undefined ? [] : [show])];
    void vscode.window.showInformationMessage(done, ...buttons).then(async (answer) => {
      try {
        if (answer === undo && step !== undefined && (await this.#takeBack(step))) {
          const undone = vscode.l10n.t('Undone: {0}', step.label);
          vscode.window.setStatusBarMessage(undone, UNDONE_SHOWN_MS);
        } else if (answer === show && file !== undefined) {
          await vscode.window.showTextDocument(file, { preview: true });
        }
      } catch (error) {
        showFailure(error);
      }
    });
  }
}

const UNDONE_SHOWN_MS = 5000;

function decidedText(decision: PairDecision, count: number): string {
  switch (decision) {
    case 'verified':
      return vscode.l10n.t('{0} pairs are marked as verified.', count);
    case 'excluded':
      return vscode.l10n.t('{0} pairs are ignored.', count);
    case 'none':
      return vscode.l10n.t('Verdicts on {0} pairs taken back.', count);
  }
}

function isShort(caption: string): boolean {
  return caption.length <= SHOWN_IN_FULL && !/[\r\n]/.test(caption.trim());
}

const TITLE_LENGTH = 40;

function named({ pair, caption }: PairItem): string {
  const name = baseName(pair.image);
  const short = oneLine(caption, TITLE_LENGTH);
  return short === '' ? name : `${name}: ${short}`;
}
