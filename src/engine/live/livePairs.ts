import type { DatasetPath, Pair } from '../../core/dataset/dataset.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { captionFormat } from '../../core/formats/table.ts';
import type { LiveDataset } from './liveDataset.ts';
import type { Lines, LivePair } from './liveWorkspace.ts';

/** The pair of a slot as the editor sees it. */
export function livePair(dataset: LiveDataset, slot: number): LivePair {
  const { root, context } = dataset;
  const pair = dataset.slots.pairs[slot]!;
  const mismatch = context.mismatch[slot]!;
  return {
    root,
    image: pair.image,
    captionIndex: pair.captionIndex,
    caption: pair.caption,
    imagePath: toAbsolute(root, pair.image),
    captionPath: toAbsolute(root, pair.source.file),
    // Its own is moved in place when the text above it grows.
    range: { ...pair.source.range },
    end: captionEnd(pair),
    match: Number.isNaN(mismatch) ? undefined : 1 - mismatch,
    decision: dataset.decision(slot),
  };
}

/** An image without a caption, named as if its caption were empty. */
export function imageAlone(root: string, image: DatasetPath): LivePair {
  const path = toAbsolute(root, image);
  return {
    root,
    image,
    captionIndex: 0,
    caption: '',
    imagePath: path,
    captionPath: path,
    range: { start: 0, end: 0, line: 0, column: 0 },
    end: { line: 0, column: 0 },
    match: undefined,
    decision: undefined,
  };
}

/** Whether a part of the caption stands on one of the lines. */
export function isOn({ first, last }: Lines, pair: Pair): boolean {
  const { line } = pair.source.range;
  return line <= last && (line >= first || captionEnd(pair).line >= first);
}

/** Where the caption ends in its file. */
export function captionEnd({ caption, source }: Pair): LivePair['end'] {
  const { range, format } = source;
  const lines = captionFormat(format).linesOf?.(caption) ?? [caption];
  const last = lines.at(-1) ?? '';
  return lines.length < 2
    ? { line: range.line, column: range.column + range.end - range.start }
    : { line: range.line + lines.length - 1, column: last.length };
}
