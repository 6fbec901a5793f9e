import { z } from 'zod';
import { SEARCH_MATCHERS } from '../core/retrieval/searchMatchers.ts';
import {
  findingItemSchema,
  matchSchema,
  neighboursSchema,
  neighbourSchema,
  pairItemSchema,
  pairRefSchema,
  groundedWordSchema,
  positionSchema,
  rangeSchema,
  statusSchema,
  thumbnailSchema,
  weighedWordSchema,
} from './shapes.ts';

/** A request: its name on the wire and the two schemas its messages are parsed with. */
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

/** What the neighbour browser looks at. `caption` is the place of a caption in a (possibly unsaved) document. */
export const targetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('caption'), uri: z.string(), position: positionSchema }),
  z.object({ kind: z.literal('image'), uri: z.string() }),
  z.object({ kind: z.literal('pair'), pair: pairRefSchema }),
]);
export type Target = z.infer<typeof targetSchema>;

/**
 * As in LSP: edits by document URI with the version they were made for, plus files to create first. A client that
 * shows a text of another `textHash` (src/protocol/textHash.ts) must not apply them: the file was changed meanwhile.
 */
export const workspaceEditSchema = z.object({
  label: z.string(),
  create: z.array(z.string()),
  documents: z.array(
    z.object({
      uri: z.string(),
      version: z.int().nullable(),
      textHash: z.string(),
      edits: z.array(
        z.object({
          range: z.object({ start: positionSchema, end: positionSchema }),
          newText: z.string(),
        }),
      ),
    }),
  ),
});
/** `data` of a quick fix whose edit was asked for: the texts it is for, as in `workspaceEditSchema`. */
export const fixTextsSchema = z.object({
  texts: z.array(z.object({ uri: z.string(), textHash: z.string() })),
});
export type WireEdit = z.infer<typeof workspaceEditSchema>;

const nothing = z.object({});

/** Requests of the client to the server. Errors arrive as LSP errors whose `data` is an `ErrorData`. */
export const REQUESTS = {
  status: request('pairlens/status', nothing, statusSchema),
  /** All findings of all datasets, the worst first, those beyond the limit of shown problems included. */
  findings: request(
    'pairlens/findings',
    nothing,
    z.object({ findings: z.array(findingItemSchema) }),
  ),
  /** Null where nothing is known of the target: not in a dataset, not indexed yet, not an image. */
  neighbours: request(
    'pairlens/neighbours',
    z.object({ target: targetSchema, k: z.int().min(1).max(100).optional() }),
    neighboursSchema.nullable(),
  ),
  /** What `caption` would be worth on the image of `pair`, without any document being changed. */
  match: request(
    'pairlens/match',
    z.object({ pair: pairRefSchema, caption: z.string() }),
    matchSchema.nullable(),
  ),
  /** What each content word of `caption` adds to its match with the image of `pair`; those it speaks against come apart. */
  words: request(
    'pairlens/words',
    z.object({ pair: pairRefSchema, caption: z.string() }),
    z.object({ words: z.array(weighedWordSchema), unsupported: z.array(weighedWordSchema) }),
  ),
  /** Where in the image of `pair` each content word of `caption` is to be seen. */
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
  /** Longest side in pixels; the file is never sent whole. Null where the image cannot be read. */
  thumbnail: request(
    'pairlens/thumbnail',
    z.object({ uri: z.string(), size: z.int().min(16).max(2048) }),
    thumbnailSchema.nullable(),
  ),
  /** Reads the datasets again and audits them; with `rebuild` everything is encoded anew. */
  audit: request('pairlens/audit', z.object({ rebuild: z.boolean().optional() }), nothing),
  /** The edit that gives `pair` this caption. */
  captionEdit: request(
    'pairlens/captionEdit',
    z.object({ pair: pairRefSchema, caption: z.string() }),
    workspaceEditSchema,
  ),
  /** The edit that exchanges the captions of two pairs. */
  swapEdit: request(
    'pairlens/swapEdit',
    z.object({ pair: pairRefSchema, other: pairRefSchema }),
    workspaceEditSchema,
  ),
  /** The edit that creates the caption file of an image which has none. */
  createCaptionEdit: request(
    'pairlens/createCaptionEdit',
    z.object({ imageUri: z.string(), caption: z.string() }),
    workspaceEditSchema,
  ),
  /** Writes (or, with `none`, takes back) a line of `.pairlens/decisions.jsonl`. */
  decide: request(
    'pairlens/decide',
    z.object({ pair: pairRefSchema, decision: z.enum(['verified', 'excluded', 'none']) }),
    nothing,
  ),
  /** Answered once all that was sent before is taken in: nothing is being read, judged or published. */
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
  /** Findings, scores or neighbours may have changed: ask again for what is shown. */
  changed: {
    method: 'pairlens/changed',
    params: z.object({
      findings: z.boolean(),
      /** Captions files or images whose pairs changed; empty where everything may have. */
      uris: z.array(z.string()),
    }),
  },
} as const;

