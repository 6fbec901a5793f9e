import * as vscode from 'vscode';
import { z } from 'zod';
import { PairLensError } from '../core/errors.ts';
import { REQUESTS, type RequestSpec } from '../protocol/serverApi.ts';
import {
  cancelMessageSchema,
  HOST_REQUESTS,
  type HostEvent,
  type HostMethod,
  FORWARDED_REQUESTS,
  type ForwardedRequest,
  requestMessageSchema,
} from '../protocol/webviewApi.ts';
import type { PairRef } from '../protocol/shapes.ts';
import type { Actions } from './actions.ts';
import { turnRuleOff } from './findingCommands.ts';
import { fixFindings } from './findingFixes.ts';
import { exclude, imagesOf } from './excluding.ts';
import { removeImages } from './pairRemoval.ts';
import { savedViews, saveView } from './savedViews.ts';
import type { ServerClient } from './serverClient.ts';
import { nameOf } from './workspaceFiles.ts';

/** View-specific parts of a webview host. */
export interface WebviewHostOptions {
  readonly webview: vscode.Webview;
  readonly client: ServerClient;
  readonly actions: Actions;
  readonly log: vscode.LogOutputChannel;
  /** Called when the page is ready to receive events. */
  readonly onReady: () => void;
  /** Called with the pair that the page shows, for the neighbours view. */
  readonly onFollow: (pair: PairRef) => void;
  /** Called after a question over the window, which took the focus from the page. */
  readonly onAsked: () => void;
  /** Called with a query whose pairs are to be shown; `first`: the page of the first of them. */
  readonly onBrowse: (query: string, first: boolean) => Promise<void>;
}

type HostHandlers = {
  readonly [M in HostMethod]: (
    params: z.output<(typeof HOST_REQUESTS)[M]['params']>,
  ) => Promise<z.input<(typeof HOST_REQUESTS)[M]['result']>>;
};

/** Host side of the connection to one webview: answers requests, sends events. */
export class WebviewHost implements vscode.Disposable {
  readonly #options: WebviewHostOptions;
  readonly #running = new Map<number, vscode.CancellationTokenSource>();
  readonly #subscriptions: vscode.Disposable;
  readonly #handlers: HostHandlers;

  constructor(options: WebviewHostOptions) {
    this.#options = options;
    this.#handlers = handlers(options, (event) => this.post(event));
    const { webview, client } = options;
    this.#subscriptions = vscode.Disposable.from(
      webview.onDidReceiveMessage((message: unknown) => void this.#receive(message)),
      client.onStatus((status) => this.post({ event: 'status', status })),
      client.onChange(({ findings, uris }) => this.post({ event: 'changed', findings, uris })),
      client.onMapProgress((progress) => this.post({ event: 'mapProgress', ...progress })),
    );
  }

  post(event: HostEvent): void {
    void this.#options.webview.postMessage(event);
  }

  dispose(): void {
    this.#subscriptions.dispose();
    for (const source of this.#running.values()) source.cancel();
  }

  async #receive(message: unknown): Promise<void> {
    const cancel = cancelMessageSchema.safeParse(message);
    if (cancel.success) {
      this.#running.get(cancel.data.cancel)?.cancel();
      return;
    }
    const request = requestMessageSchema.safeParse(message);
    if (!request.success) {
      this.#options.log.warn(`A webview sent an invalid request: ${request.error.message}`);
      return;
    }
    const { id, method, params } = request.data;
    const source = new vscode.CancellationTokenSource();
    this.#running.set(id, source);
    try {
      const ok = await this.#answer(method, params, source.token);
      await this.#options.webview.postMessage({ id, ok });
    } catch (error) {
      const failure = PairLensError.from(error);
      if (failure.code !== 'cancelled') this.#options.log.warn(`${method}: ${failure.message}`);
      await this.#options.webview.postMessage({ id, err: failure.toData() });
    } finally {
      this.#running.delete(id);
      source.dispose();
    }
  }

  async #answer(
    method: string,
    params: unknown,
    token: vscode.CancellationToken,
  ): Promise<unknown> {
    if (isForwarded(method)) {
      const spec: RequestSpec<z.ZodType, z.ZodType> = REQUESTS[method];
      // The webview parses the answer.
      return this.#options.client.forward(spec.method, valid(spec.params, params), token);
    }
    if (isHostMethod(method)) {
      const handle = this.#handlers[method] as (params: unknown) => Promise<unknown>;
      return handle(valid(HOST_REQUESTS[method].params, params));
    }
    throw new PairLensError('invalid-argument', `There is no request "${method}".`);
  }
}

