import { z } from 'zod';

/** What the place of a pair on the map follows: its picture, or its caption. */
export const mapSideSchema = z.enum(['images', 'captions']);
export type MapSide = z.infer<typeof mapSideSchema>;

/** Largest coordinate of a point. */
export const MAP_REACH = 65_535;

/** A part of the map whose points lie together. */
const mapRegionSchema = z.object({
  /** Words of its captions that are rare elsewhere, the most telling first. */
  words: z.array(z.string()),
  pairs: z.int(),
  /** How many have a finding. */
  found: z.int(),
  medianMatch: z.number().optional(),
});
export type MapRegion = z.infer<typeof mapRegionSchema>;

/** A map of a dataset. Lists by point have one number for each point; -1 stands for none. */
export const datasetMapSchema = z.object({
  /** Names the map in `pairlens/mapPair` and `pairlens/mapSelection`. */
  id: z.int(),
  /** Coordinates of the points, 0 to 65,535: x from the left, y from the top. */
  x: z.array(z.int()),
  y: z.array(z.int()),
  /** Thousandths of each point's match. */
  match: z.array(z.int()),
  /** Place of the first rule of each point's findings in `rules`. */
  rule: z.array(z.int()),
  rules: z.array(z.object({ code: z.string(), title: z.string() })),
  /** Place of the folder of each point's image in `folders`. */
  folder: z.array(z.int()),
  /** Relative to the opened folder; `.` for itself. */
  folders: z.array(z.string()),
  /** Place of each point's region in `regions`. */
  region: z.array(z.int()),
  regions: z.array(mapRegionSchema),
  /** Pairs without a place: the image cannot be read, or there is no caption that is judged. */
  placeless: z.int(),
  /** Of more items a sample was laid out, and the others were put among their neighbours. */
  sampled: z.boolean(),
});
export type DatasetMap = z.infer<typeof datasetMapSchema>;
