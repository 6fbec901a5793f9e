import { sentence } from '../../text/sentence.ts';
import { extensionOf } from '../fileKinds.ts';
import {
  agreed,
  extension,
  fieldsOf,
  inherited,
  listOf,
  positive,
  resolution,
  text,
} from './configValues.ts';
import { nearestAspect } from './sdScripts.ts';
import {
  type CacheOrigin,
  PILLOW_LIMIT,
  type PictureSize,
  type Trainer,
  type TrainerSettings,
} from './trainer.ts';

/** kohya-ss/musubi-tuner. */
export const musubiTuner: Trainer = {
  id: 'musubi-tuner',
  name: 'musubi-tuner',
  images: {
    extensions: ['png', 'jpg', 'jpeg', 'webp', 'bmp', 'avif'],
    letters: 'lower-or-upper',
    nested: false,
    source: 'IMAGE_EXTENSIONS and glob_images, dataset/media_utils.py',
  },
  captions: {
    extensions: ['txt'],
    lines: 'whole',
    missing: 'left-out',
    empty: 'empty-caption',
    source: 'ImageDirectoryDatasource, dataset/datasources.py',
  },
  exif: { applied: false, source: 'get_image_data, dataset/datasources.py' },
  alpha: { below: 'colours', source: 'get_image_data, dataset/datasources.py' },
  size: { most: PILLOW_LIMIT, source: 'get_image_data, dataset/datasources.py' },
  encoding: { mark: 'character', utf16: 'stops', source: 'get_caption, dataset/datasources.py' },
  caches: {
    madeOf: cacheOrigin,
    source: 'get_latent_cache_path, dataset/image_video_dataset.py',
  },
  buckets: {
    of: bucketOf,
    source: 'BucketSelector, dataset/bucket.py',
  },
  settingsIn: ({ value }) => datasetConfig(value),
  habit: ({ rest }) => {
    const cache = rest.find((path) => LATENTS.test(path) || TEXTS.test(path));
    return cache === undefined ? undefined : sentence('{0} is a cache of musubi-tuner', cache);
  },
};

/** `photo_1024x0768_wan.safetensors`. */
const LATENTS = /_\d{4,5}x\d{4,5}_[a-z0-9]+\.safetensors$/i;
/** `photo_wan_te.safetensors`. */
const TEXTS = /_[a-z0-9]+_te\.safetensors$/i;

function cacheOrigin(path: string): CacheOrigin | undefined {
  if (extensionOf(path) !== 'safetensors') return undefined;
  if (TEXTS.test(path)) return { stem: path.replace(TEXTS, ''), what: 'caption' };
  if (LATENTS.test(path)) return { stem: path.replace(LATENTS, ''), what: 'image' };
  return undefined;
}

/** `--dataset_config`: `[[datasets]]` with `image_directory` or `image_jsonl_file`, without subsets. */
function datasetConfig(value: unknown): TrainerSettings | undefined {
  const config = fieldsOf(value);
  const general = fieldsOf(config?.['general']);
  const sources = ['image_directory', 'image_jsonl_file', 'video_directory', 'video_jsonl_file'];
  const datasets = listOf(config?.['datasets']).filter((each) =>
    sources.some((source) => source in each),
  );
  if (datasets.length === 0) return undefined;
  const all = <T>(name: string, read: (value: unknown) => T | undefined): T | undefined =>
    agreed(datasets.map((each) => read(inherited(name, each, general))));
  const folders = datasets.flatMap((each) => text(each['image_directory']) ?? []);
  const captionExtension = all('caption_extension', extension);
  const size = all('resolution', resolution) ?? { width: 960, height: 544 };
  const flag = (name: string): boolean => all(name, (on) => on === true) === true;
  // get_caption opens a file without a name, and stops.
  const readsNoTexts =
    folders.length > 0 &&
    datasets.every(
      (each) =>
        !('image_directory' in each) || inherited('caption_extension', each, general) === undefined,
    );
  return {
    ...(folders.length > 0 && { folders }),
    ...(captionExtension !== undefined && { captionExtension }),
    ...(readsNoTexts && { insteadOfTexts: sentence('{0} is not set', 'caption_extension') }),
    // ImageDirectoryDatasource, dataset/datasources.py
    ...(flag('multiple_target') && { hasLayers: true }),
    resolution: size,
    batchSize: all('batch_size', positive) ?? 1,
    ...(flag('enable_bucket') && {
      buckets: { least: 0, most: Infinity, step: STEP, enlarge: !flag('bucket_no_upscale') },
    }),
  };
}

/** `RESOLUTION_STEPS` of all architectures but HiDream O1. */
const STEP = 16;

function bucketOf(
  { width, height }: PictureSize,
  { resolution: size, buckets }: TrainerSettings,
): PictureSize | undefined {
  if (size === undefined || buckets === undefined) return undefined;
  const down = (value: number): number => Math.floor(value / STEP) * STEP;
  const area = size.width * size.height;
  if (!buckets.enlarge && width * height <= area) {
    return { width: down(width), height: down(height) };
  }
  const side = Math.floor(Math.sqrt(area));
  const choices: PictureSize[] = [];
  for (let w = down(Math.floor(side / 2)); w < side + STEP; w += STEP) {
    const h = down(Math.floor(area / w));
    choices.push({ width: w, height: h }, { width: h, height: w });
  }
  return nearestAspect(choices, width / height);
}
