import type { OpenedFolder } from '../openDatasets.ts';
import { PairLensError } from '../../core/errors.ts';
import type { LiveDataset } from './liveDataset.ts';
import type { LivePairId } from './liveWorkspace.ts';
import type { CaptionFileKind } from './readCaptionFile.ts';
import { sentence } from '../../core/text/sentence.ts';

/** A dataset with the folder it was opened in. */
export interface Member {
  readonly opened: OpenedFolder;
  readonly dataset: LiveDataset;
  /** Its caption files by their path within it. */
  readonly files: Map<string, CaptionFileKind>;
  /** What the open ones among them said when they were read last. */
  readonly texts: Map<string, string>;
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
