import type { CancelSignal } from '../../core/cancellation.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { trainerOf } from '../../core/dataset/trainers/trainerTable.ts';
import type { FileSystem } from '../../core/ports.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { FoundTrainers } from './detectTrainer.ts';
import { textsInsideImages } from './insideImages.ts';
import { askedNames, type NamedImages } from './namedImages.ts';
import { bareArchives, type UnreadFile } from './unreadFiles.ts';

/** What the captions of a folder without a dataset may be instead. */
export async function captionsElsewhere(
  files: FileSystem,
  dir: string,
  {
    names,
    uncaptioned,
  }: { readonly names: NamedImages; readonly uncaptioned: readonly DatasetPath[] },
  { configs }: FoundTrainers,
  signal: CancelSignal | undefined,
): Promise<UnreadFile[]> {
  return [
    ...askedNames(names),
    ...(await textsInsideImages(files, dir, uncaptioned, signal)),
    ...bareArchives(uncaptioned),
    ...configs.flatMap(({ id, file, settings: { insteadOfTexts } }): UnreadFile[] =>
      file === undefined || insteadOfTexts === undefined
        ? []
        : [
            {
              file,
              what: sentence('settings of {0}, in which {1}', trainerOf(id).name, insteadOfTexts),
              remedy: sentence('Nothing to do: the trainer takes no texts beside the images.'),
              names: [],
              isLeftAlone: true,
            },
          ],
    ),
  ];
}
