import { agreed, fieldsOf, inherited, listOf, positive, resolution, text } from './configValues.ts';
import { PILLOW_EXTENSIONS, PILLOW_LIMIT, type Trainer, type TrainerSettings } from './trainer.ts';

/** tdrussell/diffusion-pipe. */
export const diffusionPipe: Trainer = {
  id: 'diffusion-pipe',
  name: 'diffusion-pipe',
  images: {
    extensions: PILLOW_EXTENSIONS,
    letters: 'any',
    nested: false,
    source: 'DirectoryDataset, utils/dataset.py',
  },
  captions: {
    extensions: ['txt'],
    lines: 'whole',
    missing: 'left-out',
    empty: 'empty-caption',
    source: '_metadata_map_fn, utils/dataset.py',
  },
  exif: { applied: false, source: 'PreprocessMediaFile, models/base.py' },
  alpha: { below: 'white', source: 'convert_crop_and_resize, models/base.py' },
  size: { most: PILLOW_LIMIT, source: '_metadata_map_fn, utils/dataset.py' },
  encoding: { mark: 'character', utf16: 'stops', source: '_metadata_map_fn, utils/dataset.py' },
  tags: { source: 'shuffle_captions, utils/dataset.py' },
  // Buckets of aspect ratios, which are not computed.
  buckets: { of: () => undefined, source: 'convert_crop_and_resize, models/base.py' },
  settingsIn: ({ value }) => datasetFile(value),
};

/** `dataset.toml` with `[[directory]]`. */
function datasetFile(value: unknown): TrainerSettings | undefined {
  const config = fieldsOf(value);
  const directories = listOf(config?.['directory']);
  const folders = directories.flatMap((each) => text(each['path']) ?? []);
  if (folders.length === 0) return undefined;
  const size = agreed(
    directories.map((each) => {
      const [first, ...others] = asList(inherited('resolutions', each, config));
      return others.length === 0 ? resolution(first) : undefined;
    }),
  );
  const batchSize = positive(config?.['micro_batch_size_per_gpu']);
  return {
    folders,
    ...(size && { resolution: size }),
    ...(batchSize !== undefined && { batchSize }),
  };
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
