import { isArchived } from '../../core/dataset/archivePaths.ts';
import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import {
  baseName,
  folderOf,
  isWithin,
  toAbsolute,
  toDatasetPath,
  within,
} from '../../core/dataset/paths.ts';
import { readOnlyWrite, refuseReadOnly } from '../../core/dataset/readOnly.ts';
import { PairLensError } from '../../core/errors.ts';
import {
  isSidecarFormat,
  isTableFormat,
  structuredSidecar,
} from '../../core/formats/captionFiles.ts';
import type { ColumnChoice } from '../../core/formats/columnChoice.ts';
import { formatWith } from '../../core/formats/formatTable.ts';
import { refuseBlank, refuseUnwritable } from '../../core/formats/representable.ts';
import { outsideWrite } from '../../core/outsideWrite.ts';
import type { FileSystem } from '../../core/ports.ts';
import { plainUtf8, reencoded } from '../../core/text/reencode.ts';
import { sentence } from '../../core/text/sentence.ts';
import { placeLike } from '../discovery/sidecarPlaces.ts';
import type { CaptionFileUpdater } from './captionUpdates.ts';
import { currentText } from './documentOverlay.ts';
import type { IncrementalDataset } from './incrementalDataset.ts';
import { captionFileOf, findPair, type OpenedDataset, noSuchPair } from './openedDatasets.ts';
import { Editor, type FileEdit } from '../editing/editor.ts';
import type { LivePairId } from './workspace.ts';

/** Dependencies of the edit functions. */
export interface Editing {
  readonly opened: readonly OpenedDataset[];
  readonly updater: CaptionFileUpdater;
}

/** An editor of the current texts. It reads each file once, so it is for one request. */
export function editorOf({ opened, updater }: Editing): Editor<LivePairId> {
  const texts = new Map<string, string>();
  const textOf = async (found: FoundPair, path: string): Promise<string> => {
    const known = texts.get(path);
    if (known !== undefined) return known;
    refuseReadOnly(path);
    await refuseOutside(updater.disk, path, found.opened.dir);
    const text = await currentText(updater, path);
    // The dataset is updated first, because the file may have changed.
    await updater.updateFromText(found, path, text, undefined);
    texts.set(path, text);
    return text;
  };
  return new Editor(async (id) => {
    const found = findPair(opened, id);
    if (found === undefined) throw noSuchPair(id);
    const before = found.dataset.slots.pairs[found.slot];
    if (before === undefined) throw noSuchPair(id);
    const path = toAbsolute(found.dataset.root, before.source.file);
    const text = await textOf(found, path);
    const again = findPair(opened, id);
    const now = again?.dataset.slots.pairs[again.slot];
    if (again === undefined || now?.caption !== before.caption) throw noSuchPair(id);
    if (now.source.file !== before.source.file) throw noSuchPair(id);
    const { range, format } = now.source;
    // A copy: the pair's own range is updated in place when the text above it changes.
    const known = formatWith(format, columnsOf(found, now.source.file));
    return { path, text, caption: now.caption, format: known, range: { ...range } };
  });
}

type FoundPair = NonNullable<ReturnType<typeof findPair>>;

/** The edit that replaces a pair's caption. @throws PairLensError `invalid-argument`. */
export async function captionEdit(
  editing: Editing,
  id: LivePairId,
  caption: string,
): Promise<FileEdit> {
  const [edit] = await editorOf(editing).replace([{ pair: id, caption }]);
  if (edit === undefined) throw noSuchPair(id);
  return edit;
}

/** The edit that adds an image's first caption. @throws PairLensError `invalid-argument`. */
export async function createCaptionEdit(
  { opened, updater }: Editing,
  imagePath: string,
  caption: string,
): Promise<FileEdit> {
  for (const member of opened) {
    const { dataset, opened: folder } = member;
    const image = toDatasetPath(dataset.root, imagePath);
    if (image === undefined || !dataset.hasImage(image)) continue;
    if (isArchived(imagePath)) throw readOnlyWrite(imagePath, 'archive');
    const edit =
      (await emptyRowEdit(member, updater, image, caption)) ??
      (await createCaption(member, updater, image, caption));
    await refuseOutside(updater.disk, edit.path, folder.dir);
    for (const { newText } of edit.edits) refuseUnwritable(newText);
    return edit;
  }
  throw new PairLensError(
    'invalid-argument',
    sentence('{0} is in none of the open datasets.', imagePath),
    {
      path: imagePath,
      remedy: sentence('Audit the folder that holds it first.'),
    },
  );
}

/** The columns that the user named for a table. */
function columnsOf({ files }: OpenedDataset, file: string): ColumnChoice | undefined {
  const kind = files.get(file);
  return kind?.kind === 'table' ? kind.columns : undefined;
}

/**
 * Adds the first caption of an image in the layout of the dataset: a sidecar file, or a row in the table of the image's
 * folder.
 * @throws PairLensError `invalid-argument` if the format does not support appending.
 */
