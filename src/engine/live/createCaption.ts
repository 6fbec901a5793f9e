import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import { baseName, folderOf, isWithin, toAbsolute, within } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import { refuseBlank } from '../../core/formats/representable.ts';
import type { FileSystem } from '../../core/ports.ts';
import { currentText } from './currentText.ts';
import type { LiveDataset } from './liveDataset.ts';
import type { FileEdit } from './liveWorkspace.ts';
import { sentence } from '../../core/text/sentence.ts';

/**
 * Adds the first caption of an image, in the way the dataset keeps its captions: a file beside the image, or a row in
 * the table of the image's folder.
 * @throws PairLensError `invalid-argument` where the format has no room for it.
 */
export async function createCaption(
  dataset: LiveDataset,
  files: FileSystem,
  image: string,
  caption: string,
): Promise<FileEdit> {
  refuseBlank(caption);
  const formats = dataset.dataset.formats;
  const table = tableFor(dataset, image);
  if (table === undefined) {
    if (!formats.some((format) => format.startsWith('sidecar'))) throw noPlace(dataset, image);
    const file = emptySidecarOf(dataset, image) ?? `${stemOf(image)}.${usualExtension(dataset)}`;
    const path = toAbsolute(dataset.root, file);
    const exists = await files.exists(path);
    const text = exists ? await currentText(files, path) : '';
    // What stands there belongs to another reading of the folder, or was written meanwhile: not ours to replace.
    if (text.trim() !== '') throw noPlace(dataset, image);
    return {
      path,
      create: !exists,
      edits: [{ start: 0, end: text.length, newText: `${caption.trim()}\n` }],
    };
  }
  // From outside its folder it would need a path that each format resolves in its own way.
  if (!isWithin(folderOf(image), folderOf(table.file))) throw noPlace(dataset, image);
  const path = toAbsolute(dataset.root, table.file);
  const text = await currentText(files, path);
  const name = within(folderOf(table.file), image);
  const row = newRow(table, text, name, caption);
  if (row === undefined) throw noPlace(dataset, image);
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text === '' || text.endsWith('\n') ? '' : lineEnd;
  return {
    path,
    create: false,
    edits: [{ start: text.length, end: text.length, newText: `${before}${row}${lineEnd}` }],
  };
}

interface Table {
  readonly file: string;
  readonly format: string;
}

/** The table that names images of the same folder, the deepest first. */
function tableFor(dataset: LiveDataset, image: string): Table | undefined {
  let found: Table | undefined;
  let same = -1;
  for (const slot of dataset.slots.all()) {
    const { source, image: other } = dataset.slots.pairs[slot]!;
    if (source.format.startsWith('sidecar')) continue;
    const rank = folderOf(other) === folderOf(image) ? 1 : 0;
    if (rank > same) [found, same] = [{ file: source.file, format: source.format }, rank];
    if (same === 1) break;
  }
  const beside = [...dataset.slots.all()].some((slot) => {
    const { source, image: other } = dataset.slots.pairs[slot]!;
    return source.format.startsWith('sidecar') && folderOf(other) === folderOf(image);
  });
  return same < 1 && beside ? undefined : found;
}

/** The line that gives `image` a caption; undefined where the format is no table of lines. */
function newRow(
  { format }: Table,
  text: string,
  image: string,
  caption: string,
): string | undefined {
  switch (format) {
    case 'hf-metadata-jsonl':
    case 'captions-jsonl':
      return jsonRow(text, image, caption);
    case 'hf-metadata-csv':
      return csvRow(text, image, caption);
    default:
      return undefined;
  }
}

/** Like the last whole row: the same names, its other values left out. */
function jsonRow(text: string, image: string, caption: string): string | undefined {
  for (const line of text.split(/\r?\n/).reverse()) {
    const row = objectIn(line);
    if (row === undefined) continue;
    const imageKey = IMAGE_KEYS.find((key) => typeof row[key] === 'string');
    const captionKey = CAPTION_KEYS.find((key) => key in row);
    if (imageKey === undefined || captionKey === undefined) continue;
    const value = Array.isArray(row[captionKey]) ? [caption] : caption;
    const ascii = /\\u[0-9a-f]{4}/i.test(text) && /^[\0-\x7f]*$/.test(text);
    const spaced = /^\{\s*"(?:[^"\\]|\\.)*":\s/.test(line.trimStart());
    const fields = [
      [imageKey, image],
      [captionKey, value],
    ].map(([key, field]) => `${JSON.stringify(key)}:${spaced ? ' ' : ''}${JSON.stringify(field)}`);
    const json = `{${fields.join(spaced ? ', ' : ',')}}`;
    return ascii
      ? json.replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
      : json;
  }
  return undefined;
}

const IMAGE_KEYS = ['file_name', 'image', 'image_path', 'filename', 'filepath', 'path'];
const CAPTION_KEYS = ['text', 'caption', 'captions', 'prompt', 'description', 'sentence'];

function objectIn(line: string): Record<string, unknown> | undefined {
  if (line.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // a broken row is no model for a new one
  }
}

function csvRow(text: string, image: string, caption: string): string | undefined {
  const header = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const columns = header.split(',').map((name) => name.trim().replaceAll('"', ''));
  const imageAt = columns.indexOf('file_name');
  const captionAt = columns.findIndex((name) => CAPTION_KEYS.includes(name.toLowerCase()));
  if (imageAt < 0 || captionAt < 0) return undefined;
  return columns
    .map((_, c) => (c === imageAt ? quoted(image) : c === captionAt ? quoted(caption) : ''))
    .join(',');
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** The image's caption file where it exists and is empty. */
function emptySidecarOf(dataset: LiveDataset, image: string): string | undefined {
  return dataset.problems.find(
    (problem) => problem.code === 'empty-caption' && problem.image === image,
  )?.file;
}

/** The extension that most captions of the dataset bear. */
function usualExtension(dataset: LiveDataset): string {
  const counts = new Map<string, number>();
  for (const slot of dataset.slots.all()) {
    const { file, format } = dataset.slots.pairs[slot]!.source;
    if (!format.startsWith('sidecar')) continue;
    counts.set(extensionOf(file), (counts.get(extensionOf(file)) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most?.[0] ?? 'txt';
}

function noPlace(dataset: LiveDataset, image: string): PairLensError {
  return new PairLensError(
    'invalid-argument',
    sentence(
      'A caption for {0} cannot be added by itself: the dataset keeps its captions as {1}.',
      baseName(image),
      dataset.dataset.formats.join(', '),
    ),
    {
      path: toAbsolute(dataset.root, image),
      remedy: sentence('Add the image to the caption file by hand.'),
    },
  );
}
