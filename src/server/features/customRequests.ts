import type { CancellationToken } from 'vscode-languageserver/node';
import type { z } from 'zod';
import { isArchived } from '../../core/dataset/archivePaths.ts';
import { DECISIONS_FILE } from '../../core/dataset/decisions.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import { pairListNamed } from '../../core/export/pairLists.ts';
import { MAX_IMAGE_BYTES } from '../../engine/indexing/imageFiles.ts';
import { pairListOf } from '../../engine/workspace/livePairLists.ts';
import type { LivePairId } from '../../engine/workspace/workspace.ts';
import { REQUESTS } from '../../protocol/serverApi.ts';
import type { PairRef, Status } from '../../protocol/shapes.ts';
import { answer } from '../requestHandler.ts';
import { describeError } from '../serverLog.ts';
import { decide, decideOn, parsed, type RunAudit, saveAsUtf8 } from './executeCommand.ts';
import type { ServerContext } from '../context.ts';
import type { EncoderAccess, listEncoders } from './encoderRequests.ts';
import type { Fitting } from './fitRequests.ts';
import { browse } from './browseRequests.ts';
import { duplicates, takeOut } from './takeOutRequests.ts';
import {
  captionEdit,
  captionEdits,
  changeEdit,
  createCaptionEdit,
  moveEdit,
  swapEdit,
} from './editRequests.ts';
import { findingFixes } from './findingFixes.ts';
import { configEdit, inventories } from './inventoryRequests.ts';
import { map, mapPair, mapSelection } from './mapRequests.ts';
import { statistics } from './statisticsRequests.ts';
import { removeView, saveView, savedViews } from './viewRequests.ts';
import { untilIdle, type BackgroundPart } from '../idle.ts';
import { pairOfTarget } from '../resolveTarget.ts';
import { ProtocolConverter } from '../toProtocol.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { EncoderNumbers } from '../../protocol/encoderShapes.ts';

type Requests = typeof REQUESTS;
type Name = keyof Requests;
type Params<N extends Name> = z.output<Requests[N]['params']>;
type Result<N extends Name> = z.input<Requests[N]['result']>;

/** Request handlers by request name. */
type RequestHandlers = {
  readonly [N in Name]: (params: Params<N>, signal: AbortSignal) => Promise<Result<N>> | Result<N>;
};

/** Dependencies of the handlers beside the context. */
interface Services {
  status(): Status;
  readonly audit: RunAudit;
  readonly fitting: Fitting;
  readonly encoders: {
    list(): ReturnType<typeof listEncoders>;
    attempt(path: string): ReturnType<EncoderAccess['attempt']>;
    measure(path: string, signal: AbortSignal): Promise<EncoderNumbers>;
  };
  /** Parts that `pairlens/idle` waits for. */
  readonly background: readonly BackgroundPart[];
}

/** Default number of neighbours and hits. */
const DEFAULT_K = 10;

/** Registers the requests of src/protocol/serverApi.ts. Parameters are parsed here, results by the receiver. */
export function registerCustomRequests(context: ServerContext, services: Services): void {
  const handlers = handlersOf(context, services);
  for (const name of Object.keys(REQUESTS) as Name[]) register(context, handlers, name);
}

// The parameter ties the handler to the schemas of the same name.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
function register<N extends Name>(
  { connection, log }: ServerContext,
  handlers: RequestHandlers,
  name: N,
): void {
  const handler: RequestHandlers[N] = handlers[name];
  const { method, params } = REQUESTS[name];
  connection.onRequest(method, (sent: unknown, token: CancellationToken) =>
    answer(method, token, log, (signal) =>
      handler(parsed(params, sent ?? {}, method) as Params<N>, signal),
    ),
  );
}

