import { isWithin, toDatasetPath } from '../core/dataset/paths.ts';
import type { LivePair, LivePairId, LiveWorkspace } from '../engine/workspace/workspace.ts';
import type { Target } from '../protocol/shapes.ts';
import type { Range } from '../protocol/shapes.ts';
import type { ServerContext } from './context.ts';
import { ProtocolConverter } from './toProtocol.ts';

type Position = Range['start'];

/** The pair that a target refers to, if any. @throws PairLensError `cancelled`. */
export async function pairOfTarget(
  context: ServerContext,
  target: Target,
  signal: AbortSignal,
): Promise<LivePairId | undefined> {
  if (target.kind === 'pair') return new ProtocolConverter(context.uris).id(target.pair);
  const file = context.uris.toPath(target.uri);
  if (file === undefined) return undefined;
  if (target.kind === 'image') return pairOfImage(context, file);
  await context.documents.whenSynced(file, signal);
  return pairAt(context.live, file, target.position);
}

/** The image's first pair; for an image without captions an ID with captionIndex 0. */
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

/** The pair at a position of a caption file. */
export function pairAt(
  live: LiveWorkspace,
  file: string,
  { line, character }: Position,
): LivePair | undefined {
  return live.pairAt(file, { line, column: character });
}

export function contains({ start, end }: Range, position: Position): boolean {
  return !isBefore(position, start) && !isBefore(end, position);
}

export function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
