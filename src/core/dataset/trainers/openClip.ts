import { sentence } from '../../text/sentence.ts';
import { PILLOW_EXTENSIONS, type Trainer } from './trainer.ts';

/** mlfoundations/open_clip. */
export const openClip: Trainer = {
  id: 'open-clip',
  name: 'open_clip',
  images: {
    // A table may name any image; members of a shard are those of `--image-key`.
    extensions: PILLOW_EXTENSIONS,
    letters: 'any',
    nested: true,
    source: 'CsvDataset, open_clip_train/data.py',
  },
  exif: { applied: false, source: 'CsvDataset, open_clip_train/data.py' },
  alpha: { below: 'colours', source: '_convert_to_rgb, open_clip/transform.py' },
  size: { most: 2 * 128_000_000, source: 'Image.MAX_IMAGE_PIXELS, open_clip_train/data.py' },
  encoding: { mark: 'dropped', utf16: 'stops', source: 'CsvDataset, open_clip_train/data.py' },
  tokens: { tokenizer: 'clip', most: 75, source: 'SimpleTokenizer, open_clip/tokenizer.py' },
  habit: ({ rest, formats }) => {
    if ([...formats].some((format) => format.startsWith('sidecar'))) return undefined;
    const shard = rest.find((path) => /(?:^|[/_-])\d{4,}\.tar$/i.test(path));
    return shard === undefined ? undefined : sentence('{0} is a shard of a webdataset', shard);
  },
};
