import { sentence } from '../../text/sentence.ts';
import { PILLOW_EXTENSIONS, PILLOW_LIMIT, type Trainer } from './trainer.ts';

/** Hugging Face datasets, `load_dataset("imagefolder")`. */
export const imageFolder: Trainer = {
  id: 'imagefolder',
  name: 'Hugging Face datasets',
  images: {
    // Pillow's list without AVIF, which came to Pillow later.
    extensions: PILLOW_EXTENSIONS.filter((extension) => extension !== 'avif'),
    letters: 'any',
    nested: true,
    listed: true,
    source: 'IMAGE_EXTENSIONS, packaged_modules/imagefolder/imagefolder.py',
  },
  exif: { applied: true, source: 'Image.decode_example, features/image.py' },
  alpha: { below: 'colours', source: 'Image.decode_example, features/image.py' },
  size: { most: PILLOW_LIMIT, source: 'Image.decode_example, features/image.py' },
  encoding: {
    mark: 'dropped',
    utf16: 'stops',
    source: '_read_metadata, packaged_modules/folder_based_builder/folder_based_builder.py',
  },
  habit: ({ formats }) =>
    formats.size > 0 &&
    [...formats].every((format) => format === 'hf-metadata-jsonl' || format === 'hf-metadata-csv')
      ? sentence('a metadata file names the images')
      : undefined,
};
