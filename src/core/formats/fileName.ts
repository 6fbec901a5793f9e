import { readOnlyWrite } from '../dataset/readOnly.ts';
import type { CaptionFormat } from './captionFormat.ts';

/**
 * The caption is the name of the image, as OneTrainer, SimpleTuner and EveryDream read it on request. Such captions are
 * found by discovery (`namedImages.ts`), never by the content of a file, and changed by renaming the image.
 */
export const fileName: CaptionFormat = {
  id: 'file-name',
  title: 'the name of the image, such as "a red bus in the rain_00012.png"',
  layout: 'name',
  files: { extensions: [] },
  images: 'own-folder',
  rows: 'file',
  isBinary: true,
  detect: () => 0,
  async *read() {
    // There is no text to read.
  },
  edit: () => {
    throw readOnlyWrite('', 'file-name');
  },
};
