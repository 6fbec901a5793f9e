import { groupBy } from '../../core/collections.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { folderOf } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import type { DatasetTrainer } from '../../core/dataset/trainers/trainer.ts';
import type { FileSystem } from '../../core/ports.ts';
import type { Group, Owners } from './datasetGroups.ts';
import { type FoundTrainers, rivals, trainerOfDataset } from './detectTrainer.ts';
import type { Sidecars } from './sidecars.ts';
import { trainerProblems } from './trainerFiles.ts';

/** The trainers of the datasets of a folder. */
export interface GroupTrainers {
  readonly of: ReadonlyMap<Group, DatasetTrainer | 'none' | undefined>;
  /** Settings of several trainers, of which none was chosen. */
  readonly rivals: readonly DatasetTrainer[];
  /** Files that these trainers read otherwise. */
  readonly problems: readonly Problem[];
}

/**
 * Finds the trainer of each dataset, and the files that it reads otherwise.
 * @param rest files that are neither images nor captions
 */
export async function groupTrainers(
  files: Pick<FileSystem, 'stat'>,
  dir: string,
  found: {
    readonly groups: Iterable<Group>;
    readonly owners: Owners;
    readonly images: readonly DatasetPath[];
    readonly rest: readonly DatasetPath[];
    readonly sidecars: Pick<Sidecars, 'imagesOf' | 'encodings'>;
  },
  settings: FoundTrainers,
): Promise<GroupTrainers> {
  const restOf = groupBy(found.rest, (file) => found.owners.of(folderOf(file)));
  const of = new Map<Group, DatasetTrainer | 'none' | undefined>();
  const problems: Problem[] = [];
  for (const group of found.groups) {
    const rest = restOf.get(group) ?? [];
    const images = [...group.images].sort();
    const trainer = trainerOfDataset(settings, { images, rest, formats: group.formats });
    of.set(group, trainer);
    const { imagesOf, encodings } = found.sidecars;
    const own = <T>(map: ReadonlyMap<DatasetPath, T>): ReadonlyMap<DatasetPath, T> =>
      new Map(
        [...group.files.keys()].flatMap((file): [DatasetPath, T][] => {
          const value = map.get(file);
          return value === undefined ? [] : [[file, value]];
        }),
      );
    const beside = { images, imagesOf: own(imagesOf), encodings: own(encodings), rest };
    problems.push(...(await trainerProblems(files, dir, beside, trainer)));
  }
  return { of, rivals: rivals(settings), problems };
}
