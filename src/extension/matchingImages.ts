import * as vscode from 'vscode';
import { baseName } from '../core/dataset/paths.ts';
import { Debouncer } from '../protocol/debouncer.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { Neighbour } from '../protocol/shapes.ts';
import type { Actions } from './actions.ts';
import { matchText, oneLine } from './pairTexts.ts';
import type { ServerClient } from './serverClient.ts';
import { showFailure } from './showFailure.ts';

const MOST = 20;
const DEBOUNCE_MS = 150;
const THUMBNAIL = 64;

interface ImageItem extends vscode.QuickPickItem {
  readonly hit: Neighbour;
}

/** Quick pick of the images that match the typed text, updated while typing. Picking one opens it. */
export function findMatchingImages(client: ServerClient, actions: Actions): void {
  const search = new LiveSearch(client);
  const { pick } = search;
  pick.onDidAccept(() => {
    const [chosen] = pick.selectedItems;
    pick.hide();
    if (chosen !== undefined) void actions.openImage(chosen.hit.item.imageUri).catch(showFailure);
  });
}

/** A quick pick that searches for the typed text; results of an older text are dropped. */
class LiveSearch {
  readonly pick = vscode.window.createQuickPick<ImageItem>();
  readonly #client: ServerClient;
  readonly #debouncer = new Debouncer(DEBOUNCE_MS);
  #running: vscode.CancellationTokenSource | undefined;

  constructor(client: ServerClient) {
    this.#client = client;
    const { pick } = this;
    pick.title = vscode.l10n.t('Find Matching Images');
    pick.placeholder = vscode.l10n.t('Say what the image should show');
    pick.onDidChangeValue(() => this.#later());
    pick.onDidHide(() => {
      this.#debouncer.cancel();
      this.#stop();
      pick.dispose();
    });
    pick.show();
  }

  #later(): void {
    this.#debouncer.schedule(() => void this.#ask().catch(showFailure));
  }

  #stop(): void {
    this.#running?.cancel();
    this.#running?.dispose();
    this.#running = undefined;
  }

  async #ask(): Promise<void> {
    this.#stop();
    const text = this.pick.value.trim();
    if (text === '') {
      this.pick.items = [];
      return;
    }
    const source = new vscode.CancellationTokenSource();
    this.#running = source;
    this.pick.busy = true;
    try {
      const { hits } = await this.#client.request(
        REQUESTS.search,
        { query: { kind: 'text', text }, want: 'images', k: MOST },
        source.token,
      );
      if (source.token.isCancellationRequested) return;
      this.pick.items = hits.map((hit) => itemOf(hit));
      await this.#addThumbnails(hits, source.token);
    } finally {
      if (this.#running === source) this.pick.busy = false;
    }
  }

  async #addThumbnails(hits: readonly Neighbour[], token: vscode.CancellationToken): Promise<void> {
    const icons = await Promise.all(
      hits.map(({ item }) =>
        this.#client
          .request(REQUESTS.thumbnail, { uri: item.imageUri, size: THUMBNAIL }, token)
          .catch(() => null),
      ),
    );
    if (token.isCancellationRequested) return;
    const [active] = this.pick.activeItems;
    this.pick.items = hits.map((hit, n) => itemOf(hit, icons[n]?.dataUri));
    const same = this.pick.items.find(({ hit }) => hit.item.imageUri === active?.hit.item.imageUri);
    if (same !== undefined) this.pick.activeItems = [same];
  }
}

function itemOf(hit: Neighbour, icon?: string): ImageItem {
  return {
    hit,
    label: baseName(hit.item.pair.image),
    description: matchText(hit.score),
    detail: oneLine(hit.item.caption),
    // Disables VS Code's own filter: the server has selected the items.
    alwaysShow: true,
    iconPath: icon === undefined ? new vscode.ThemeIcon('file-media') : vscode.Uri.parse(icon),
  };
}
