import * as vscode from 'vscode';
import { PairLensError } from '../core/errors.ts';
import { type EncoderNumbers, encoderNumbersSchema } from '../protocol/encoderShapes.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { ServerClient } from './serverClient.ts';

/** An encoder to measure; the path of the shipped one is empty. */
export interface MeasuredEncoder {
  readonly label: string;
  readonly path: string;
}

/** Place of the figures in the state of the workspace, by the path of the encoder. */
const KEY = 'encoderNumbers';

/** Figures of encoders on the pictures of this workspace, kept until they are measured again. */
export class KeptNumbers {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  of(path: string): EncoderNumbers | undefined {
    const kept = this.#state.get<Record<string, unknown>>(KEY, {});
    return encoderNumbersSchema.safeParse(kept[path]).data;
  }

  get isEmpty(): boolean {
    return Object.keys(this.#state.get<Record<string, unknown>>(KEY, {})).length === 0;
  }

  async keep(path: string, numbers: EncoderNumbers): Promise<void> {
    const kept = this.#state.get<Record<string, unknown>>(KEY, {});
    await this.#state.update(KEY, { ...kept, [path]: numbers });
  }
}

/** Measures encoders one after the other; what is done when it is cancelled is kept. */
export async function measureEncoders(
  client: ServerClient,
  encoders: readonly MeasuredEncoder[],
  numbers: KeptNumbers,
): Promise<void> {
  const { l10n, window } = vscode;
  await window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: l10n.t('Measuring encoders on your pictures'),
      cancellable: true,
    },
    async (progress, token) => {
      for (const [done, { label, path }] of encoders.entries()) {
        const message = l10n.t('{0} of {1}: {2}', done + 1, encoders.length, label);
        progress.report({ message, increment: done === 0 ? 0 : 100 / encoders.length });
        try {
          await numbers.keep(path, await client.request(REQUESTS.measureEncoder, { path }, token));
        } catch (error) {
          if (PairLensError.is(error, 'cancelled')) return;
          throw error;
        }
      }
    },
  );
}

/** Pictures a second on this machine; undefined if it was not measured. */
export function speedText({ picturesPerSecond }: EncoderNumbers): string | undefined {
  return picturesPerSecond === undefined
    ? undefined
    : vscode.l10n.t('{0} pictures a second', picturesPerSecond.toFixed(1));
}

/** What a person chooses by, for each dataset; or why the encoder cannot be used. */
export function numbersText({ datasets, error }: EncoderNumbers): string {
  if (error !== undefined) return error;
  const shown = (value: number | undefined): string => value?.toFixed(3) ?? '–';
  const texts = datasets.map(({ root, images, random, sameNoun, imageToText, textToImage }) => {
    const name =
      datasets.length > 1 ? `${vscode.workspace.asRelativePath(vscode.Uri.file(root))}: ` : '';
    return (
      name +
      vscode.l10n.t(
        'AUROC {0}, same thing {1} · R@1 {2} / {3} % of {4} pictures',
        shown(random),
        shown(sameNoun),
        imageToText.toFixed(1),
        textToImage.toFixed(1),
        images,
      )
    );
  });
  return texts.join(' · ');
}
