import * as vscode from 'vscode';
import { REQUESTS } from '../protocol/serverApi.ts';
import {
  type KeptNumbers,
  type MeasuredEncoder,
  measureEncoders,
  numbersText,
  speedText,
} from './encoderNumbers.ts';
import type { ServerClient } from './serverClient.ts';

interface EncoderItem extends vscode.QuickPickItem {
  /** Value of the setting; undefined to ask for a folder. */
  readonly path?: string;
  readonly measures?: true;
}

/** Lets the user choose an encoder, tries it, and writes the setting only if it can be used. */
export async function chooseEncoder(client: ServerClient, numbers: KeptNumbers): Promise<void> {
  const { l10n, window } = vscode;
  if (!vscode.workspace.isTrusted) {
    void window.showInformationMessage(
      l10n.t('In a workspace that you do not trust, only the encoder inside is used.'),
    );
    return;
  }
  const { encoders, inUse } = await client.request(REQUESTS.encoders, {});
  const described = (path: string, size?: string): Pick<EncoderItem, 'description' | 'path'> => {
    const measured = numbers.of(path);
    const parts = [
      ...[size, measured && speedText(measured)].filter((part) => part !== undefined),
      ...(path === inUse ? [l10n.t('in use')] : []),
    ];
    return { path, description: parts.join(' · ') };
  };
  const detailOf = (path: string, otherwise: string): string => {
    const measured = numbers.of(path);
    return measured === undefined ? otherwise : numbersText(measured);
  };
  const measurable: readonly (EncoderItem & MeasuredEncoder)[] = [
    {
      label: l10n.t('The encoder inside'),
      detail: detailOf('', l10n.t('For everyday photos with English captions.')),
      ...described(''),
      path: '',
    },
    ...encoders.map(({ name, path, bytes }) => ({
      label: name,
      detail: detailOf(path, path),
      ...described(path, bytes === undefined ? undefined : sizeText(bytes)),
      path,
    })),
  ];
  const items: EncoderItem[] = [
    ...measurable,
    {
      label: numbers.isEmpty ? l10n.t('Measure them here...') : l10n.t('Measure them again...'),
      detail: l10n.t(
        'Wrong captions found, R@1 and speed on your pictures; some minutes for each.',
      ),
      measures: true,
    },
    {
      label: l10n.t('From a folder...'),
      detail: l10n.t('CLIP, SigLIP or a relative in the ONNX layout of the Hugging Face hub.'),
    },
  ];
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Choose Encoder'),
    placeHolder: numbers.isEmpty
      ? l10n.t('Which encoder judges your captions?')
      : l10n.t('AUROC: how often a wrong caption looks worse than a right one'),
    matchOnDetail: true,
  });
  if (picked === undefined) return;
  if (picked.measures === true) {
    await measureEncoders(client, measurable, numbers);
    return chooseEncoder(client, numbers);
  }
  const path = picked.path ?? (await chosenFolder());
  if (path === undefined || path === inUse) return;
  if (path !== '') {
    await window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: l10n.t('Trying the encoder {0}', path),
      },
      () => client.request(REQUESTS.tryEncoder, { path }),
    );
  }
  const settings = vscode.workspace.getConfiguration('pairlens');
  // Where it is set now, or else for all folders.
  const isOfWorkspace = settings.inspect('encoder')?.workspaceValue !== undefined;
  await settings.update('encoder', path, !isOfWorkspace);
  void window.showInformationMessage(
    path === ''
      ? l10n.t('PairLens uses the encoder inside again.')
      : l10n.t(
          'PairLens uses {0} now. What the other encoder computed is kept: you can switch back at no cost.',
          picked.path === undefined ? path : picked.label,
        ),
  );
}

async function chosenFolder(): Promise<string | undefined> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: vscode.l10n.t('Choose Encoder'),
    })) ?? [];
  return folder?.fsPath;
}

function sizeText(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1e6)).toLocaleString()} MB`;
}
