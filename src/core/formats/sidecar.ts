import { eachLine } from '../text/lines.ts';
import type { CaptionFile, CaptionFormat, CaptionRow, TextEdit } from './captionFormat.ts';
import { LIMITS } from './limits.ts';
import { refuseBlank, refuseLineBreaks } from './representable.ts';

/** How a sidecar file is split into captions; trainers differ (docs/formats.md). */
export type CaptionsPerFile = 'whole' | 'lines' | 'first-line';

/**
 * Other sidecar extensions: `caption_extension` of sd-scripts and `caption_ext` of ai-toolkit accept any; clip-retrieval
 * uses .cap. Files with other extensions are read, too, if they look alike.
 */
const TEXT_EXTENSIONS = ['cap', 'captions', 'text', 'tags', 'tag', 'prompt', 'description', 'desc'];

interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** A sidecar with one caption, which may contain line breaks; surrounding white space is kept. */
export const sidecar: CaptionFormat = {
  id: 'sidecar',
  title: 'a text such as photo.txt or photo.caption beside photo.jpg',
  layout: 'sidecar',
  files: { extensions: ['txt', 'caption'], besideImages: TEXT_EXTENSIONS },
  images: 'own-folder',
  rows: 'file',
  detect: () => 0, // detected by the image beside it, not by its content
  read: (file) => readSidecar(file, 'whole'),
  edit: (_text, range, caption) => editTrimmed(range, caption),
  linesOf: (caption) => caption.split('\n'),
};

/** A sidecar with one caption per line, as OneTrainer and SimpleTuner read it. */
export const sidecarLines: CaptionFormat = {
  id: 'sidecar-lines',
  title: 'photo.txt or photo.caption beside photo.jpg, one caption a line',
  layout: 'sidecar',
  files: { extensions: ['txt', 'caption'] },
  images: 'own-folder',
  rows: 'file',
  detect: () => 0,
  read: (file) => readSidecar(file, 'lines'),
  edit: (_text, range, caption) => {
    refuseLineBreaks(caption.trim(), 'this file');
    return editTrimmed(range, caption);
  },
};

/**
 * The captions of a sidecar, none if it is blank. Beyond the limit one more is returned, so that the caller can report it.
 * `image` is set by the caller.
 */
export function sidecarCaptions(
  text: string,
  mode: CaptionsPerFile,
): Pick<CaptionRow, 'caption' | 'range' | 'key'>[] {
  const start = text.length - text.trimStart().length;
  if (start === text.length) return [];
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const number = start === 0 ? 0 : lineEnds(text, start);
  if (mode === 'whole') {
    const end = text.trimEnd().length;
    const range = { start, end, line: number, column: start === 0 ? 0 : start - lineStart };
    return [{ caption: text.slice(start, end), range }];
  }
  const most = mode === 'lines' ? LIMITS.captionsPerImage + 1 : 1;
  const captions: Pick<CaptionRow, 'caption' | 'range' | 'key'>[] = [];
  for (const line of eachLine(text)) {
    const caption = line.text.trim();
    if (caption === '') continue;
    const column = line.text.length - line.text.trimStart().length;
    const range = {
      start: line.start + column,
      end: line.start + column + caption.length,
      line: line.number,
      column,
    };
    if (captions.push({ caption, range, key: String(captions.length) }) === most) break;
  }
  return captions;
}

/** Number of line ends in the first `end` characters. */
function lineEnds(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/**
 * Whether each line of a text is a caption: at least two lines, no blank line between (paragraphs), at least
 * three words per line (otherwise tags), no list items, and no line that ends within a sentence (wrapped
 * prose).
 */
export function looksLikeCaptionLines(text: string): boolean {
  const lines = text.trim().split(/\r?\n/, LIMITS.captionsPerImage);
  return (
    lines.length > 1 &&
    lines.every(
      (line, i) =>
        line.trim().split(/\s+/).length >= 3 &&
        !/^\s*(?:[-*\u2022#]|\d+[.)])\s/.test(line) &&
        !/[,;:]\s*$/.test(line) &&
        // What AUTOMATIC1111 writes below a prompt.
        !/^(?:negative prompt|steps):/i.test(line) &&
        !(i > 0 && /^\s*\p{Ll}/u.test(line) && /^\s*\p{Lu}/u.test(lines[0] ?? '')),
    )
  );
}

/** Smallest number and share of numbers in a line of labels: KITTI's begin with a class, DOTA's end with one. */
const LEAST_NUMBERS = 4;
const MOSTLY = 0.6;
/** The lines about the image before DOTA's boxes. */
const DOTA_HEAD = /^(?:imagesource|gsd|acquisition dates)\s*:/i;

/** Whether the lines of a text are numbers, perhaps with the name of a class each, as in labels of objects. */
export function holdsNumbers(text: string): boolean {
  const lines = text.split(/\r?\n/, LIMITS.captionsPerImage).filter((line) => line.trim() !== '');
  const numeric = lines.filter((line) => {
    if (!/\p{L}/u.test(line)) return /\d/.test(line);
    const words = line.trim().split(/[\s,;]+/);
    const numbers = words.filter((word) => /^[-+]?\d*\.?\d+(?:e[-+]?\d+)?$/i.test(word));
    return numbers.length >= LEAST_NUMBERS && numbers.length >= MOSTLY * words.length;
  });
  const heads = lines.filter((line) => DOTA_HEAD.test(line)).length;
  return numeric.length > 0 && numeric.length + heads === lines.length;
}

/**
 * Default for the sidecars of a dataset: one caption per line if at least 90 % of the files with several
 * lines look so, else whole files. Decided per dataset, because a trainer reads all its files in one way.
 */
export function guessCaptionsPerFile(texts: Iterable<string>): CaptionsPerFile {
  let several = 0;
  let captionLines = 0;
  for (const text of texts) {
    if (!text.trim().includes('\n')) continue;
    several++;
    if (looksLikeCaptionLines(text)) captionLines++;
  }
  return several > 0 && captionLines >= 0.9 * several ? 'lines' : 'whole';
}

/** The whole text of a small file. */
export async function joined(file: CaptionFile): Promise<string> {
  const parts: string[] = [];
  for await (const chunk of file.chunks()) parts.push(chunk);
  return parts.join('');
}

async function* readSidecar(file: CaptionFile, mode: CaptionsPerFile): AsyncGenerator<CaptionRow> {
  const text = await joined(file);
  for (const caption of sidecarCaptions(text, mode)) {
    yield { kind: 'caption', image: '', ...caption };
  }
}

function editTrimmed(range: TextSpan, caption: string): TextEdit {
  refuseBlank(caption);
  return { start: range.start, end: range.end, newText: caption.trim() };
}
