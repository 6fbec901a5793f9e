import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import { baseName, folderOf, isWithin, toAbsolute, within } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import { isSidecarFormat } from '../../core/formats/captionFiles.ts';
import { refuseBlank } from '../../core/formats/representable.ts';
import { captionFormat } from '../../core/formats/table.ts';
import type { CaptionIntake } from './captionIntake.ts';
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
  intake: CaptionIntake,
  image: string,
  caption: string,
): Promise<FileEdit> {
  refuseBlank(caption);
  const formats = dataset.dataset.formats;
  const table = tableFor(dataset, image);
  if (table === undefined) {
    if (!formats.some(isSidecarFormat)) throw noPlace(dataset, image);
    const file = emptySidecarOf(dataset, image) ?? `${stemOf(image)}.${usualExtension(dataset)}`;
    const path = toAbsolute(dataset.root, file);
    const exists = await intake.disk.exists(path);
    const text = exists ? await currentText(intake, path) : '';
    // What stands there belongs to another reading of the folder, or was written meanwhile: not ours to replace.
    if (text.trim() !== '') throw noPlace(dataset, image);
    return {
      path,
      text,
      create: !exists,
      edits: [{ start: 0, end: text.length, newText: `${caption.trim()}\n` }],
    };
  }
  // From outside its folder it would need a path that each format resolves in its own way.
  if (!isWithin(folderOf(image), folderOf(table.file))) throw noPlace(dataset, image);
  const path = toAbsolute(dataset.root, table.file);
  const text = await currentText(intake, path);
  const name = within(folderOf(table.file), image);
  const edit = captionFormat(table.format).append?.(text, { image: name, caption });
  if (edit === undefined) throw noPlace(dataset, image);
  return { path, text, create: false, edits: [edit] };
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
    if (isSidecarFormat(source.format)) continue;
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
    if (!isSidecarFormat(format)) continue;
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
