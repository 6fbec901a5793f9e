import { z } from 'zod';
import { errorDataSchema } from './errorData.ts';
import { NOTIFICATIONS, REQUESTS } from './serverApi.ts';
import {
  captionChangeSchema,
  captionMoveSchema,
  changedPairsSchema,
  findingItemSchema,
  imageSeparationSchema,
  pairItemSchema,
  pairRefSchema,
  readOnlyCountsSchema,
  savedViewSchema,
  statusSchema,
  targetSchema,
} from './shapes.ts';

/*
 * Webview and extension host exchange three kinds of messages: requests with an ID, responses (a value or an error),
 * and events. Most requests are forwarded to the server unchanged.
 */

/** Requests of a webview that the extension forwards to the server. */
export const FORWARDED_REQUESTS = [
  'status',
  'findings',
  'neighbours',
  'match',
  'words',
  'groundings',
  'search',
  'browse',
  'browsedPairs',
  'tags',
  'views',
  'statistics',
  'calibration',
  'map',
  'mapPair',
  'mapSelection',
  'duplicates',
  'thumbnail',
] as const satisfies readonly (keyof typeof REQUESTS)[];

const nothing = z.object({});

/** Images by their URIs, or those of pairs. */
const imagesOfSchema = z.union([
  z.object({ images: z.array(z.string()) }),
  z.object({ pairs: z.array(pairRefSchema) }),
]);

/** Commands of the extension that webviews may run. */
const PAGE_COMMANDS = [
  'pairlens.audit',
  'pairlens.settle',
  'pairlens.statistics',
  'pairlens.map',
] as const;

