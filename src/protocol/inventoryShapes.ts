import { z } from 'zod';
import { fitSchema } from './shapes.ts';

/*
 * What lies in a folder and how it was read.
 */

export const questionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('columns'),
    /** Relative to the folder. */
    file: z.string(),
    uri: z.string(),
    columns: z.array(
      z.object({
        name: z.string(),
        samples: z.array(z.string()),
        holds: z.enum(['images', 'words', 'other']),
      }),
    ),
  }),
  z.object({
    kind: z.literal('names'),
    /** The first image. */
    file: z.string(),
    uri: z.string(),
    images: z.int(),
    /** The captions that would be read from the first of them. */
    samples: z.array(z.string()),
  }),
  z.object({
    kind: z.literal('root'),
    file: z.string(),
    uri: z.string(),
    /** The beginning of the image names, as written; empty if they are relative to one of the folders. */
    prefix: z.string(),
    folders: z.array(z.object({ folder: z.string(), images: z.int() })),
  }),
]);
export type QuestionItem = z.infer<typeof questionSchema>;

/** A question, and the folder whose config file keeps the answer. */
export const askedSchema = z.object({ folder: z.string(), question: questionSchema });

const trainerSchema = z.object({ name: z.string(), why: z.string() });
const adviceSchema = z.object({ message: z.string(), remedy: z.string() });

/** The files of a folder and how they were read. */
export const inventorySchema = z.object({
  folder: z.string(),
  name: z.string(),
  images: z.int(),
  texts: z.int(),
  /** Number of files that the config file leaves out. */
  leftOut: z.int(),
  datasets: z.array(
    z.object({
      /** Relative to the folder; empty for the folder itself. */
      root: z.string(),
      uri: z.string(),
      images: z.int(),
      pairs: z.int(),
      formats: z.array(z.object({ id: z.string(), title: z.string(), files: z.int() })),
      notJudged: z.array(z.object({ what: z.string(), count: z.int() })),
      trainer: trainerSchema.optional(),
      /** Why it has no pairs. */
      emptied: adviceSchema.optional(),
      /** What was fitted to it; absent if nothing was, and while it was not audited. */
      fit: fitSchema.optional(),
    }),
  ),
  /** Trainers with settings in the folder, if there are several: then none is chosen. */
  rivalTrainers: z.array(trainerSchema),
  /** Files that may hold captions, or are images, and were not read. */
  unread: z.array(
    z.object({
      /** The first of them. */
      files: z.array(z.string()),
      /** The first file. */
      uri: z.string(),
      count: z.int(),
      what: z.string(),
      remedy: z.string(),
      /** Number of images without another caption that they may caption. */
      mayCaption: z.int(),
      /** Ignored on purpose. */
      leftAlone: z.boolean(),
    }),
  ),
  /** Choices that the config file can settle. */
  questions: z.array(questionSchema),
  /** What is not used in the config file. */
  flaws: z.array(adviceSchema),
  /** URI of the config file, if there is one. */
  configUri: z.string().optional(),
});
export type InventoryItem = z.infer<typeof inventorySchema>;
