import { z } from 'zod';
import { PAIR_LIST_IDS } from '../core/dataset/trainers.ts';
import { SETTINGS } from '../core/settings/settingTable.ts';
import { encoderListSchema, encoderNumbersSchema } from './encoderShapes.ts';
import { inventorySchema } from './inventoryShapes.ts';
import {
  decidedPairSchema,
  decisionSchema,
  differentMarkSchema,
  duplicatesSchema,
  findingItemSchema,
  matchSchema,
  neighboursSchema,
  neighbourSchema,
  browsedItemSchema,
  captionChangeSchema,
  changedPairsSchema,
  chosenFindingsSchema,
  pairItemSchema,
  captionMoveSchema,
  pairRefSchema,
  groundedWordSchema,
  positionSchema,
  readOnlyCountsSchema,
  savedViewSchema,
  statusSchema,
  tagListSchema,
  targetSchema,
  thumbnailSchema,
  weighedWordSchema,
} from './shapes.ts';
import { datasetMapSchema, mapSideSchema } from './mapShapes.ts';
import { calibrationSchema, statisticsSchema } from './statisticsShapes.ts';
import { findingFixesSchema, takenOutSchema, workspaceEditSchema } from './workspaceEdit.ts';

/** Scheme of the URIs of files inside archives, with the path of a `file:` URI. */
export const MEMBER_SCHEME = 'pairlens';

/** A request: its method name and the schemas of its parameters and result. */
export interface RequestSpec<P extends z.ZodType, R extends z.ZodType> {
  readonly method: string;
  readonly params: P;
  readonly result: R;
}

function request<P extends z.ZodType, R extends z.ZodType>(
  method: string,
  params: P,
  result: R,
): RequestSpec<P, R> {
  return { method, params, result };
}

const nothing = z.object({});