/** Requests of a webview that the extension host handles itself. */
export const HOST_REQUESTS = {
  /** First message of a webview: it can now receive events. */
  ready: { params: nothing, result: nothing },
  /** Opens the caption in its file, or the image. */
  open: {
    params: z.object({
      item: pairItemSchema.optional(),
      uri: z.string().optional(),
      what: z.enum(['caption', 'image']),
    }),
    result: nothing,
  },
  /** Opens two images side by side, with their captions. */
  compare: { params: z.object({ left: pairItemSchema, right: pairItemSchema }), result: nothing },
  /**
   * Replaces the pair's caption, as one undo step. Fails if the edit cannot be applied. With `preview`, a caption too
   * long for lists is shown and must be confirmed first; `discarded` if it was not.
   */
  setCaption: {
    params: z.object({
      pair: pairItemSchema.shape.pair,
      caption: z.string(),
      preview: z.boolean().optional(),
    }),
    result: z.object({ discarded: z.boolean().optional() }),
  },
  swapCaptions: {
    params: z.object({ pair: pairItemSchema.shape.pair, other: pairItemSchema.shape.pair }),
    result: nothing,
  },
  /** Gives every pair `to` the caption of the pair `from`, as one undo step. */
  moveCaptions: { params: z.object({ moves: z.array(captionMoveSchema) }), result: nothing },
  createCaption: {
    params: z.object({ imageUri: z.string(), caption: z.string() }),
    result: nothing,
  },
  saveAsUtf8: {
    params: z.object({ uri: z.string(), encoding: z.string() }),
    result: nothing,
  },
  separateImages: {
    params: z.object({ uri: z.string(), separations: z.array(imageSeparationSchema) }),
    result: nothing,
  },
  renameCaptionFile: { params: z.object({ from: z.string(), to: z.string() }), result: nothing },
  decide: {
    params: z.object({
      pair: pairItemSchema.shape.pair,
      decision: z.enum(['verified', 'excluded', 'none']),
    }),
    result: nothing,
  },
  /** Sets the decision on pairs, as one step of `undo`. `decided`: how many; pairs that are gone are left out. */
  decideAll: {
    params: z.object({
      pairs: z.array(pairRefSchema),
      decision: z.enum(['verified', 'excluded', 'none']),
    }),
    result: z.object({ decided: z.int() }),
  },
  /**
   * Changes the captions of pairs after VS Code's preview, as one undo step. `changed`: how many; 0 if none would change or the
   * preview was discarded.
   */
  changeCaptions: {
    params: z.object({ of: changedPairsSchema, change: captionChangeSchema }),
    result: z.object({
      changed: z.int(),
      emptied: z.int(),
      readOnly: readOnlyCountsSchema,
      discarded: z.boolean(),
      partly: z.boolean().optional(),
    }),
  },
  /** Fixes findings as one step, after showing what changes; see `pairlens/findingFixes`. `discarded`: it was not wanted; `partly`: some of it. */
  fixFindings: {
    params: REQUESTS.findingFixes.params,
    result: REQUESTS.findingFixes.result
      .omit({ edit: true, files: true })
      .extend({ discarded: z.boolean(), partly: z.boolean().optional() }),
  },
  /** Turns the rule of a finding off in the config file of its folder, after showing the change. */
  turnRuleOff: {
    params: findingItemSchema.pick({ code: true, uri: true }),
    result: z.object({ discarded: z.boolean() }),
  },
  /** Shows the neighbours of a pair in their view, without moving the focus. */
  follow: { params: z.object({ pair: pairRefSchema }), result: nothing },
  /** Opens Browse Dataset with a filter; with `first` at the page of the first pair. */
  browseQuery: {
    params: z.object({ query: z.string(), first: z.boolean().optional() }),
    result: nothing,
  },
  /** Saves a query under a name that the user is asked for; nothing is saved without one. */
  saveView: { params: savedViewSchema.pick({ query: true }), result: REQUESTS.views.result },
  removeView: { params: savedViewSchema.pick({ name: true }), result: REQUESTS.views.result },
  /**
   * Moves images out of their dataset, with captions and companions, to a folder that is asked for once; several after a
   * question. `excluded`: how many images; 0 if the user did not confirm.
   */
  exclude: {
    params: z.object({ of: imagesOfSchema }),
    result: z.object({ excluded: z.int() }),
  },
  /**
   * Removes images with captions and companions, such as duplicates of the image `keep`, or a caption file that belongs to no
   * image, after a question. `removed`: how many; 0 if the user did not confirm.
   */
  removeImages: {
    params: z.object({ keep: z.string().optional(), of: imagesOfSchema }),
    result: z.object({ removed: z.int() }),
  },
  /** Gives several pairs new captions, as one undo step. */
  setCaptions: {
    params: z.object({ captions: z.array(z.object({ pair: pairRefSchema, caption: z.string() })) }),
    result: nothing,
  },
  /** Notes that the pictures of a finding of duplicates are different. */
  markDifferent: { params: z.object({ id: z.string() }), result: nothing },
  /** Undoes the last edit or decision; `undone` is its label. */
  undo: { params: nothing, result: z.object({ undone: z.string().nullable() }) },
  /** Runs a command of the extension, such as `pairlens.audit`. */
  command: { params: z.object({ command: z.enum(PAGE_COMMANDS) }), result: nothing },
} as const;

/** Events from the host to a webview. */
export const eventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('status'), status: statusSchema }),
  /** Displayed data may be outdated: request it again. */
  z.object({ event: z.literal('changed'), findings: z.boolean(), uris: z.array(z.string()) }),
  /** The neighbour browser's new target; null if there is none. */
  z.object({ event: z.literal('target'), target: targetSchema.nullable() }),
  /** The review shows this finding. */
  z.object({ event: z.literal('showFinding'), id: z.string() }),
  /** Browse Dataset shows the pairs of this query; with `first` the page of the first of them. */
  z.object({ event: z.literal('showQuery'), query: z.string(), first: z.boolean().optional() }),
  /** Which share of a map is laid out. */
  NOTIFICATIONS.mapProgress.params.extend({ event: z.literal('mapProgress') }),
]);
export type HostEvent = z.infer<typeof eventSchema>;

export const requestMessageSchema = z.object({
  id: z.int(),
  method: z.string(),
  params: z.unknown(),
});
/** Cancels the request with ID `cancel`, which then fails with `cancelled`. */
export const cancelMessageSchema = z.object({ cancel: z.int() });
export const answerMessageSchema = z.union([
  z.object({ id: z.int(), ok: z.unknown() }),
  z.object({ id: z.int(), err: errorDataSchema }),
]);

export type ForwardedRequest = (typeof FORWARDED_REQUESTS)[number];
export type HostMethod = keyof typeof HOST_REQUESTS;
export type WebviewMethod = ForwardedRequest | HostMethod;

/** Parameter and result types of a webview request. */
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
