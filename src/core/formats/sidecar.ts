import { eachLine } from '../text/lines.ts';
import type { CaptionFile, CaptionFormat, CaptionRow, TextEdit } from './captionFormat.ts';
import { LIMITS } from './limits.ts';
import { refuseBlank, refuseLineBreaks } from './representable.ts';

/** How many captions a sidecar file holds; trainers differ (docs/formats.md). */
export type CaptionsPerFile = 'whole' | 'lines' | 'first-line';

/**
 * Other extensions of captions beside images: `caption_extension` of sd-scripts and `caption_ext` of ai-toolkit take any;
 * clip-retrieval has .cap. Files of extensions that are not listed are read too, where they look alike.
 */
const TEXT_EXTENSIONS = ['cap', 'captions', 'text', 'tags', 'tag', 'prompt', 'description', 'desc'];

interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** A sidecar that is one caption, line breaks inside it included; the white space around it stays untouched. */
export const sidecar: CaptionFormat = {
  id: 'sidecar',
  title: 'a text such as photo.txt or photo.caption beside photo.jpg',
  layout: 'sidecar',
  files: { extensions: ['txt', 'caption'], besideImages: TEXT_EXTENSIONS },
  images: 'own-folder',
  rows: 'file',
  detect: () => 0, // recognised by the image beside it, not by its content
  read: (file) => readSidecar(file, 'whole'),
  edit: (_text, range, caption) => editTrimmed(range, caption),
  linesOf: (caption) => caption.split('\n'),
};

/** A sidecar with one caption a line, as OneTrainer and SimpleTuner read it. */
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
 * The captions of a sidecar's text, none where it is blank; of a list of too many one more than are read, which tells so.
 * `image` is left for the caller to fill in.
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

/** Line ends in the first `end` characters. */
function lineEnds(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/**
 * Whether the lines of a text are captions of their own: at least two, none blank in between (that is a
 * text of paragraphs), each of three words or more (one word a line is a list of tags), none a list item
 * or broken off in the middle of a sentence (that is wrapped prose).
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
        !(i > 0 && /^\s*\p{Ll}/u.test(line) && /^\s*\p{Lu}/u.test(lines[0] ?? '')),
    )
  );
}

/**
 * How to read the sidecars of one dataset where nobody said: one caption a line if nearly all (nine in
 * ten) of the files with several lines look so, and whole files otherwise. Decided for the dataset, since
 * a trainer reads all its files one way.
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

/** All of a small file. */
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
