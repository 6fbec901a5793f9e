import type { Status } from '../../src/protocol/shapes.ts';
import { t } from './l10n.ts';

/** Why the server cannot answer yet and what to do; undefined if it can. */
export function waitingText(status: Status | undefined): string | undefined {
  if (status === undefined) return t('PairLens is starting.');
  switch (status.state) {
    case 'starting':
      return t('PairLens is starting.');
    case 'indexing':
      return status.done !== undefined && status.total !== undefined
        ? t(
            'Reading the images: {0} of {1}. Neighbours appear when this is done.',
            status.done,
            status.total,
          )
        : t('Reading the images. Neighbours appear when this is done.');
    case 'auditing':
      return t('Comparing images and captions. Neighbours appear when this is done.');
    case 'no-dataset':
      if ((status.questions ?? 0) > 0) {
        return t(
          'A file here holds captions, but its columns or the folder of its images are unclear: settle that in Findings.',
        );
      }
      if ((status.unread ?? 0) > 0) {
        return t('No captions were read. Dataset lists the files that were not, and why.');
      }
      return t(
        'This folder holds no image-caption dataset. Put captions beside the images (photo.jpg and photo.txt), or open a folder that has them.',
      );
    case 'failed':
      return status.error === undefined
        ? t('PairLens could not read the dataset. Show Log has the details.')
        : [status.error.message, status.error.remedy]
            .filter((part) => part !== undefined)
            .join(' ');
    case 'ready':
      return undefined;
  }
}
