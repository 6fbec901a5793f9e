import { toDatasetPath } from '../../core/dataset/paths.ts';
import { captionEnd, isOn, livePair } from './livePairs.ts';
import type { Lines, LivePair, TextPlace } from './liveWorkspace.ts';
import type { Member } from './members.ts';

/** The pairs of a caption file, in its order. @param lines only those whose caption stands, at least in part, on these */
export function pairsInFile(members: readonly Member[], path: string, lines?: Lines): LivePair[] {
  return members.flatMap(({ dataset }) => {
    const file = toDatasetPath(dataset.root, path);
    const slots = file === undefined ? [] : dataset.slots.ofFile(file);
    const { pairs } = dataset.slots;
    return slots
      .filter((slot) => lines === undefined || isOn(lines, pairs[slot]!))
      .map((slot) => livePair(dataset, slot));
  });
}

/** The caption at a place, or else the first on its line, or else that of a file with captions of one image only. */
export function pairAt(
  members: readonly Member[],
  path: string,
  place: TextPlace,
): LivePair | undefined {
  const line = { first: place.line, last: place.line };
  let onLine: LivePair | undefined;
  for (const { dataset } of members) {
    const file = toDatasetPath(dataset.root, path);
    for (const slot of file === undefined ? [] : dataset.slots.ofFile(file)) {
      const pair = dataset.slots.pairs[slot]!;
      if (!isOn(line, pair)) continue;
      // One line may hold all captions of a dataset: only the one that is meant is made out.
      const { range } = pair.source;
      if (!isBefore(place, range) && !isBefore(captionEnd(pair), place)) {
        return livePair(dataset, slot);
      }
      onLine ??= livePair(dataset, slot);
    }
  }
  return onLine ?? ofOneImage(pairsInFile(members, path));
}

export function pairsOfImage(members: readonly Member[], path: string): LivePair[] {
  return members.flatMap(({ dataset }) => {
    const image = toDatasetPath(dataset.root, path);
    const slots = image === undefined ? [] : dataset.slots.ofImage(image);
    return slots.map((slot) => livePair(dataset, slot));
  });
}

/** Whether a path is a caption file or an image of a dataset. */
export function kindOf(members: readonly Member[], path: string): 'captions' | 'image' | undefined {
  for (const { dataset, files } of members) {
    const inside = toDatasetPath(dataset.root, path);
    if (inside === undefined) continue;
    if (files.has(inside)) return 'captions';
    if (dataset.hasImage(inside)) return 'image';
  }
  return undefined;
}

/** The last caption of a file that is about a single image: beside its text, as in the line after it, it is still meant. */
function ofOneImage(pairs: readonly LivePair[]): LivePair | undefined {
  const last = pairs.at(-1);
  return pairs.every(({ imagePath }) => imagePath === last?.imagePath) ? last : undefined;
}

function isBefore(a: TextPlace, b: TextPlace): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}
