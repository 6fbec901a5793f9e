import { z } from 'zod';
import { READ_ONLY_REASONS } from '../core/dataset/readOnly.ts';

/*
 * Data types of the messages between server, extension and webviews. The receiver parses each message once with these
 * schemas. Paths are URIs; positions are those of LSP (0-based, UTF-16).
 */

export const positionSchema = z.object({ line: z.int().min(0), character: z.int().min(0) });
export const rangeSchema = z.object({ start: positionSchema, end: positionSchema });
export type Range = z.infer<typeof rangeSchema>;

/** Identifies a pair; stable while its image is in the dataset, even if its caption changes. */
export const pairRefSchema = z.object({
  /** URI of the dataset's root folder. */
  root: z.string(),
  /** Path of the image relative to `root`, with `/`. */
  image: z.string(),
  captionIndex: z.int().min(0),
});
export type PairRef = z.infer<typeof pairRefSchema>;

/** What the neighbour browser shows. `caption` is a position in a (possibly unsaved) document. */
export const targetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('caption'), uri: z.string(), position: positionSchema }),
  z.object({ kind: z.literal('image'), uri: z.string() }),
  z.object({ kind: z.literal('pair'), pair: pairRefSchema }),
]);
export type Target = z.infer<typeof targetSchema>;

export const levelSchema = z.enum(['error', 'warning', 'info', 'hint']);
export type WireLevel = z.infer<typeof levelSchema>;

/** Why the captions of a dataset cannot be judged against one another. */
const incomparableSchema = z.enum(['too-alike', 'too-few']);

/** Numbers of captions or findings that stay as they are, by the reason. */
export const readOnlyCountsSchema = z.record(z.enum(READ_ONLY_REASONS), z.int());
export type ReadOnlyCountsItem = z.infer<typeof readOnlyCountsSchema>;

/** A pair with the data to display and open it. */
export const pairItemSchema = z.object({
  pair: pairRefSchema,
  caption: z.string(),
  /** Length of the beginning that most captions of the dataset share, such as a trigger word: lists leave it out. */
  lead: z.int().min(0).optional(),
  /** URI of the image; its thumbnail comes from `pairlens/thumbnail`. */
  imageUri: z.string(),
  /** Caption file, and the caption's range in it. */
  captionUri: z.string(),
  range: rangeSchema,
  /** Why the caption cannot be changed: it is in an archive, or it is the name of its image. Absent if it can. */
  readOnly: z.enum(READ_ONLY_REASONS).optional(),
  /** 1 - mismatch probability, 0..1; absent for pairs that were not scored, or whose score says nothing. */
  match: z.number().optional(),
  /** Why there is no match: the captions of the dataset cannot be judged against one another. */
  incomparable: incomparableSchema.optional(),
});
export type PairItem = z.infer<typeof pairItemSchema>;

/** A decision on a pair; `none` removes the decision. */
export const decisionSchema = z.enum(['verified', 'excluded', 'none']);
export type PairDecision = z.infer<typeof decisionSchema>;

/** A pair with the user's decision. */
export const decidedPairSchema = z.object({
  item: pairItemSchema,
  decision: z.enum(['verified', 'excluded']),
});
export type DecidedPair = z.infer<typeof decidedPairSchema>;

/** Images that show the same picture. */
export const duplicatesSchema = z.object({
  images: z.array(
    z.object({
      uri: z.string(),
      name: z.string(),
      /** Size of the file; absent if it is gone. */
      bytes: z.int().optional(),
      /** In pixels; absent if the image cannot be read. */
      width: z.int().optional(),
      height: z.int().optional(),
      /** Its pairs; none for an image without a caption. */
      items: z.array(pairItemSchema),
    }),
  ),
  /** The tags of all captions together; absent if the captions are no lists of tags, or all equal. */
  merged: z.string().optional(),
});
export type Duplicates = z.infer<typeof duplicatesSchema>;

/** Pictures that were called different, and the URI of the dataset whose file of decisions says so. */
export const differentMarkSchema = z.object({
  root: z.string(),
  pairs: z.array(
    z.object({
      hashes: z.array(z.string()).length(2),
      images: z.array(z.string()).length(2),
    }),
  ),
});

/** A pair in a list, or an image without a caption. */
export const browsedItemSchema = z.object({
  item: pairItemSchema,
  /** Codes of the rules whose findings concern it. */
  rules: z.array(z.string()),
  decision: z.enum(['verified', 'excluded']).optional(),
  /** Whether the image has no caption. */
  untagged: z.boolean().optional(),
});
export type BrowsedItem = z.infer<typeof browsedItemSchema>;