/** Notifications of the client to the server, beyond those of LSP. */
export const CLIENT_NOTIFICATIONS = {
  /** The person trusts the workspace from now on: paths from its settings may be used. */
  trusted: { method: 'pairlens/trusted', params: nothing },
} as const;

/**
 * Commands of the client that hovers link to, where it said `commandLinks`. The link's arguments are a JSON array,
 * percent-encoded, as VS Code reads `command:` links; parse them with these schemas.
 */
export const CLIENT_COMMANDS = {
  /** Shows the caption of a pair where it stands. */
  openPair: {
    command: 'pairlens.openPair',
    args: z.tuple([z.object({ captionUri: z.string(), range: rangeSchema, imageUri: z.string() })]),
  },
  /** Gives `pair` another caption, as one undo step. */
  useCaption: {
    command: 'pairlens.useCaption',
    args: z.tuple([z.object({ pair: pairRefSchema, caption: z.string() })]),
  },
  /** Shows the neighbours of a pair. */
  showNeighbours: {
    command: 'pairlens.showNeighbours',
    args: z.tuple([z.object({ pair: pairRefSchema })]),
  },
} as const;

/** Commands the server runs itself (workspace/executeCommand), so that any editor's quick fixes can use them. */
export const SERVER_COMMANDS = {
  /** Argument: the params of `pairlens/decide`. */
  decide: 'pairlens.server.decide',
  /** Argument: the params of `pairlens/audit`, or none. */
  audit: 'pairlens.server.audit',
} as const;

const levelSetting = z.enum(['error', 'warning', 'info', 'hint', 'off']);

/** The settings `pairlens.*` as the server reads them; a value of the wrong type falls back to its default. */
export const settingsSchema = z.object({
  enable: z.boolean().catch(true),
  /** Levels by finding code; a code that is not named keeps its default. */
  levels: z.record(z.string(), levelSetting.optional().catch(undefined)).catch({}),
  captionsPerFile: z.enum(['auto', 'whole', 'lines', 'first-line']).catch('auto'),
  inlayScores: z.boolean().catch(true),
  /** What searches rank by: the match that is shown, or one of `SEARCH_MATCHERS`. */
  matcher: z.enum(['match', ...SEARCH_MATCHERS]).catch('match'),
  maxProblems: z.int().min(0).max(100_000).catch(1000),
  modelPath: z.string().catch(''),
  cachePath: z.string().catch(''),
  threads: z.int().min(0).max(256).catch(0),
});
export type Settings = z.infer<typeof settingsSchema>;

/** `initializationOptions` of the language server. */
export const initializationSchema = z.object({
  settings: settingsSchema.optional(),
  /** BCP 47; messages come in this language where there is a bundle for it. */
  locale: z.string().optional(),
  /** Whether paths from the workspace's settings may be used (workspace trust). */
  trusted: z.boolean().optional(),
  /** Whether the client shows Markdown as VS Code does: `command:` links to `CLIENT_COMMANDS`, pictures as data URIs. */
  commandLinks: z.boolean().optional(),
});
