import { z } from 'zod';

export const encoderListSchema = z.object({
  encoders: z.array(z.object({ name: z.string(), path: z.string(), bytes: z.number().optional() })),
  inUse: z.string(),
});

/** An encoder on a dataset, whose captions are taken to be right. */
const onDatasetSchema = z.object({
  /** Folder of the dataset (absolute path). */
  root: z.string(),
  images: z.int(),
  /** AUROC of `mismatch` with 40 % of the captions exchanged: at random, and between pictures of the same thing. */
  random: z.number().optional(),
  sameNoun: z.number().optional(),
  /** R@1 by the cosine, in percent. */
  imageToText: z.number(),
  textToImage: z.number(),
});

/** What an encoder costs and how good it is, measured on this machine; or why it cannot be used. */
export const encoderNumbersSchema = z.object({
  bytes: z.number().optional(),
  picturesPerSecond: z.number().optional(),
  datasets: z.array(onDatasetSchema),
  error: z.string().optional(),
});
export type EncoderNumbers = z.infer<typeof encoderNumbersSchema>;