/** A change that is made to many captions at once. */
export const captionChangeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['prepend', 'append']), text: z.string() }),
  z.object({
    kind: z.literal('replace'),
    find: z.string(),
    replacement: z.string(),
    /** Whether `find` is a regular expression; `replacement` may then hold `$1`. */
    regex: z.boolean(),
    matchCase: z.boolean(),
  }),
  /** `add-tags` adds those that the caption lacks; `first-tags` puts tags first, in this order. */
  z.object({ kind: z.enum(['add-tags', 'remove-tags', 'first-tags']), tags: z.array(z.string()) }),
  /** One tag in the place of others. */
  z.object({ kind: z.literal('rename-tags'), tags: z.array(z.string()), to: z.string() }),
  /** Of captions that are lists of tags: in the order of names, or the most frequent in the dataset first. */
  z.object({ kind: z.literal('sort-tags'), by: z.enum(['name', 'count']) }),
]);
export type CaptionChangeItem = z.infer<typeof captionChangeSchema>;

/** A tag with the number of captions that have it. */
export const tagItemSchema = z.object({ tag: z.string(), captions: z.int() });
export type TagItem = z.infer<typeof tagItemSchema>;

/** Tags of all datasets. */
export const tagListSchema = z.object({
  /** Number of tags like the one that was asked for. */
  total: z.int(),
  tags: z.array(tagItemSchema),
  /** Whether most captions are tags. */
  isOfTags: z.boolean(),
});
export type TagList = z.infer<typeof tagListSchema>;

/** The pairs that a change is made to: these, or all that a query selects. */
export const changedPairsSchema = z.union([
  z.object({ pairs: z.array(pairRefSchema) }),
  z.object({ query: z.string() }),
]);
export type ChangedPairs = z.infer<typeof changedPairsSchema>;

/** A pair that takes the caption of another. */
export const captionMoveSchema = z.object({ to: pairRefSchema, from: pairRefSchema });
export type CaptionMove = z.infer<typeof captionMoveSchema>;

/** An image that gets a name of its own, with a copy of the caption file that it shares with another. URIs. */
export const imageSeparationSchema = z.object({
  image: z.string(),
  to: z.string(),
  caption: z.string(),
});
export type ImageSeparationItem = z.infer<typeof imageSeparationSchema>;

export const fixKindSchema = z.enum([
  'replace-caption',
  'swap-captions',
  'move-captions',
  'create-caption',
  'save-as-utf8',
  'rename-caption-file',
  'separate-images',
  'mark-verified',
  'exclude-pair',
]);

/** A change of a whole file. URIs. */
export const fileFixSchema = z.discriminatedUnion('kind', [
  /** Without an encoding the file is read in its own, and written as UTF-8 without a byte order mark. */
  z.object({ kind: z.literal('save-as-utf8'), uri: z.string(), encoding: z.string().optional() }),
  z.object({ kind: z.literal('rename-caption-file'), from: z.string(), to: z.string() }),
  z.object({
    kind: z.literal('separate-images'),
    uri: z.string(),
    separations: z.array(imageSeparationSchema),
  }),
]);
export type FileFixItem = z.infer<typeof fileFixSchema>;

/** The findings that something is done to: these, or all about some pairs. */
export const chosenFindingsSchema = z.union([
  z.object({ ids: z.array(z.string()) }),
  z.object({ pairs: z.array(pairRefSchema) }),
]);
export type ChosenFindings = z.infer<typeof chosenFindingsSchema>;

/** A fix of a finding; identified by its index in the list. */
export const fixItemSchema = z.object({
  kind: fixKindSchema,
  /** Label of the button or quick fix. */
  title: z.string(),
  /** The new caption, for `replace-caption`; the shortened text of the file, for `save-as-utf8` and `rename-caption-file`. */
  caption: z.string().optional(),
  /** The encoding that the file is read in, for `save-as-utf8`. */
  encoding: z.string().optional(),
  /** The new URI of the caption file, and its image, for `rename-caption-file`. */
  to: z.string().optional(),
  imageUri: z.string().optional(),
  /** The images, for `separate-images`. */
  separations: z.array(imageSeparationSchema).optional(),
  /** Probability that the new caption is the right one, given that at most one candidate is, 0..1. */
  match: z.number().optional(),
  /** Whether the new caption does not fit its present image. */
  homeless: z.boolean().optional(),
  /** The partner, for `swap-captions`. */
  other: pairRefSchema.optional(),
  /** Which pair takes whose caption, for `move-captions`. */
  moves: z.array(captionMoveSchema).optional(),
});
export type FixItem = z.infer<typeof fixItemSchema>;

export const findingItemSchema = z.object({
  /** Stable across audits for the same finding. */
  id: z.string(),
  /** The rule's ID, and its titles: for a group of findings and for a single one. */
  code: z.string(),
  title: z.string(),
  shortTitle: z.string(),
  level: levelSchema,
  message: z.string(),
  evidence: z.array(z.string()),
  /** 0..1; findings of one rule are sorted by it, descending. */
  confidence: z.number(),
  /** The file to open: the caption file, or the image if there is none. */
  uri: z.string(),
  range: rangeSchema.optional(),
  imageUri: z.string().optional(),
  /** For a finding about a pair. */
  item: pairItemSchema.optional(),
  related: z.array(pairItemSchema),
  relatedUris: z.array(z.string()),
  /** Whether the finding is about several files of one picture: `relatedUris` are the others. */
  ofDuplicates: z.literal(true).optional(),
  /** Whether it says that a caption does not belong to its image. */
  wrongCaption: z.literal(true).optional(),
  /** Whether it is about a caption file that belongs to no image. */
  loneCaption: z.literal(true).optional(),
  fixes: z.array(fixItemSchema),
  remedy: z.string().optional(),
});
export type FindingItem = z.infer<typeof findingItemSchema>;

