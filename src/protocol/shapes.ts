import { z } from 'zod';

/*
 * What the server, the extension and the webviews tell each other about. Everything that crosses a border is parsed
 * with one of these schemas once, where it arrives. Paths cross as URIs; positions as in LSP (0-based, UTF-16).
 */

export const positionSchema = z.object({ line: z.int().min(0), character: z.int().min(0) });
export const rangeSchema = z.object({ start: positionSchema, end: positionSchema });
export type Range = z.infer<typeof rangeSchema>;

/** Names a pair for as long as its image stays in the dataset, whatever happens to its caption. */
export const pairRefSchema = z.object({
  /** URI of the dataset's root folder. */
  root: z.string(),
  /** Path of the image relative to it, with `/`. */
  image: z.string(),
  captionIndex: z.int().min(0),
});
export type PairRef = z.infer<typeof pairRefSchema>;

export const levelSchema = z.enum(['error', 'warning', 'info', 'hint']);
export type WireLevel = z.infer<typeof levelSchema>;

/** A pair with what is needed to show and open it. */
export const pairItemSchema = z.object({
  pair: pairRefSchema,
  caption: z.string(),
  /** URI of the image; its thumbnail comes from `pairlens/thumbnail`. */
  imageUri: z.string(),
  /** Caption file and where the caption stands in it. */
  captionUri: z.string(),
  range: rangeSchema,
  /** 1 - mismatch probability of this caption on this image, 0..1; absent where it was not judged. */
  match: z.number().optional(),
});
export type PairItem = z.infer<typeof pairItemSchema>;

export const fixKindSchema = z.enum([
  'replace-caption',
  'swap-captions',
  'create-caption',
  'mark-verified',
  'exclude-pair',
]);

/** One fix a finding offers; applied by its place in the list. */
export const fixItemSchema = z.object({
  kind: fixKindSchema,
  /** What to write on the button or in the quick-fix menu. */
  title: z.string(),
  /** The new caption, for `replace-caption`. */
  caption: z.string().optional(),
  /** Expected match after `replace-caption`, 0..1. */
  match: z.number().optional(),
  /** The partner, for `swap-captions`. */
  other: pairRefSchema.optional(),
});
export type FixItem = z.infer<typeof fixItemSchema>;

export const findingItemSchema = z.object({
  /** Stable across audits as long as the finding is about the same thing. */
  id: z.string(),
  /** The rule's stable name, and what it is called: for a heading over several findings, and for a single one. */
  code: z.string(),
  title: z.string(),
  shortTitle: z.string(),
  level: levelSchema,
  message: z.string(),
  evidence: z.array(z.string()),
  /** 0..1; findings of one rule come the surest first. */
  confidence: z.number(),
  /** The file to open: the caption file, or the image where there is none. */
  uri: z.string(),
  range: rangeSchema.optional(),
  imageUri: z.string().optional(),
  /** For a finding about a pair. */
  item: pairItemSchema.optional(),
  related: z.array(pairItemSchema),
  relatedUris: z.array(z.string()),
  fixes: z.array(fixItemSchema),
  remedy: z.string().optional(),
});
export type FindingItem = z.infer<typeof findingItemSchema>;

export const datasetSummarySchema = z.object({
  root: z.string(),
  name: z.string(),
  images: z.int(),
  pairs: z.int(),
  formats: z.array(z.string()),
  /** Estimated share of wrong captions, 0..1, and what is promised of the reported ones. */
  wrongShare: z.number().optional(),
  precision: z.number().optional(),
  /** The captions are too alike for one that belongs to another image of the dataset to be told. */
  tooAlike: z.boolean().optional(),
  verified: z.int(),
  excluded: z.int(),
});
export type DatasetSummary = z.infer<typeof datasetSummarySchema>;

/** One entry of the neighbour browser. */
export const neighbourSchema = z.object({
  item: pairItemSchema,
  /** What `score` says: how well the two fit (1 - mismatch probability), or how alike two pictures look; both 0..1. */
  kind: z.enum(['match', 'likeness']),
  score: z.number(),
  /** Whether training may confuse this pair with the one in focus. */
  hardNegative: z.boolean().optional(),
});
export type Neighbour = z.infer<typeof neighbourSchema>;

export const neighboursSchema = z.object({
  /** The pair in focus; for an image without caption `caption` is empty. */
  focus: pairItemSchema,
  /** All captions of the image in focus, in order: it may have several. */
  siblings: z.array(pairItemSchema),
  findings: z.array(findingItemSchema),
  captions: z.array(neighbourSchema),
  images: z.array(neighbourSchema),
  lookAlikes: z.array(neighbourSchema),
  duplicates: z.array(neighbourSchema),
});
export type Neighbours = z.infer<typeof neighboursSchema>;

/** What a caption would be worth on an image; see `pairlens/match`. */
export const matchSchema = z.object({
  match: z.number(),
  evidence: z.array(z.string()),
  neighbours: neighboursSchema,
});
export type Match = z.infer<typeof matchSchema>;

/** A content word of a caption, by the characters it stands on, and what it adds to the match; below 0 it speaks against it. */
export const weighedWordSchema = z.object({
  text: z.string(),
  start: z.int().min(0),
  end: z.int().min(0),
  support: z.number(),
});
export type WeighedWordItem = z.infer<typeof weighedWordSchema>;

/** A content word of a caption, and where in the picture it is to be seen. */
export const groundedWordSchema = z.object({
  text: z.string(),
  start: z.int().min(0),
  end: z.int().min(0),
  /** Of 3 x 3 overlapping crops, row by row: how much more each speaks for the word than all do on average. */
  cells: z.array(z.number()).length(9),
  /** The best of them, by row and column; null where the word is everywhere or nowhere. */
  place: z.object({ row: z.int().min(0).max(2), column: z.int().min(0).max(2) }).nullable(),
});
export type GroundedWordItem = z.infer<typeof groundedWordSchema>;

export const thumbnailSchema = z.object({
  /** `data:image/jpeg;base64,...` */
  dataUri: z.string(),
  width: z.int(),
  height: z.int(),
});
export type Thumbnail = z.infer<typeof thumbnailSchema>;

/** What the server is doing, for the status bar and the welcome view. */
export const statusSchema = z.object({
  state: z.enum(['starting', 'no-dataset', 'indexing', 'auditing', 'ready', 'failed']),
  phase: z.string().optional(),
  done: z.int().optional(),
  total: z.int().optional(),
  /** Items a second, and seconds left, once they can be told. */
  rate: z.number().optional(),
  secondsLeft: z.number().optional(),
  counts: z.object({
    error: z.int(),
    warning: z.int(),
    info: z.int(),
    hint: z.int(),
  }),
  datasets: z.array(datasetSummarySchema),
  /** Why it failed and what to do, where `state` is `failed`. */
  error: z.object({ message: z.string(), remedy: z.string().optional() }).optional(),
});
export type Status = z.infer<typeof statusSchema>;
