import { isWithin, toDatasetPath } from '../core/dataset/paths.ts';
import type { LivePair, LivePairId, LiveWorkspace } from '../engine/live/liveWorkspace.ts';
import type { Target } from '../protocol/serverApi.ts';
import type { Range } from '../protocol/shapes.ts';
import type { ServerContext } from './context.ts';
import { rangeOf, Wire } from './wire.ts';

type Position = Range['start'];

/** The pair that a target means; undefined where there is none. @throws PairLensError `cancelled`. */
export async function pairOfTarget(
  context: ServerContext,
  target: Target,
  signal: AbortSignal,
): Promise<LivePairId | undefined> {
  if (target.kind === 'pair') return new Wire(context.uris).id(target.pair);
  const file = context.uris.toPath(target.uri);
  if (file === undefined) return undefined;
  if (target.kind === 'image') return pairOfImage(context, file);
  await context.documents.settled(file, signal);
  return pairAt(context.live, file, target.position);
}

/** The image's first pair; an image without a caption is named as if its caption were empty. */
export function pairOfImage({ live }: ServerContext, file: string): LivePairId | undefined {
  const [first] = live.pairsOfImage(file);
  if (first !== undefined) return first;
  if (live.kindOf(file) !== 'image') return undefined;
  for (const { dataset } of live.datasets) {
    const image = toDatasetPath(dataset.root, file);
    if (image !== undefined && dataset.images.some((name) => isWithin(name, image))) {
      return { root: dataset.root, image, captionIndex: 0 };
    }
  }
  return undefined;
}

/** The caption at a position, or else the one on its line, or else that of a file with captions of one image only. */
export function pairAt(
  live: LiveWorkspace,
  file: string,
  position: Position,
): LivePair | undefined {
  const onLine = live.pairsInFile(file, { first: position.line, last: position.line });
  const [first] = onLine;
  if (first === undefined) return ofOneImage(live.pairsInFile(file));
  return onLine.find((pair) => contains(rangeOf(pair), position)) ?? first;
}

/** The last caption of a file that is about a single image: beside its text, as in the line after it, it is still meant. */
function ofOneImage(pairs: readonly LivePair[]): LivePair | undefined {
  const last = pairs.at(-1);
  return pairs.every(({ imagePath }) => imagePath === last?.imagePath) ? last : undefined;
}

export function contains({ start, end }: Range, position: Position): boolean {
  return !isBefore(position, start) && !isBefore(end, position);
}

export function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