function handlers(
  { client, actions, onReady, onAsked, onFollow, onBrowse }: WebviewHostOptions,
  post: (event: HostEvent) => void,
): HostHandlers {
  const done = {};
  return {
    ready: () => {
      // The last known status, even if the server does not run; changes follow as events.
      if (client.status !== undefined) post({ event: 'status', status: client.status });
      onReady();
      return Promise.resolve(done);
    },
    open: async ({ item, uri, what }) => {
      if (what === 'caption' && item !== undefined) await actions.openCaption(item);
      else {
        const image = uri ?? item?.imageUri;
        if (image !== undefined) await actions.openImage(image);
      }
      return done;
    },
    compare: async ({ left, right }) => {
      await actions.compare(left, right);
      return done;
    },
    setCaption: async ({ pair, caption, preview = false }) => {
      const discarded = !(await actions.setCaption(pair, caption, { teller: 'page', preview }));
      return { ...(discarded && { discarded }) };
    },
    swapCaptions: async ({ pair, other }) => {
      await actions.swap(pair, other, 'page');
      return done;
    },
    createCaption: async ({ imageUri, caption }) => {
      await actions.createCaption(imageUri, caption, 'page');
      return done;
    },
    saveAsUtf8: async ({ uri, encoding }) => {
      await actions.saveAsUtf8(uri, encoding, 'page');
      return done;
    },
    moveCaptions: async ({ moves }) => {
      await actions.moveCaptions(moves, 'page');
      return {};
    },
    renameCaptionFile: async ({ from, to }) => {
      await actions.renameCaptionFile(from, to, 'page');
      return done;
    },
    separateImages: async ({ uri, separations }) => {
      await actions.separateImages(uri, separations, 'page');
      return done;
    },
    decide: async ({ pair, decision }) => {
      await actions.decide(pair, decision, 'page');
      return done;
    },
    decideAll: async ({ pairs, decision }) => ({
      decided: await actions.decideAll(pairs, decision),
    }),
    changeCaptions: ({ of, change }) => actions.changeCaptions(of, change),
    fixFindings: ({ of, suggestions }) => fixFindings(client, actions, of, suggestions, 'page'),
    turnRuleOff: async (finding) => ({
      discarded: !(await turnRuleOff(client, actions, finding, 'page')),
    }),
    follow: ({ pair }) => {
      onFollow(pair);
      return Promise.resolve(done);
    },
    browseQuery: async ({ query, first = false }) => {
      await onBrowse(query, first);
      return done;
    },
    saveView: async ({ query }) => {
      await saveView(client, query);
      return { views: await savedViews(client) };
    },
    removeView: async ({ name }) => {
      await client.request(REQUESTS.removeView, { name });
      return { views: await savedViews(client) };
    },
    exclude: async ({ of }) => {
      const excluded = await exclude(client, actions, imagesOf(of), 'page');
      onAsked();
      return { excluded };
    },
    removeImages: async ({ keep, of }) => {
      const images = imagesOf(of);
      const question =
        keep === undefined
          ? undefined
          : vscode.l10n.t('Keep {0} and remove its {1} duplicates?', nameOf(keep), images.length);
      const removed = await removeImages(client, actions, images, question, 'page');
      onAsked();
      return { removed };
    },
    setCaptions: async ({ captions }) => {
      await actions.setCaptions(captions, 'page');
      return done;
    },
    markDifferent: async ({ id }) => {
      await actions.markDifferent(id);
      return done;
    },
    undo: async () => ({ undone: await actions.undo() }),
    command: async ({ command }) => {
      await vscode.commands.executeCommand(command);
      return done;
    },
  };
}

function isForwarded(method: string): method is ForwardedRequest {
  return FORWARDED_REQUESTS.some((known) => known === method);
}

function isHostMethod(method: string): method is HostMethod {
  return Object.hasOwn(HOST_REQUESTS, method);
}

function valid<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PairLensError('invalid-argument', z.prettifyError(parsed.error));
}
