import { z } from 'zod';
import { errorDataSchema } from './errorData.ts';
import { type REQUESTS, targetSchema } from './serverApi.ts';
import { pairItemSchema, statusSchema } from './shapes.ts';

/*
 * Webview and extension host talk in three kinds of messages: a request with an id, its answer (never both a value and
 * an error), and events without an answer. Most requests are passed on to the server unchanged.
 */

/** Requests of a webview that the extension passes on to the server. */
export const FORWARDED_REQUESTS = [
  'status',
  'findings',
  'neighbours',
  'match',
  'words',
  'groundings',
  'search',
  'thumbnail',
] as const satisfies readonly (keyof typeof REQUESTS)[];

const nothing = z.object({});

/** Requests of a webview that the extension host answers itself. */
export const HOST_REQUESTS = {
  /** First message of a webview: the host answers with what to show. */
  ready: { params: nothing, result: nothing },
  /** Opens the caption where it stands, or the image. */
  open: {
    params: z.object({
      item: pairItemSchema.optional(),
      uri: z.string().optional(),
      what: z.enum(['caption', 'image']),
    }),
    result: nothing,
  },
  /** Shows two pictures with their captions side by side. */
  compare: { params: z.object({ left: pairItemSchema, right: pairItemSchema }), result: nothing },
  /** Gives the pair this caption: one edit, one undo step. An edit that cannot be made is an error. */
  setCaption: {
    params: z.object({ pair: pairItemSchema.shape.pair, caption: z.string() }),
    result: nothing,
  },
  swapCaptions: {
    params: z.object({ pair: pairItemSchema.shape.pair, other: pairItemSchema.shape.pair }),
    result: nothing,
  },
  createCaption: {
    params: z.object({ imageUri: z.string(), caption: z.string() }),
    result: nothing,
  },
  decide: {
    params: z.object({
      pair: pairItemSchema.shape.pair,
      decision: z.enum(['verified', 'excluded', 'none']),
    }),
    result: nothing,
  },
  /** Takes back the last edit or decision made from this webview; `undone` says what it was. */
  undo: { params: nothing, result: z.object({ undone: z.string().nullable() }) },
  /** Runs one of the extension's own commands, such as `pairlens.audit`. */
  command: { params: z.object({ command: z.string().startsWith('pairlens.') }), result: nothing },
} as const;

/** Events of the host to a webview. */
export const eventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('status'), status: statusSchema }),
  /** Ask again for what is shown. */
  z.object({ event: z.literal('changed'), findings: z.boolean(), uris: z.array(z.string()) }),
  /** The neighbour browser is to look at this now; null where there is nothing to look at. */
  z.object({ event: z.literal('target'), target: targetSchema.nullable() }),
  /** The review is to show this finding. */
  z.object({ event: z.literal('showFinding'), id: z.string() }),
]);
export type HostEvent = z.infer<typeof eventSchema>;

export const requestMessageSchema = z.object({
  id: z.int(),
  method: z.string(),
  params: z.unknown(),
});
/** Asks that request `cancel` be given up: its answer will be an error `cancelled`. */
export const cancelMessageSchema = z.object({ cancel: z.int() });
export const answerMessageSchema = z.union([
  z.object({ id: z.int(), ok: z.unknown() }),
  z.object({ id: z.int(), err: errorDataSchema }),
]);

export type ForwardedRequest = (typeof FORWARDED_REQUESTS)[number];
export type HostMethod = keyof typeof HOST_REQUESTS;
export type WebviewMethod = ForwardedRequest | HostMethod;

/** What a request of a webview takes and gives. */
export type WebviewParams<M extends WebviewMethod> = M extends ForwardedRequest
  ? z.input<(typeof REQUESTS)[M]['params']>
  : M extends HostMethod
    ? z.input<(typeof HOST_REQUESTS)[M]['params']>
    : never;
export type WebviewResult<M extends WebviewMethod> = M extends ForwardedRequest
  ? z.output<(typeof REQUESTS)[M]['result']>
  : M extends HostMethod
    ? z.output<(typeof HOST_REQUESTS)[M]['result']>
    : never;
