import { splitLines } from '../text/lines.ts';
import type { CaptionFile, CaptionFormat, CaptionRow, TextEdit } from './captionFormat.ts';
import { refuseBlank, refuseLineBreaks } from './representable.ts';

/** How many captions a sidecar file holds; trainers differ (docs/formats.md). */
export type CaptionsPerFile = 'whole' | 'lines' | 'first-line';

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A sidecar that is one caption, line breaks inside it included; the white space around it stays untouched. */
export const sidecar: CaptionFormat = {
  id: 'sidecar',
  title: 'one text file an image (.txt or .caption)',
  images: 'own-folder',
  rows: 'file',
  detect: () => 0, // recognised by the image beside it, not by its content
  read: (file) => readSidecar(file, 'whole'),
  edit: (_text, range, caption) => editTrimmed(range, caption),
};

/** A sidecar with one caption a line, as OneTrainer and SimpleTuner read it. */
export const sidecarLines: CaptionFormat = {
  id: 'sidecar-lines',
  title: 'one text file an image, one caption a line',
  images: 'own-folder',
  rows: 'file',
  detect: () => 0,
  read: (file) => readSidecar(file, 'lines'),
  edit: (_text, range, caption) => {
    refuseLineBreaks(caption.trim(), 'this file');
    return editTrimmed(range, caption);
  },
};

/** The captions of a sidecar's text, none where it is blank. `image` is left for the caller to fill in. */
export function sidecarCaptions(
  text: string,
  mode: CaptionsPerFile,
): Pick<CaptionRow, 'caption' | 'range' | 'key'>[] {
  const lines = splitLines(text).filter((line) => line.text.trim() !== '');
  const [first] = lines;
  const last = lines.at(-1);
  if (first === undefined || last === undefined) return [];
  if (mode === 'whole') {
    const column = first.text.length - first.text.trimStart().length;
    const start = first.start + column;
    const end = last.start + last.text.trimEnd().length;
    return [{ caption: text.slice(start, end), range: { start, end, line: first.number, column } }];
  }
  return (mode === 'lines' ? lines : [first]).map((line, i) => {
    const caption = line.text.trim();
    const column = line.text.length - line.text.trimStart().length;
    const start = line.start + column;
    const range = { start, end: start + caption.length, line: line.number, column };
    return { caption, range, key: String(i) };
  });
}

/**
 * Whether the lines of a text are captions of their own: at least two, none blank in between (that is a
 * text of paragraphs), each of three words or more (one word a line is a list of tags), none a list item
 * or broken off in the middle of a sentence (that is wrapped prose).
 */
export function looksLikeCaptionLines(text: string): boolean {
  const lines = text.trim().split(/\r?\n/);
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

async function* readSidecar(file: CaptionFile, mode: CaptionsPerFile): AsyncGenerator<CaptionRow> {
  let text = '';
  for await (const chunk of file.chunks()) text += chunk;
  for (const caption of sidecarCaptions(text, mode)) {
    yield { kind: 'caption', image: '', ...caption };
  }
}

function editTrimmed(range: Range, caption: string): TextEdit {
  refuseBlank(caption);
  return { start: range.start, end: range.end, newText: caption.trim() };
}
