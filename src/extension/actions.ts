import * as vscode from 'vscode';
import { baseName } from '../core/dataset/paths.ts';
import { REQUESTS, type WireEdit } from '../protocol/serverApi.ts';
import type { PairItem, PairRef, Range } from '../protocol/shapes.ts';
import { applyEdit } from './applyEdit.ts';
import { oneLine } from './pairTexts.ts';
import { toRange } from './positions.ts';
import type { ServerClient } from './serverClient.ts';

type PairDecision = 'verified' | 'excluded' | 'none';

/** A step that `Actions.undo` can reverse. */
interface Step {
  readonly label: string;
  takeBack(): Promise<boolean>;
}

/** Length of the undo stack. */
const MOST_STEPS = 200;

/** User actions on pairs, shared by all views: edit, swap, decide, open, compare. Edits and decisions can be undone. */
export class Actions {
  readonly #client: ServerClient;
  readonly #steps: Step[] = [];

  constructor(client: ServerClient) {
    this.#client = client;
  }

  async setCaption(pair: PairRef, caption: string): Promise<void> {
    await this.#edit(await this.#client.request(REQUESTS.captionEdit, { pair, caption }));
  }

  async swap(pair: PairRef, other: PairRef): Promise<void> {
    await this.#edit(await this.#client.request(REQUESTS.swapEdit, { pair, other }));
  }

  async createCaption(imageUri: string, caption: string): Promise<void> {
    await this.#edit(await this.#client.request(REQUESTS.createCaptionEdit, { imageUri, caption }));
  }

  async decide(pair: PairRef, decision: PairDecision): Promise<void> {
    await this.#client.request(REQUESTS.decide, { pair, decision });
    if (decision === 'none') return;
    const label =
      decision === 'verified'
        ? vscode.l10n.t('Mark {0} as verified', pair.image)
        : vscode.l10n.t('Exclude {0}', pair.image);
    this.#remember({
      label,
      takeBack: async () => {
        await this.#client.request(REQUESTS.decide, { pair, decision: 'none' });
        return true;
      },
    });
  }

  /** Reverses the last step and returns its label; null if there is none. */
  async undo(): Promise<string | null> {
    const step = this.#steps.pop();
    if (step === undefined) return null;
    if (await step.takeBack()) return step.label;
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        '“{0}” was not undone: the file has been changed since. Use undo in its editor.',
        step.label,
      ),
    );
    return null;
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

  async #edit(wire: WireEdit): Promise<void> {
    this.#remember(await applyEdit(wire));
  }

  #remember(step: Step): void {
    this.#steps.push(step);
    if (this.#steps.length > MOST_STEPS) this.#steps.shift();
  }
}

const TITLE_LENGTH = 40;

function named({ pair, caption }: PairItem): string {
  const name = baseName(pair.image);
  const short = oneLine(caption, TITLE_LENGTH);
  return short === '' ? name : `${name}: ${short}`;
}
