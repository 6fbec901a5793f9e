import type { z } from 'zod';
import { RULES } from '../../core/audit/rules.ts';
import { PairLensError } from '../../core/errors.ts';
import { medianOf } from '../../core/query/pairSummary.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { LiveMap } from '../../engine/workspace/liveMaps.ts';
import { MAP_REACH, type DatasetMap, type MapRegion } from '../../protocol/mapShapes.ts';
import { NOTIFICATIONS, type REQUESTS } from '../../protocol/serverApi.ts';
import type { ServerContext } from '../context.ts';
import { localize } from '../localize.ts';
import { ProtocolConverter } from '../toProtocol.ts';

type Requests = typeof REQUESTS;

/** Shortest interval between two notifications of progress. */
const NOTIFY_EVERY_MS = 100;

/** Answers `pairlens/map`. */
export async function map(
  { live, uris, connection }: ServerContext,
  { root, side }: z.output<Requests['map']['params']>,
  signal: AbortSignal,
): Promise<z.input<Requests['map']['result']>> {
  const folder = uris.toPath(root);
  if (folder === undefined) return { map: null };
  let told = 0;
  const made = await live.maps.of(folder, side, signal, (share) => {
    const now = performance.now();
    if (now - told < NOTIFY_EVERY_MS) return;
    told = now;
    const { method } = NOTIFICATIONS.mapProgress;
    void connection.sendNotification(method, { root, side, share });
  });
  return { map: made === undefined ? null : datasetMap(made) };
}

/** Answers `pairlens/mapPair`. */
export function mapPair(
  { live, uris }: ServerContext,
  { map: id, point }: z.output<Requests['mapPair']['params']>,
): z.input<Requests['mapPair']['result']> {
  const pair = live.maps.pair(id, point);
  return { item: pair === undefined ? null : new ProtocolConverter(uris).item(pair) };
}

/** Answers `pairlens/mapSelection`. */
export function mapSelection(
  { live }: ServerContext,
  { map: id, points }: z.output<Requests['mapSelection']['params']>,
): z.input<Requests['mapSelection']['result']> {
  const name = live.maps.select(id, points);
  if (name !== undefined) return { query: `map:${name}` };
  throw new PairLensError('invalid-argument', sentence('This map is out of date.'), {
    remedy: sentence('Open the map again.'),
  });
}

function datasetMap({
  id,
  points,
  places,
  regions,
  words,
  placeless,
  sampled,
}: LiveMap): DatasetMap {
  const coordinates = (axis: 0 | 1): number[] =>
    points.map((_, p) => Math.round((places[2 * p + axis] ?? 0) * MAP_REACH));
  const rule = numbered(points.map(({ queried }) => firstRule(queried.rules)));
  const folder = numbered(points.map(({ queried }) => folderOf(queried.image)));
  return {
    id,
    x: coordinates(0),
    y: coordinates(1),
    match: points.map(({ queried: { match } }) =>
      match === undefined ? -1 : Math.round(match * 1000),
    ),
    rule: rule.of,
    rules: rule.names.map((code) => {
      const title = RULES.get(code)?.title;
      return { code, title: title === undefined ? code : localize(title) };
    }),
    folder: folder.of,
    folders: folder.names,
    region: [...regions.of],
    regions: words.map((own, region) => regionOf({ points, regions }, region, own)),
    placeless,
    sampled,
  };
}

function regionOf(
  { points, regions }: Pick<LiveMap, 'points' | 'regions'>,
  region: number,
  words: readonly string[],
): MapRegion {
  const own = points.filter((_, p) => regions.of[p] === region);
  const matches = own.flatMap(({ queried: { match } }) => (match === undefined ? [] : [match]));
  const medianMatch = medianOf(matches);
  return {
    words: [...words],
    pairs: own.length,
    found: own.filter(({ queried }) => queried.rules.length > 0).length,
    ...(medianMatch !== undefined && { medianMatch }),
  };
}

/** The names in order of frequency, and for each item the place of its name there; -1 for none. */
function numbered(names: readonly (string | undefined)[]): {
  readonly names: string[];
  readonly of: number[];
} {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  const ordered = [...counts]
    .sort(([a, often], [b, rarely]) => rarely - often || (a < b ? -1 : 1))
    .map(([name]) => name);
  const placeOf = new Map(ordered.map((name, place) => [name, place]));
  return { names: ordered, of: names.map((name = '') => placeOf.get(name) ?? -1) };
}

const ORDER = new Map([...RULES.keys()].map((code, place) => [code, place]));

/** The one of several rules that the table of rules names first: what is wrong before what is merely noted. */
function firstRule(codes: readonly string[]): string | undefined {
  const place = (code: string): number => ORDER.get(code) ?? Infinity;
  return [...codes].sort((a, b) => place(a) - place(b))[0];
}

function folderOf(image: string): string {
  const end = image.lastIndexOf('/');
  return end < 0 ? '.' : image.slice(0, end);
}
