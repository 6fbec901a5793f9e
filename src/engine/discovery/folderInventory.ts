import type { Dataset, DatasetPath } from '../../core/dataset/dataset.ts';
import type {
  Question,
  Inventory,
  InventoryDataset,
  InventoryTrainer,
} from '../../core/dataset/inventory.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { trainerOf } from '../../core/dataset/trainers/trainerTable.ts';
import { PairLensError } from '../../core/errors.ts';
import { fileName } from '../../core/formats/fileName.ts';
import { ended, sentence } from '../../core/text/sentence.ts';
import type { CaptionFiles } from './captionFileKind.ts';
import type { CaptionTable } from './tableRows.ts';
import { entryName, type UnreadFile } from './unreadFiles.ts';

export function inventoryOf(
  root: DatasetPath,
  files: CaptionFiles,
  dataset: Dataset,
): InventoryDataset {
  const trainer = inventoryTrainer(dataset.trainer);
  const [problem] = dataset.pairs.length === 0 ? dataset.problems : [];
  const counts = new Map<string, number>();
  for (const kind of files.values()) counts.set(kind.format, (counts.get(kind.format) ?? 0) + 1);
  const named = dataset.pairs.filter(({ source }) => source.format === fileName.id).length;
  if (named > 0) counts.set(fileName.id, named);
  return {
    root,
    formats: [...counts].map(([format, count]) => ({ format, files: count })),
    images: dataset.images.length,
    pairs: dataset.pairs.length,
    unjudged: dataset.unjudged ?? [],
    ...(problem && { emptied: { message: problem.message, remedy: problem.remedy } }),
    ...(trainer !== undefined && { trainer }),
  };
}

/** A trainer as the inventory lists it. */
export function inventoryTrainer(trainer: Dataset['trainer']): InventoryTrainer | undefined {
  return trainer === undefined || trainer === 'none'
    ? undefined
    : { id: trainer.id, name: trainerOf(trainer.id).name, why: trainer.why };
}

/** What the config file can settle: columns of files that were not read, whether names of images are captions, and roots that several folders may be. */
export function questionsOf(
  tables: readonly CaptionTable[],
  unread: readonly UnreadFile[],
): Question[] {
  const named = unread.filter(({ nameSamples }) => nameSamples !== undefined);
  const [{ file: first, nameSamples: samples } = {}] = named;
  return [
    ...(first !== undefined && samples !== undefined
      ? [{ kind: 'names' as const, file: first, images: named.length, samples }]
      : []),
    ...unread.flatMap(({ file, columns }): Question[] =>
      columns === undefined ? [] : [{ kind: 'columns', file, columns }],
    ),
    ...tables.flatMap(({ question }) => question ?? []),
  ];
}

/** Most entries of the inventory in an error. */
const NAMED_ENTRIES = 5;

/** The error for a folder without a dataset, with its content. @param problems of unreadable files */
export function noDataset(
  { dir, images, texts, unread: listed }: Inventory,
  problems: readonly Problem[],
): PairLensError {
  // What is left alone on purpose comes last.
  const unread = [
    ...listed.filter(({ isLeftAlone }) => !isLeftAlone),
    ...listed.filter(({ isLeftAlone }) => isLeftAlone),
  ];
  const found = sentence('{0} images and {1} text files', images, texts);
  const clues = [
    // Damaged archives are among the unread files.
    ...problems
      .filter(({ code }) => code !== 'unreadable-archive')
      .slice(0, 1)
      .map(({ message }) => message),
    ...unread
      .slice(0, NAMED_ENTRIES)
      .map((entry) => sentence('{0}: {1}', entryName(entry), ended(entry.what))),
    ...(unread.length > NAMED_ENTRIES
      ? [sentence('`pairlens inspect` lists {0} more.', unread.length - NAMED_ENTRIES)]
      : []),
  ];
  const first = unread.find(({ isLeftAlone }) => !isLeftAlone);
  return new PairLensError(
    'no-dataset',
    clues.reduce(
      (text, clue) => sentence('{0} {1}', text, clue),
      sentence(
        'There is no image-caption dataset in {0}: found {1}, but no captions that belong to images.',
        dir,
        found,
      ),
    ),
    {
      path: dir,
      remedy:
        first?.remedy ??
        sentence(
          'PairLens looks for a text of the name of each image, such as photo.txt beside photo.jpg, or a .csv, .jsonl, .json or .parquet that names the images with their captions; docs/formats.md lists all formats.',
        ),
    },
  );
}
