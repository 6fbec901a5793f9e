import type { CaptionPart } from '../../dataset/captionPart.ts';
import type { Dataset, Pair } from '../../dataset/dataset.ts';
import { trainerOf } from '../../dataset/trainers/trainerTable.ts';

/** How the trainer reads a text file with several lines; undefined for captions in tables. */
export function linesRead(
  { source }: Pick<Pair, 'source'>,
  trainer: Dataset['trainer'],
): 'first' | 'each' | 'whole' | undefined {
  if (trainer === undefined || trainer === 'none') return undefined;
  if (!source.format.startsWith('sidecar')) return undefined;
  const lines = trainerOf(trainer.id).captions?.lines;
  return lines === 'first' && trainer.settings.everyLine === true ? 'each' : lines;
}

/** The parts of a caption that the trainer reads as a caption each. */
export function linesAsRead(
  pair: Pick<Pair, 'caption' | 'captionIndex' | 'source'>,
  trainer: Dataset['trainer'],
): CaptionPart[] {
  const { caption } = pair;
  const read = linesRead(pair, trainer);
  if (read === undefined || read === 'whole') return [{ start: 0, end: caption.length }];
  const lines = linesOf(caption);
  if (read === 'each') return lines;
  // A pair for each line: only that of the first line is read.
  return pair.captionIndex > 0 ? [] : lines.slice(0, 1);
}

/** The lines of a caption that are not blank. */
function linesOf(caption: string): CaptionPart[] {
  const lines: CaptionPart[] = [];
  for (const { 0: line, index } of caption.matchAll(/[^\r\n]+/g)) {
    if (line.trim() !== '') lines.push({ start: index, end: index + line.length });
  }
  return lines;
}
