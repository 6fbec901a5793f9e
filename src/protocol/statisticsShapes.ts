import { z } from 'zod';

/*
 * Statistics of all pairs. A `query` selects the pairs of its number in `pairlens/browse`.
 */

/** Pairs whose number is at least `from` and less than `to`; the last bin has no `to`. */
const binSchema = z.object({
  from: z.number(),
  to: z.number().optional(),
  pairs: z.int(),
  query: z.string(),
});
export type Bin = z.infer<typeof binSchema>;

const countedSchema = z.object({ name: z.string(), pairs: z.int(), query: z.string() });
export type Counted = z.infer<typeof countedSchema>;

/** The first of a list, and the length of the whole. */
const countsSchema = z.object({ total: z.int(), shown: z.array(countedSchema) });

const summarySchema = z.object({
  /** Captions that are not empty. */
  captions: z.int(),
  /** Images without a caption, or with an empty one. */
  untagged: z.int(),
  /** Pairs with a finding. */
  found: z.int(),
  verified: z.int(),
  excluded: z.int(),
  /** Pairs with a match. */
  judged: z.int(),
  medianMatch: z.number().optional(),
});
export type Summary = z.infer<typeof summarySchema>;

export const statisticsSchema = summarySchema.extend({
  rules: z.array(
    z.object({
      code: z.string(),
      title: z.string(),
      pairs: z.int(),
      /** After the first audit of the session; absent if there are other datasets now. */
      before: z.int().optional(),
      query: z.string(),
    }),
  ),
  /** Bins of equal width from 0 to 1; none if no pair has a match. */
  match: z.array(binSchema),
  /** Pairs with a match below 0, 0.01, ..., 1; empty if no pair has one. */
  matchBelow: z.array(z.int()),
  /** Captions by their number of characters. */
  length: z.array(binSchema),
  /** Captions by their number of CLIP tokens; empty if these cannot be counted. */
  tokens: z.array(binSchema),
  /** Folders that images lie in, with what lies below; those with the most findings first. */
  folders: z.object({
    total: z.int(),
    shown: z.array(
      z.object({
        folder: z.string(),
        pairs: z.int(),
        /** How many have a finding. */
        found: z.int(),
        /** Selects those with a finding, or all if there are none. */
        query: z.string(),
      }),
    ),
  }),
  words: countsSchema,
  tags: countsSchema,
  /** After the first audit of the session; absent if there are other datasets now. */
  before: summarySchema.optional(),
});
export type Statistics = z.infer<typeof statisticsSchema>;

/** How often captions of some match are right, measured on exchanged captions. Shares and probabilities are 0..1. */
export const calibrationSchema = z.union([
  z.object({
    /** Tenths of the match with enough pairs. */
    bins: z.array(
      z.object({
        from: z.number(),
        to: z.number(),
        /** Pairs of which it is known whether their caption is right, and those of which it is not. */
        pairs: z.int(),
        unknown: z.int(),
        /** Mean match of the known ones, the share of them that is right, and its 90 % interval. */
        claimed: z.number(),
        right: z.number(),
        low: z.number(),
        high: z.number(),
      }),
    ),
    pairs: z.int(),
    /** How many of them got the caption of another image. */
    exchanged: z.int(),
    /** Captions that stayed and look wrong, of which nobody said what they are. */
    unknown: z.int(),
  }),
  /** Why it cannot be known. */
  z.object({ why: z.enum(['too-few', 'too-alike']) }),
]);
export type Calibration = z.infer<typeof calibrationSchema>;
