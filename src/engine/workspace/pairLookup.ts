import { saysSomething } from '../../core/audit/comparability.ts';
import type { DatasetPath, Pair } from '../../core/dataset/dataset.ts';
import { toAbsolute, toDatasetPath } from '../../core/dataset/paths.ts';
import { readOnlyFinding, type ReadOnlyReason } from '../../core/dataset/readOnly.ts';
import { captionFormat } from '../../core/formats/formatTable.ts';
import type { IncrementalDataset } from './incrementalDataset.ts';
import type { OpenedDataset } from './openedDatasets.ts';
import type { DecidedPair, Lines, LiveFinding, LivePair, TextPlace } from './workspace.ts';

/** The pair of a slot in the form of the workspace interface. */
export function livePair(dataset: IncrementalDataset, slot: number): LivePair {
  const { root, context } = dataset;
  const pair = dataset.slots.pairs[slot]!;
  const mismatch = context.mismatch[slot]!;
  return {
    root,
    image: pair.image,
    captionIndex: pair.captionIndex,
    caption: pair.caption,
    lead: dataset.boilerplate?.leadOf(pair.caption) ?? 0,
    imagePath: toAbsolute(root, pair.image),
    captionPath: toAbsolute(root, pair.source.file),
    // A copy: the pair's own range is updated in place when the text above it changes.
    range: { ...pair.source.range },
    end: captionEnd(pair),
    ...judgedMatch(dataset, mismatch),
    decision: dataset.decision(slot),
  };
}

/** The match of a caption, or why its mismatch probability says nothing. */
export function judgedMatch(
  { incomparable }: IncrementalDataset,
  mismatch: number,
): Pick<LivePair, 'match' | 'incomparable'> {
  if (Number.isNaN(mismatch)) return { match: undefined };
  return incomparable === undefined || saysSomething(mismatch, incomparable)
    ? { match: 1 - mismatch }
    : { match: undefined, incomparable };
}

/** Why nothing is edited for a finding; undefined if its fixes are offered. */
export function readOnlyBecause({
  root,
  finding,
  pair,
  related,
}: LiveFinding): ReadOnlyReason | undefined {
  const captions = [pair, ...related].flatMap((each) => each?.captionPath ?? []);
  return readOnlyFinding(toAbsolute(root, finding.file), captions);
}

/** The pairs of a dataset that the user decided on. */
export function decidedPairs(dataset: IncrementalDataset): DecidedPair[] {
  return dataset
    .decided()
    .map(({ slot, decision }) => ({ pair: livePair(dataset, slot), decision }));
}

/** A pair for an image without a caption: its caption is empty. */
export function imageAlone(root: string, image: DatasetPath): LivePair {
  const path = toAbsolute(root, image);
  return {
    root,
    image,
    captionIndex: 0,
    caption: '',
    lead: 0,
    imagePath: path,
    captionPath: path,
    range: { start: 0, end: 0, line: 0, column: 0 },
    end: { line: 0, column: 0 },
    match: undefined,
    decision: undefined,
  };
}

/** Whether the caption overlaps the lines. */
export function isOn({ first, last }: Lines, pair: Pair): boolean {
  const { line } = pair.source.range;
  return line <= last && (line >= first || captionEnd(pair).line >= first);
}

/** End position of the caption in its file. */
export function captionEnd({ caption, source }: Pair): LivePair['end'] {
  const { range, format } = source;
  const lines = captionFormat(format).linesOf?.(caption) ?? [caption];
  const last = lines.at(-1) ?? '';
  return lines.length < 2
    ? { line: range.line, column: range.column + range.end - range.start }
    : { line: range.line + lines.length - 1, column: last.length };
}

/** The pairs of a caption file, in file order. @param lines only pairs whose caption overlaps these lines. */
export function pairsInFile(
  openedDatasets: readonly OpenedDataset[],
  path: string,
  lines?: Lines,
): LivePair[] {
  return openedDatasets.flatMap(({ dataset }) => {
    const file = toDatasetPath(dataset.root, path);
    const slots = file === undefined ? [] : dataset.slots.ofFile(file);
    const { pairs } = dataset.slots;
    return slots
      .filter((slot) => lines === undefined || isOn(lines, pairs[slot]!))
      .map((slot) => livePair(dataset, slot));
  });
}

/** The caption at a position, else the first on its line, else the last of a file that captions a single image. */
export function pairAt(
  openedDatasets: readonly OpenedDataset[],
  path: string,
  place: TextPlace,
): LivePair | undefined {
  const line = { first: place.line, last: place.line };
  let onLine: LivePair | undefined;
  for (const { dataset } of openedDatasets) {
    const file = toDatasetPath(dataset.root, path);
    for (const slot of file === undefined ? [] : dataset.slots.ofFile(file)) {
      const pair = dataset.slots.pairs[slot]!;
      if (!isOn(line, pair)) continue;
      // One line may contain all captions of a dataset: only the matching pair is converted.
      const { range } = pair.source;
      if (!isBefore(place, range) && !isBefore(captionEnd(pair), place)) {
        return livePair(dataset, slot);
      }
      onLine ??= livePair(dataset, slot);
    }
  }
  return onLine ?? ofOneImage(pairsInFile(openedDatasets, path));
}

export function pairsOfImage(openedDatasets: readonly OpenedDataset[], path: string): LivePair[] {
  return openedDatasets.flatMap(({ dataset }) => {
    const image = toDatasetPath(dataset.root, path);
    const slots = image === undefined ? [] : dataset.slots.ofImage(image);
    return slots.map((slot) => livePair(dataset, slot));
  });
}

/** Whether a path is a caption file or an image of a dataset. */
export function kindOf(
  openedDatasets: readonly OpenedDataset[],
  path: string,
): 'captions' | 'image' | undefined {
  for (const { dataset, files } of openedDatasets) {
    const inside = toDatasetPath(dataset.root, path);
    if (inside === undefined) continue;
    if (files.has(inside)) return 'captions';
    if (dataset.hasImage(inside)) return 'image';
  }
  return undefined;
}

/** The last caption of a file about a single image, for positions outside its text, such as the line after it. */
function ofOneImage(pairs: readonly LivePair[]): LivePair | undefined {
  const last = pairs.at(-1);
  return pairs.every(({ imagePath }) => imagePath === last?.imagePath) ? last : undefined;
}

function isBefore(a: TextPlace, b: TextPlace): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}
