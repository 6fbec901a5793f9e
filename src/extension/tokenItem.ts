import * as vscode from 'vscode';
import { Debouncer } from '../protocol/debouncer.ts';
import type { Status } from '../protocol/shapes.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import { currentTarget } from './activeTarget.ts';
import type { ServerClient } from './serverClient.ts';

const DEBOUNCE_MS = 150;

/** The item of the status bar with the tokens of the caption at the cursor; hidden where there is none. */
export function registerTokenItem(client: ServerClient): vscode.Disposable {
  const { Right } = vscode.StatusBarAlignment;
  const item = vscode.window.createStatusBarItem('pairlens.tokens', Right, 101);
  item.name = vscode.l10n.t('PairLens: Tokens of the Caption');
  const debouncer = new Debouncer(DEBOUNCE_MS);
  let asked = 0;
  const update = async (): Promise<void> => {
    const request = ++asked;
    const tokens = await tokensAtCursor(client);
    if (request !== asked) return;
    if (tokens === null) item.hide();
    else show(item, tokens);
  };
  // The server has ended or is restarting; it sends its status afterwards.
  const later = (): void => debouncer.schedule(() => void update().catch(() => item.hide()));
  return vscode.Disposable.from(
    item,
    debouncer,
    client.onStatus(later),
    vscode.window.onDidChangeActiveTextEditor(later),
    vscode.window.onDidChangeTextEditorSelection(later),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document === vscode.window.activeTextEditor?.document) later();
    }),
  );
}

type Tokens = NonNullable<Awaited<ReturnType<typeof tokensAtCursor>>>;

async function tokensAtCursor(client: ServerClient) {
  const target = currentTarget();
  // A folder without a dataset starts no server.
  if (target?.kind !== 'caption' || !hasPairs(client.status?.state)) return null;
  const { uri, position } = target;
  return client.request(REQUESTS.captionTokens, { uri, position });
}

/** Whether there are pairs; those of the last audit while another runs. */
function hasPairs(state: Status['state'] | undefined): boolean {
  return state === 'ready' || state === 'indexing' || state === 'auditing';
}

function show(item: vscode.StatusBarItem, { count, limit }: Tokens): void {
  const { l10n } = vscode;
  if (limit === undefined) {
    item.text = l10n.t('{0} CLIP tokens', count);
    item.tooltip = l10n.t(
      'Tokens of this caption as CLIP counts them. Which trainer reads it is not known; T5 and other text encoders count otherwise.',
    );
    item.backgroundColor = undefined;
  } else {
    const { trainer, most } = limit;
    item.text = l10n.t('{0}/{1} tokens', count, most);
    item.tooltip =
      count > most
        ? l10n.t(
            'This caption has {0} tokens of CLIP. {1} reads {2} and cuts off the rest.',
            count,
            trainer,
            most,
          )
        : l10n.t(
            'This caption has {0} tokens of CLIP, of which {1} reads {2}.',
            count,
            trainer,
            most,
          );
    item.backgroundColor =
      count > most ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  }
  item.show();
}