export async function createCaption(
  member: OpenedDataset,
  updater: CaptionFileUpdater,
  image: string,
  caption: string,
): Promise<FileEdit> {
  const { dataset } = member;
  refuseBlank(caption);
  const formats = dataset.dataset.formats;
  const table = tableFor(dataset, image);
  if (table === undefined) {
    if (!formats.some(isSidecarFormat)) throw noPlace(dataset, image);
    const file = emptySidecarOf(dataset, image) ?? sidecarPlace(dataset, image);
    if (structuredSidecar(file) !== undefined) throw noPlace(dataset, image);
    const path = toAbsolute(dataset.root, file);
    const exists = await updater.disk.exists(path);
    const text = exists ? await currentText(updater, path) : '';
    // The file has content that is not this image's caption, or was written meanwhile: do not replace it.
    if (text.trim() !== '') throw noPlace(dataset, image);
    return {
      path,
      text,
      create: !exists,
      edits: [{ start: 0, end: text.length, newText: `${caption.trim()}\n` }],
    };
  }
  // An image outside of the table's folder would need a path with `..`, which formats resolve differently.
  if (!isWithin(folderOf(image), folderOf(table.file))) throw noPlace(dataset, image);
  const path = toAbsolute(dataset.root, table.file);
  const text = await currentText(updater, path);
  const name = within(folderOf(table.file), image);
  const edit = formatWith(table.format, columnsOf(member, table.file)).append?.(text, {
    image: name,
    caption,
  });
  if (edit === undefined) throw noPlace(dataset, image);
  return { path, text, create: false, edits: [edit] };
}

/**
 * Writes a caption file as UTF-8; its lines that are not UTF-8 are read in `encoding`. Without it the encoding is the file's own.
 * @throws PairLensError `invalid-argument`, `write-failed`.
 */
export async function saveAsUtf8(
  { opened, updater }: Editing,
  path: string,
  encoding: string | undefined,
): Promise<void> {
  const member = opened.find((each) => captionFileOf(each, path) !== undefined);
  if (member === undefined) {
    throw new PairLensError(
      'invalid-argument',
      sentence('{0} is in none of the open datasets.', path),
      { path, remedy: sentence('Audit the folder that holds it first.') },
    );
  }
  await updater.disk.update(path, member.opened.dir, (before) =>
    before === undefined
      ? undefined
      : encoding === undefined
        ? plainUtf8(before, path)
        : reencoded(before, encoding, path),
  );
}

interface Table {
  readonly file: string;
  readonly format: string;
}

/** The table that captions images of the same folder, else any table. */
function tableFor(dataset: IncrementalDataset, image: string): Table | undefined {
  let found: Table | undefined;
  let same = -1;
  for (const slot of dataset.slots.all()) {
    const { source, image: other } = dataset.slots.pairs[slot]!;
    if (!isTableFormat(source.format)) continue;
    const rank = folderOf(other) === folderOf(image) ? 1 : 0;
    if (rank > same) [found, same] = [{ file: source.file, format: source.format }, rank];
    if (same === 1) break;
  }
  const beside = [...dataset.slots.all()].some((slot) => {
    const { source, image: other } = dataset.slots.pairs[slot]!;
    return isSidecarFormat(source.format) && folderOf(other) === folderOf(image);
  });
  return same < 1 && beside ? undefined : found;
}

/** The edit of the table row with the image's empty caption; undefined if there is none. */
async function emptyRowEdit(
  member: OpenedDataset,
  updater: CaptionFileUpdater,
  image: string,
  caption: string,
): Promise<FileEdit | undefined> {
  const emptyRow = () =>
    member.dataset.problems.find(
      (problem) =>
        problem.code === 'empty-caption' &&
        problem.image === image &&
        member.files.get(problem.file)?.kind === 'table',
    );
  const row = emptyRow();
  if (row === undefined) return undefined;
  refuseBlank(caption);
  const path = toAbsolute(member.dataset.root, row.file);
  const text = await currentText(updater, path);
  // The disk may hold another text by now.
  await updater.updateFromText(member, path, text, undefined);
  const now = emptyRow();
  const kind = now && member.files.get(now.file);
  if (now?.range === undefined || kind?.kind !== 'table' || now.file !== row.file) return undefined;
  const edit = formatWith(kind.format, kind.columns).edit(text, now.range, caption);
  return { path, text, create: false, edits: [edit] };
}

/** The image's caption file, if it exists and is empty. */
function emptySidecarOf(dataset: IncrementalDataset, image: string): string | undefined {
  return dataset.problems.find(
    (problem) => problem.code === 'empty-caption' && problem.image === image,
  )?.file;
}

/** Where the caption of an image belongs: as those of its neighbours lie, else beside it. */
function sidecarPlace(dataset: IncrementalDataset, image: string): string {
  for (const slot of dataset.slots.all()) {
    const { source, image: other } = dataset.slots.pairs[slot]!;
    if (!isSidecarFormat(source.format) || folderOf(other) !== folderOf(image)) continue;
    if (folderOf(source.file) !== folderOf(other)) return placeLike(source.file, image);
  }
  return `${stemOf(image)}.${usualExtension(dataset)}`;
}

/** The most frequent extension of sidecar files. */
function usualExtension(dataset: IncrementalDataset): string {
  const counts = new Map<string, number>();
  for (const slot of dataset.slots.all()) {
    const { file, format } = dataset.slots.pairs[slot]!.source;
    if (!isSidecarFormat(format)) continue;
    counts.set(extensionOf(file), (counts.get(extensionOf(file)) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most?.[0] ?? 'txt';
}

function noPlace(dataset: IncrementalDataset, image: string): PairLensError {
  return new PairLensError(
    'invalid-argument',
    sentence(
      'A caption for {0} cannot be added by itself: the dataset keeps its captions as {1}.',
      baseName(image),
      dataset.dataset.formats.join(', '),
    ),
    {
      path: toAbsolute(dataset.root, image),
      remedy: dataset.dataset.formats.some(isTableFormat)
        ? sentence('Add the image to the caption file by hand.')
        : sentence('Rename the file to its caption.'),
    },
  );
}

/** @throws PairLensError `write-failed` if the file is a link to a file outside of the opened folder. */
export async function refuseOutside(
  files: FileSystem,
  path: string,
  folder: string,
): Promise<void> {
  const target = await files.outsideTarget(path, folder);
  if (target !== undefined) throw outsideWrite(path, target);
}