/** Requests of the client to the server. Errors are LSP errors whose `data` is an `ErrorData`. */
export const REQUESTS = {
  status: request('pairlens/status', nothing, statusSchema),
  /** All findings of all datasets, the worst first, without the limit `maxProblems`. */
  findings: request(
    'pairlens/findings',
    nothing,
    z.object({ findings: z.array(findingItemSchema) }),
  ),
  /** Neighbours of a pair. Null if the target is not in a dataset, not indexed yet or not an image. */
  neighbours: request(
    'pairlens/neighbours',
    z.object({ target: targetSchema, k: z.int().min(1).max(100).optional() }),
    neighboursSchema.nullable(),
  ),
  /** CLIP tokens of the caption at a position. Null without a caption there, and if the trainer reads other tokens. */
  captionTokens: request(
    'pairlens/captionTokens',
    z.object({ uri: z.string(), position: positionSchema }),
    z
      .object({
        count: z.int(),
        /** How many the trainer reads; absent if it is not known which trainer it is. */
        limit: z.object({ trainer: z.string(), most: z.int() }).optional(),
      })
      .nullable(),
  ),
  /** The pair whose caption is at a position of a caption file; null where there is none. */
  pairAt: request(
    'pairlens/pairAt',
    z.object({ uri: z.string(), position: positionSchema }),
    pairItemSchema.nullable(),
  ),
  /** Scores `caption` for the image of `pair` without changing a document. */
  match: request(
    'pairlens/match',
    z.object({ pair: pairRefSchema, caption: z.string() }),
    matchSchema.nullable(),
  ),
  /** How much each content word of `caption` adds to its match with the image of `pair`, and which words the image does not support. */
  words: request(
    'pairlens/words',
    z.object({ pair: pairRefSchema, caption: z.string() }),
    z.object({ words: z.array(weighedWordSchema), unsupported: z.array(weighedWordSchema) }),
  ),
  /** Where in the image of `pair` each content word of `caption` is found. */
  groundings: request(
    'pairlens/groundings',
    z.object({ pair: pairRefSchema, caption: z.string() }),
    z.object({ words: z.array(groundedWordSchema) }),
  ),
  /** Images for a text, or captions for an image (of the workspace by URI, or from elsewhere as base64 bytes). */
  search: request(
    'pairlens/search',
    z.object({
      query: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('text'), text: z.string() }),
        z.object({ kind: z.literal('image'), uri: z.string() }),
        z.object({ kind: z.literal('bytes'), base64: z.string() }),
      ]),
      want: z.enum(['images', 'captions']),
      k: z.int().min(1).max(200).optional(),
    }),
    z.object({ hits: z.array(neighbourSchema) }),
  ),
  /** A thumbnail; `size` is its longest side in pixels. Null if the image cannot be read. */
  thumbnail: request(
    'pairlens/thumbnail',
    z.object({ uri: z.string(), size: z.int().min(16).max(2048) }),
    thumbnailSchema.nullable(),
  ),
  /**
   * A file of a dataset inside an archive, or the rows of a parquet file as JSON Lines. Null for other files, and if it
   * cannot be read. `modified` in milliseconds since 1970.
   */
  member: request(
    'pairlens/member',
    z.object({ uri: z.string() }),
    z.object({ base64: z.string(), modified: z.number() }).nullable(),
  ),
  /** Reads and audits the datasets again; with `rebuild` without cached embeddings. */
  audit: request('pairlens/audit', z.object({ rebuild: z.boolean().optional() }), nothing),
  /** Fits to all datasets, as `pairlens fit`, while no other request is running; an audit follows. The status has the progress. */
  fit: request(
    'pairlens/fit',
    nothing,
    z.object({
      datasets: z.array(
        z.object({
          root: z.string(),
          outcome: z.enum(['fitted', 'no-better', 'too-few']),
          /** What a person should read of it. */
          message: z.string(),
        }),
      ),
    }),
  ),
  /** Drops what was fitted to all datasets, and audits them again. `dropped`: the number of fits. */
  dropFit: request('pairlens/dropFit', nothing, z.object({ dropped: z.int() })),
  /** Encoders besides the shipped one, with the size of their graphs. `inUse`: the path of the setting; empty for the shipped one. */
  encoders: request('pairlens/encoders', nothing, encoderListSchema),
  /** Opens the encoder of a folder (an absolute path) and closes it; an error says why it cannot be used. Nothing else changes. */
  tryEncoder: request(
    'pairlens/tryEncoder',
    z.object({ path: z.string() }),
    z.object({ model: z.string(), bytes: z.number() }),
  ),
  /**
   * Measures the encoder of a folder (an absolute path; empty for the shipped one) on all datasets, whose captions are taken to be right, as
   * `pairlens encoders DIR` does, in a process of its own. May take minutes.
   */
  measureEncoder: request(
    'pairlens/measureEncoder',
    z.object({ path: z.string() }),
    encoderNumbersSchema,
  ),
  /** The edit that replaces the caption of `pair`. */
  captionEdit: request(
    'pairlens/captionEdit',
    z.object({ pair: pairRefSchema, caption: z.string() }),
    workspaceEditSchema,
  ),
  /** The edit that gives several pairs new captions. */
  captionEdits: request(
    'pairlens/captionEdits',
    z.object({ captions: z.array(z.object({ pair: pairRefSchema, caption: z.string() })) }),
    workspaceEditSchema,
  ),
  /**
   * What takes images out of their dataset, with all that belongs to them: the client makes the edit, moves the files (or
   * puts them into the wastebasket) and creates the files. Without a folder the moves lead to one that PairLens does not read.
   */
  takeOut: request(
    'pairlens/takeOut',
    z.object({ images: z.array(z.string()), folder: z.string().optional() }),
    takenOutSchema,
  ),
  /** The images of a finding of duplicates, by its ID; null for other findings. */
  duplicates: request(
    'pairlens/duplicates',
    z.object({ id: z.string() }),
    duplicatesSchema.nullable(),
  ),
  /** Notes that the pictures of a finding of duplicates are different: they are no longer reported. */
  markDifferent: request(
    'pairlens/markDifferent',
    z.object({ id: z.string() }),
    differentMarkSchema,
  ),
  /** Takes back `pairlens/markDifferent`. */
  forgetDifferent: request('pairlens/forgetDifferent', differentMarkSchema, nothing),
  /** The edit that exchanges the captions of two pairs. */
  swapEdit: request(
    'pairlens/swapEdit',
    z.object({ pair: pairRefSchema, other: pairRefSchema }),
    workspaceEditSchema,
  ),
  /** The edit that gives every pair `to` the caption of the pair `from`. */
  moveEdit: request(
    'pairlens/moveEdit',
    z.object({ moves: z.array(captionMoveSchema) }),
    workspaceEditSchema,
  ),
  /** The edit that adds a caption to an image without one. */
  createCaptionEdit: request(
    'pairlens/createCaptionEdit',
    z.object({ imageUri: z.string(), caption: z.string() }),
    workspaceEditSchema,
  ),
  /** Adds a line to `.pairlens/decisions.jsonl`, or with `none` removes it. */
  decide: request(
    'pairlens/decide',
    z.object({ pair: pairRefSchema, decision: decisionSchema }),
    nothing,
  ),
  /** Pairs of all datasets at some places of the list that a query selects (docs/cli.md#queries). */
  browse: request(
    'pairlens/browse',
    z.object({ query: z.string(), from: z.int().min(0), count: z.int().min(1).max(500) }),
    z.object({
      /** Number of pairs and images without a caption that the query selects. */
      total: z.int(),
      /** How many of them are images without a caption. */
      untagged: z.int(),
      items: z.array(browsedItemSchema),
      /** Titles of the rules named by the items. */
      rules: z.array(z.object({ code: z.string(), shortTitle: z.string() })),
      /** What is wrong with the query, and where (UTF-16); the list is then empty. */
      fault: z.object({ message: z.string(), start: z.int(), end: z.int() }).nullable(),
    }),
  ),
  /** The same pairs without their data, for a selection. */
  browsedPairs: request(
    'pairlens/browsedPairs',
    z.object({ query: z.string(), from: z.int().min(0), count: z.int().min(0) }),
    z.object({ pairs: z.array(pairRefSchema) }),
  ),
  /** The pictures that are not ignored as a list for a trainer, or as plain lists of the kept and the left ones. */
  pairList: request(
    'pairlens/pairList',
    z.object({ list: z.enum(PAIR_LIST_IDS) }),
    z.object({
      files: z.array(z.object({ name: z.string(), text: z.string() })),
      /** How the trainer's settings name it. */
      use: z.string(),
      /** Pictures in the list, and those left out of it. */
      kept: z.int(),
      left: z.int(),
      /** Captions that the list cannot hold. */
      leftCaptions: z.int(),
    }),
  ),
  /** The tags of all datasets whose name holds `text`, those that begin with it and the most frequent first. */
  tags: request(
    'pairlens/tags',
    z.object({ text: z.string(), count: z.int().min(0).max(1000) }),
    tagListSchema,
  ),
  /** The saved views in the config files of the opened folders, by name. */
  views: request('pairlens/views', nothing, z.object({ views: z.array(savedViewSchema) })),
  /** Keeps a query under a name, in place of an earlier one of that name. */
  saveView: request('pairlens/saveView', savedViewSchema, nothing),
  removeView: request('pairlens/removeView', savedViewSchema.pick({ name: true }), nothing),
  /** Statistics of all pairs. */
  statistics: request('pairlens/statistics', nothing, statisticsSchema),
  /** How far the match can be believed, measured on captions that are exchanged in memory; takes seconds. */
  calibration: request('pairlens/calibration', nothing, calibrationSchema),
  /**
   * The map of a dataset: pairs of similar pictures, or of similar captions, lie close together. Null if there is no such dataset, or
   * too few of them for a map. May take seconds; `pairlens/mapProgress` has the progress.
   */
  map: request(
    'pairlens/map',
    z.object({ root: z.string(), side: mapSideSchema }),
    z.object({ map: datasetMapSchema.nullable() }),
  ),
  /** The pair at a point of a map as it is now; null if it is gone, or the map is out of date. */
  mapPair: request(
    'pairlens/mapPair',
    z.object({ map: z.int(), point: z.int().min(0) }),
    z.object({ item: pairItemSchema.nullable() }),
  ),
  /** Keeps points of a map as a selection; the query selects its pairs until the server ends. */
  mapSelection: request(
    'pairlens/mapSelection',
    z.object({ map: z.int(), points: z.array(z.int().min(0)) }),
    z.object({ query: z.string() }),
  ),
  /** The edit that makes a change to the captions of some pairs; `edit` is null if none changes. */
  changeEdit: request(
    'pairlens/changeEdit',
    z.object({ of: changedPairsSchema, change: captionChangeSchema }),
    z.object({
      edit: workspaceEditSchema.nullable(),
      /** Number of captions that change. */
      changed: z.int(),
      /** Number of captions that would be empty and stay as they are. */
      emptied: z.int(),
      /** Number of captions that are not edited. */
      readOnly: readOnlyCountsSchema,
    }),
  ),
  /**
   * What fixes findings, chosen as `pairlens fix --rule` chooses: the client shows and makes the edit, and then changes the
   * files. With `suggestions` wrong captions get the caption that is likely meant, and nothing else is fixed.
   */
  findingFixes: request(
    'pairlens/findingFixes',
    z.object({ of: chosenFindingsSchema, suggestions: z.boolean() }),
    findingFixesSchema,
  ),
  /** Sets the decision on pairs. `before`: those that were changed, with their earlier decisions. */
  decideAll: request(
    'pairlens/decideAll',
    z.object({ pairs: z.array(pairRefSchema), decision: decisionSchema }),
    z.object({ before: z.array(z.object({ pair: pairRefSchema, decision: decisionSchema })) }),
  ),
  /** Writes a caption file as UTF-8; its other lines are read in `encoding`. Without one, only drops the byte order mark. */
  saveAsUtf8: request(
    'pairlens/saveAsUtf8',
    z.object({ uri: z.string(), encoding: z.string().optional() }),
    nothing,
  ),
  /** The decisions on pairs that exist now, in dataset order. */
  decisions: request(
    'pairlens/decisions',
    nothing,
    z.object({ decisions: z.array(decidedPairSchema) }),
  ),
  /** What lies in the folders: the opened ones, and those below with a config file of their own. */
  inventory: request(
    'pairlens/inventory',
    nothing,
    z.object({ folders: z.array(inventorySchema) }),
  ),
  /**
   * The edit that adds columns, roots or levels of rules to the config file of a folder of the inventory; with none, the edit that
   * creates it with what was found.
   */
  configEdit: request(
    'pairlens/configEdit',
    z.object({
      folder: z.string(),
      columns: z
        .record(z.string(), z.object({ image: z.string().optional(), caption: z.string() }))
        .optional(),
      roots: z.record(z.string(), z.string()).optional(),
      captionsInFileNames: z.boolean().optional(),
      rules: z.record(z.string(), z.enum(SETTINGS.rules.choices)).optional(),
    }),
    workspaceEditSchema,
  ),
  /** Answered when all earlier messages are processed: nothing is being read, audited or published. */
  idle: request('pairlens/idle', nothing, nothing),
  /** All pairs of an image, e.g. for an Explorer menu. */
  pairsOfImage: request(
    'pairlens/pairsOfImage',
    z.object({ uri: z.string() }),
    z.object({ items: z.array(pairItemSchema) }),
  ),
} as const;

/** Notifications of the server to the client. */
export const NOTIFICATIONS = {
  status: { method: 'pairlens/statusChanged', params: statusSchema },
  /** Findings, scores or neighbours may have changed: request what is displayed again. */
  changed: {
    method: 'pairlens/changed',
    params: z.object({
      findings: z.boolean(),
      /** Caption files or images whose pairs changed; empty if all may have changed. */
      uris: z.array(z.string()),
    }),
  },
  /** Which share of a map is laid out. */
  mapProgress: {
    method: 'pairlens/mapProgress',
    params: z.object({ root: z.string(), side: mapSideSchema, share: z.number() }),
  },
} as const;

/** Notifications of the client to the server, beyond those of LSP. */
export const CLIENT_NOTIFICATIONS = {
  /** The user has trusted the workspace: paths in its settings may be used. */
  trusted: { method: 'pairlens/trusted', params: nothing },
} as const;
