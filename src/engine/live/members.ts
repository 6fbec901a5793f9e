import { toDatasetPath } from '../../core/dataset/paths.ts';
import type { CaptionFileKind, CaptionFiles } from '../captionFileKind.ts';
import type { OpenedFolder } from '../openDatasets.ts';
import { PairLensError } from '../../core/errors.ts';
import type { LiveDataset } from './liveDataset.ts';
import type { LivePairId } from './liveWorkspace.ts';
import { sentence } from '../../core/text/sentence.ts';

/** A dataset with the folder it was opened in. */
export interface Member {
  readonly opened: OpenedFolder;
  readonly dataset: LiveDataset;
  /** Its caption files as the disk held them when it was opened; paths within it. */
  readonly found: CaptionFiles;
  /** As they are now. */
  readonly files: Map<string, CaptionFileKind>;
  /** What the open ones among them said when they were read last. */
  readonly texts: Map<string, string>;
}

/** A caption file of a dataset, or undefined for a file that is none. */
export function captionFileOf(
  { dataset, files }: Member,
  path: string,
): { readonly file: string; readonly kind: CaptionFileKind } | undefined {
  const file = toDatasetPath(dataset.root, path);
  const kind = file === undefined ? undefined : files.get(file);
  return file === undefined || kind === undefined ? undefined : { file, kind };
}

export interface FoundPair extends Member {
  readonly slot: number;
}

export function findPair(members: readonly Member[], id: LivePairId): FoundPair | undefined {
  const member = members.find(({ dataset }) => dataset.root === id.root);
  const slot = member?.dataset.slots.find(id.image, id.captionIndex);
  return member === undefined || slot === undefined ? undefined : { ...member, slot };
}

export function noSuchPair({ image }: LivePairId): PairLensError {
  return new PairLensError(
    'invalid-argument',
    sentence('{0} has no such caption any more.', image),
    {
      remedy: sentence('Look at the findings again: the files have changed.'),
    },
  );
}