function handlersOf(context: ServerContext, services: Services): RequestHandlers {
  const { uris } = context;
  const wire = new ProtocolConverter(uris);
  const idOf = (pair: PairRef): LivePairId => {
    const id = wire.id(pair);
    if (id === undefined) throw notAFile(pair.root);
    return id;
  };
  return {
    status: () => services.status(),
    findings: () => ({ findings: context.live.findings().map((each) => wire.finding(each)) }),
    async neighbours({ target, k = DEFAULT_K }, signal) {
      const id = await pairOfTarget(context, target, signal);
      const found = id && (await context.live.neighbours(id, k, signal));
      return found === undefined ? null : wire.neighbours(found);
    },
    async captionTokens({ uri, position }, signal) {
      const id = await pairOfTarget(context, { kind: 'caption', uri, position }, signal);
      return (id && context.live.captionTokens(id)) ?? null;
    },
    async pairAt({ uri, position }, signal) {
      const id = await pairOfTarget(context, { kind: 'caption', uri, position }, signal);
      const pair = id && context.live.pair(id);
      return pair === undefined ? null : wire.item(pair);
    },
    async match({ pair, caption }, signal) {
      const found = await context.live.match(idOf(pair), caption, signal);
      return found === undefined ? null : wire.match(found);
    },
    async words({ pair, caption }, signal) {
      const found = await context.live.words(idOf(pair), caption, signal);
      return { words: [...found.words], unsupported: [...found.unsupported] };
    },
    async groundings({ pair, caption }, signal) {
      return { words: [...(await context.live.groundings(idOf(pair), caption, signal))] };
    },
    async search({ query, want, k = DEFAULT_K }, signal) {
      const { live } = context;
      const hits =
        query.kind === 'text'
          ? await live.searchText(query.text, want, k, signal)
          : query.kind === 'bytes'
            ? await live.searchImage(
                { bytes: Buffer.from(query.base64, 'base64') },
                want,
                k,
                signal,
              )
            : await live.searchImage({ path: fileOf(query.uri) }, want, k, signal);
      return { hits: hits.map((hit) => wire.neighbour(hit)) };
    },
    async thumbnail({ uri, size }) {
      const file = fileOf(uri);
      return (await context.live.first(() => context.thumbnails.of(file, size))) ?? null;
    },
    async member({ uri }) {
      const file = fileOf(uri);
      // Nothing but the files of datasets: the paths are the client's.
      if (!isArchived(file) || context.live.kindOf(file) === undefined) return null;
      try {
        const { modified } = await context.files.stat(file);
        const bytes = await context.files.read(file, { maxBytes: MAX_IMAGE_BYTES });
        return { base64: Buffer.from(bytes).toString('base64'), modified };
      } catch (error) {
        context.log.warn(describeError(error));
        return null;
      }
    },
    async audit({ rebuild }, signal) {
      await services.audit(rebuild === true, signal);
      return {};
    },
    fit: (_params, signal) => services.fitting.fit(signal),
    dropFit: async () => ({ dropped: await services.fitting.drop() }),
    encoders: () => services.encoders.list(),
    tryEncoder: ({ path }) => services.encoders.attempt(path),
    measureEncoder: ({ path }, signal) => services.encoders.measure(path, signal),
    captionEdit: ({ pair, caption }, signal) => captionEdit(context, idOf(pair), caption, signal),
    captionEdits: ({ captions }, signal) =>
      captionEdits(
        context,
        captions.map(({ pair, caption }) => ({ pair: idOf(pair), caption })),
        signal,
      ),
    takeOut: ({ images, folder }, signal) =>
      takeOut(
        context,
        images.map(fileOf),
        folder === undefined ? undefined : fileOf(folder),
        signal,
      ),
    duplicates: ({ id }) => duplicates(context, id),
    async markDifferent({ id }) {
      const mark = await context.live.pairFiles.markDifferent(id);
      await context.recordOwnWrite(toAbsolute(mark.root, DECISIONS_FILE));
      return {
        root: uris.toUri(mark.root),
        pairs: mark.pairs.map(({ hashes, images }) => ({
          hashes: [...hashes],
          images: [...images],
        })),
      };
    },
    async forgetDifferent({ root, pairs }) {
      const folder = fileOf(root);
      await context.live.pairFiles.forgetDifferent({ root: folder, pairs });
      await context.recordOwnWrite(toAbsolute(folder, DECISIONS_FILE));
      return {};
    },
    swapEdit: ({ pair, other }, signal) => swapEdit(context, idOf(pair), idOf(other), signal),
    moveEdit: ({ moves }, signal) =>
      moveEdit(
        context,
        moves.map(({ to, from }) => ({ to: idOf(to), from: idOf(from) })),
        signal,
      ),
    createCaptionEdit: ({ imageUri, caption }, signal) =>
      createCaptionEdit(context, fileOf(imageUri), caption, signal),
    async decide(params) {
      await decide(context, params);
      return {};
    },
    browse: (params) => browse(context, params),
    async browsedPairs({ query, from, count }) {
      const ids = await context.live.browser.ids(query, from, count);
      return { pairs: ids.map((id) => wire.ref(id)) };
    },
    pairList({ list }) {
      const { files, ...counts } = pairListOf(context.live.browser.all(), pairListNamed(list));
      return {
        files: Array.from(files, ({ file, chunks }) => ({
          name: file,
          text: Array.from(chunks).join(''),
        })),
        use: pairListNamed(list).use,
        ...counts,
      };
    },
    async tags({ text, count }) {
      const { total, tags, isOfTags } = await context.live.tags.search(text, count);
      return { total, tags: [...tags], isOfTags };
    },
    views: async () => ({ views: await savedViews(context) }),
    async saveView(view) {
      await saveView(context, view);
      return {};
    },
    async removeView({ name }) {
      await removeView(context, name);
      return {};
    },
    statistics: (_params, signal) => statistics(context, signal),
    async calibration(_params, signal) {
      const measured = await context.live.reliability.measure(signal);
      return 'why' in measured ? measured : { ...measured, bins: [...measured.bins] };
    },
    map: (params, signal) => map(context, params, signal),
    mapPair: (params) => mapPair(context, params),
    mapSelection: (params) => mapSelection(context, params),
    async changeEdit({ of, change }, signal) {
      const ids =
        'pairs' in of ? of.pairs.map(idOf) : await context.live.browser.ids(of.query, 0, Infinity);
      return changeEdit(context, ids, change, signal);
    },
    findingFixes: ({ of, suggestions }, signal) => findingFixes(context, of, suggestions, signal),
    async decideAll({ pairs, decision }) {
      const { before } = await decideOn(context, pairs.map(idOf), decision);
      return {
        before: before.map(({ pair, decision: was }) => ({ pair: wire.ref(pair), decision: was })),
      };
    },
    async saveAsUtf8(params) {
      await saveAsUtf8(context, params);
      return {};
    },
    decisions: () => ({
      decisions: context.live
        .decisions()
        .map(({ pair, decision }) => ({ item: wire.item(pair), decision })),
    }),
    inventory: async () => ({ folders: await inventories(context) }),
    configEdit: (params) => configEdit(context, params),
    async idle(_params, signal) {
      await untilIdle(services.background, signal);
      return {};
    },
    pairsOfImage({ uri }) {
      return { items: context.live.pairsOfImage(fileOf(uri)).map((pair) => wire.item(pair)) };
    },
  };

  function fileOf(uri: string): string {
    const file = uris.toPath(uri);
    if (file === undefined) throw notAFile(uri);
    return file;
  }
}

function notAFile(uri: string): PairLensError {
  return new PairLensError(
    'invalid-argument',
    sentence("{0} is not on this machine's disk.", uri),
    {
      remedy: sentence('Give a file: URI.'),
    },
  );
}
