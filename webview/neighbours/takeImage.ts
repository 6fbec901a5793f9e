import { base64Of, imageIn, MAX_BYTES } from '../shared/droppedImage.ts';
import { t } from '../shared/l10n.ts';
import type { NeighboursSession } from './neighboursSession.ts';

/** Searches by a dropped or pasted image. @param complain called if the data contains no image. */
export async function takeImage(
  session: NeighboursSession,
  data: DataTransfer,
  complain: boolean,
): Promise<void> {
  const image = imageIn(data);
  if (image === undefined) {
    if (complain) {
      session.searchFailed(
        t('What was dropped is no image.'),
        t('Drop an image file, or hold Shift while dropping one from the Explorer.'),
      );
    }
    return;
  }
  if (image.kind === 'uri') {
    session.searchImage(image.name, { uri: image.uri });
    return;
  }
  if (image.file.size > MAX_BYTES) {
    session.searchFailed(
      t('{0} is larger than 64 MB.', image.name),
      t('Make a smaller copy and drop that.'),
    );
    return;
  }
  try {
    session.searchImage(image.name, { base64: await base64Of(image.file) });
  } catch {
    session.searchFailed(t('{0} could not be read.', image.name), t('Try another file.'));
  }
}