/** What was fitted to a dataset. */
export const fitSchema = z.object({
  /** How often a wrong caption is more suspicious than a right one, 0..1, on held-out captions: without the fit and with it. */
  before: z.number(),
  after: z.number(),
  /** Whether the last audit used it: only where it is at least as good as without it. */
  used: z.boolean(),
});
export type FitItem = z.infer<typeof fitSchema>;

export const datasetSummarySchema = z.object({
  root: z.string(),
  name: z.string(),
  images: z.int(),
  pairs: z.int(),
  formats: z.array(z.string()),
  /** Estimated share of wrong captions and estimated precision of the reported ones, 0..1. */
  wrongShare: z.number().optional(),
  precision: z.number().optional(),
  /** Why a caption that belongs to another image of the dataset cannot be detected; absent if it can. */
  incomparable: incomparableSchema.optional(),
  /** The pairs that then fit least, right or wrong. */
  leastFitting: z.array(pairItemSchema).optional(),
  verified: z.int(),
  excluded: z.int(),
  /** What was fitted to the dataset and lies beside it; absent if nothing was. */
  fit: fitSchema.optional(),
});
export type DatasetSummary = z.infer<typeof datasetSummarySchema>;

/** An entry of the neighbour browser. */
export const neighbourSchema = z.object({
  item: pairItemSchema,
  /**
   * Kind of `score`: the probability that the entry is the right one, given that at most one candidate is, or the
   * similarity of two images; both 0..1.
   */
  kind: z.enum(['match', 'likeness']),
  score: z.number(),
  /** Whether what the entry has now looks wrong: its caption on its image. */
  homeless: z.boolean().optional(),
  /** Whether training may confuse this pair with the one in focus. */
  hardNegative: z.boolean().optional(),
});
export type Neighbour = z.infer<typeof neighbourSchema>;

export const neighboursSchema = z.object({
  /** The pair in focus; `caption` is empty for an image without one. */
  focus: pairItemSchema,
  /** All pairs of the image in focus, in order. */
  siblings: z.array(pairItemSchema),
  findings: z.array(findingItemSchema),
  captions: z.array(neighbourSchema),
  images: z.array(neighbourSchema),
  lookAlikes: z.array(neighbourSchema),
  duplicates: z.array(neighbourSchema),
});
export type Neighbours = z.infer<typeof neighboursSchema>;

/** Score of a caption for an image; see `pairlens/match`. */
export const matchSchema = z.object({
  match: pairItemSchema.shape.match,
  incomparable: pairItemSchema.shape.incomparable,
  evidence: z.array(z.string()),
  neighbours: neighboursSchema,
});
export type Match = z.infer<typeof matchSchema>;

/** A content word of a caption, its character offsets, and how much it adds to the match; negative if it lowers the match. */
export const weighedWordSchema = z.object({
  text: z.string(),
  start: z.int().min(0),
  end: z.int().min(0),
  support: z.number(),
});
export type WeighedWordItem = z.infer<typeof weighedWordSchema>;

/** A content word of a caption, and where in the image it is found. */
export const groundedWordSchema = z.object({
  text: z.string(),
  start: z.int().min(0),
  end: z.int().min(0),
  /** For 3 x 3 overlapping crops, row by row: similarity to the word, relative to the mean of all crops. */
  cells: z.array(z.number()).length(9),
  /** Row and column of the best crop; null if the word is not localized. */
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

/** State of the server, for the status bar and the welcome view. */
export const statusSchema = z.object({
  state: z.enum(['starting', 'no-dataset', 'indexing', 'auditing', 'ready', 'failed']),
  phase: z.string().optional(),
  done: z.int().optional(),
  total: z.int().optional(),
  /** Items per second, and seconds left; absent until they can be estimated. */
  rate: z.number().optional(),
  secondsLeft: z.number().optional(),
  /** What an audit cannot do with the chosen encoder; absent with the shipped one. */
  encoderNote: z.string().optional(),
  /** Progress of fitting to the datasets, while that runs. */
  fitting: z.object({ phase: z.string(), done: z.int(), total: z.int() }).optional(),
  counts: z.object({
    error: z.int(),
    warning: z.int(),
    info: z.int(),
    hint: z.int(),
  }),
  datasets: z.array(datasetSummarySchema),
  /** Number of entries of the inventory that were not read (without those left alone on purpose), and of choices that the config file can settle. */
  unread: z.int().optional(),
  questions: z.int().optional(),
  /** Message and remedy, if `state` is `failed`. */
  error: z.object({ message: z.string(), remedy: z.string().optional() }).optional(),
});
export type Status = z.infer<typeof statusSchema>;

/** A query of Browse Dataset with a name. */
export const savedViewSchema = z.object({ name: z.string().min(1), query: z.string() });
export type SavedView = z.infer<typeof savedViewSchema>;
