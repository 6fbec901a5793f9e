import { sentence } from '../../text/sentence.ts';
import { extensionOf } from '../fileKinds.ts';
import { baseName, folderOf } from '../paths.ts';
import {
  agreed,
  extension,
  fieldsOf,
  type Fields,
  inherited,
  listOf,
  positive,
  resolution,
  text,
} from './configValues.ts';
import {
  type CacheOrigin,
  PILLOW_LIMIT,
  type PictureSize,
  type Trainer,
  type TrainerSettings,
} from './trainer.ts';

/** kohya-ss/sd-scripts at 48d368f. */
export const sdScripts: Trainer = {
  id: 'sd-scripts',
  name: 'sd-scripts',
  images: {
    extensions: ['png', 'jpg', 'jpeg', 'webp', 'bmp'],
    // With pillow-avif-plugin, and jxlpy or pillow-jxl-plugin.
    optional: ['avif', 'jxl'],
    letters: 'lower-or-upper',
    nested: false,
    source: 'IMAGE_EXTENSIONS and glob_images, library/train_util.py',
  },
  captions: {
    // The default of its scripts, and that of kohya_ss.
    extensions: ['caption', 'txt'],
    lines: 'first',
    missing: 'empty-caption',
    empty: 'stops',
    source: 'read_caption, library/train_util.py',
  },
  exif: { applied: false, source: 'load_image, library/train_util.py' },
  alpha: { below: 'colours', source: 'load_image, library/train_util.py' },
  size: { most: PILLOW_LIMIT, source: 'load_image, library/train_util.py' },
  encoding: {
    mark: 'character',
    utf16: 'stops',
    source: 'read_caption, library/train_util.py',
  },
  caches: { madeOf: cacheOrigin, source: 'is_disk_cached_latents_expected, library/strategy_*.py' },
  tags: { source: 'process_caption, library/train_util.py' },
  weights: { source: 'parse_prompt_attention, library/strategy_base.py' },
  separators: { most: 2, usual: '|||', source: 'process_caption, library/train_util.py' },
  tokens: { tokenizer: 'clip', most: 75, source: 'get_input_ids, library/train_util.py' },
  repeatFolders: {
    source: 'generate_dreambooth_subsets_config_by_subdirs, library/config_util.py',
  },
  buckets: {
    of: bucketOf,
    source: 'BucketManager.select_bucket, library/train_util.py',
  },
  settingsIn: ({ value }) => datasetConfig(value) ?? trainingConfig(value),
  habit: ({ images, rest }) => {
    const repeats = images.map(folderOf).find((folder) => /^[1-9]\d*_./.test(baseName(folder)));
    if (repeats !== undefined) return sentence('the folder {0} is named after repeats', repeats);
    const cache = rest.find((path) => LATENTS.test(path));
    return cache === undefined ? undefined : sentence('{0} is a cache of latents', cache);
  },
};

/** `photo_0512x0768_sdxl.npz`. */
const LATENTS = /_\d{3,5}x\d{3,5}_[a-z0-9]+\.npz$/i;
const LATENTS_SUFFIX = /(?:_\d{3,5}x\d{3,5})?(?:_[a-z0-9]+)?$/i;
/** `photo_te_outputs.npz`, `photo_flux_te.npz`: cached outputs of the text encoder. */
const TEXT_SUFFIX = /(?:_[a-z0-9]+_te|_te_outputs)$/i;

function cacheOrigin(path: string): CacheOrigin | undefined {
  if (extensionOf(path) !== 'npz') return undefined;
  const stem = path.slice(0, -'.npz'.length);
  if (TEXT_SUFFIX.test(stem)) return { stem: stem.replace(TEXT_SUFFIX, ''), what: 'caption' };
  return { stem: stem.replace(LATENTS_SUFFIX, ''), what: 'image' };
}

/** `--dataset_config`: TOML or JSON with `[[datasets]]` of `[[datasets.subsets]]` (library/config_util.py). */
function datasetConfig(value: unknown): TrainerSettings | undefined {
  const config = fieldsOf(value);
  const general = fieldsOf(config?.['general']);
  const datasets = listOf(config?.['datasets']);
  const parts = datasets.flatMap((dataset) =>
    listOf(dataset['subsets']).map((subset) => ({ subset, dataset })),
  );
  if (!parts.some(({ subset }) => 'image_dir' in subset || 'metadata_file' in subset)) {
    return undefined;
  }
  const all = <T>(name: string, read: (value: unknown) => T | undefined): T | undefined =>
    agreed(parts.map(({ subset, dataset }) => read(inherited(name, subset, dataset, general))));
  const folders = parts.flatMap(({ subset }) => text(subset['image_dir']) ?? []);
  return {
    ...common(all),
    // A dataset config has this default, which other settings may replace.
    usualExtension: 'caption',
    ...(folders.length > 0 && { folders }),
  };
}

/** A training configuration: `--config_file` of sd-scripts, or the JSON that kohya_ss saves. */
function trainingConfig(value: unknown): TrainerSettings | undefined {
  const config = fieldsOf(value);
  if (config === undefined) return undefined;
  // Sections of a TOML file are only for readers (`read_config_from_file`).
  const flat: Fields = Object.assign(
    {},
    config,
    ...Object.values(config).flatMap((each) => fieldsOf(each) ?? []),
  ) as Fields;
  if (text(flat['train_data_dir']) === undefined) return undefined;
  if (!('pretrained_model_name_or_path' in flat)) return undefined;
  const read = <T>(name: string, as: (value: unknown) => T | undefined): T | undefined =>
    as(flat[name]);
  return common(read);
}

type ReadField = <T>(name: string, as: (value: unknown) => T | undefined) => T | undefined;

function common(read: ReadField): TrainerSettings {
  const flag = (value: unknown): boolean | undefined =>
    typeof value === 'boolean' ? value : undefined;
  const everyLine = read('enable_wildcard', flag);
  const separator = read('keep_tokens_separator', text);
  const size = read('resolution', writtenResolution);
  const batchSize = read('batch_size', positive) ?? read('train_batch_size', positive);
  const maxTokens = read('max_token_length', (value) => positive(Number(value)));
  const written = read('caption_extension', extension);
  const enabled = read('enable_bucket', flag) === true;
  return {
    ...(everyLine !== undefined && { everyLine }),
    ...(written !== undefined && { captionExtension: written }),
    ...(OTHER_ENCODERS.some((name) => isSet(read(name, (value) => value))) && { isClip: false }),
    ...(separator !== undefined && { keepTokensSeparator: separator }),
    ...(size && { resolution: size }),
    ...(batchSize !== undefined && { batchSize }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(enabled && {
      buckets: {
        least: read('min_bucket_reso', positive) ?? 256,
        most: read('max_bucket_reso', positive) ?? 1024,
        step: read('bucket_reso_steps', positive) ?? 64,
        enlarge: read('bucket_no_upscale', flag) !== true,
      },
    }),
  };
}

/** Settings of models whose text encoder is not CLIP, or not CLIP alone: Flux, SD3, Lumina, Anima, HunyuanImage. */
const OTHER_ENCODERS = [
  ...['t5xxl', 'flux1_checkbox', 'flux1_t5xxl', 'sd3_checkbox', 'sd3_t5xxl', 'gemma2'],
  ...['lumina_checkbox', 'qwen3', 'text_encoder', 'byt5'],
];

/** Whether a path is written or a box is ticked. */
function isSet(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value !== '');
}

/** 512, [512, 768], or the text "512,768" of the command line. */
function writtenResolution(value: unknown): PictureSize | undefined {
  if (typeof value !== 'string') return resolution(value);
  const numbers = value.split(/[,x]/).map(Number);
  return resolution(numbers.length === 1 ? numbers[0] : numbers);
}

/** `make_bucket_resolutions` (library/model_util.py) and `select_bucket`. */
function bucketOf(
  { width, height }: PictureSize,
  { resolution: size, buckets }: TrainerSettings,
): PictureSize | undefined {
  if (size === undefined || buckets === undefined) return undefined;
  const area = size.width * size.height;
  const { least, most, step } = buckets;
  const down = (value: number): number => Math.floor(value / step) * step;
  const aspect = width / height;
  if (!buckets.enlarge) {
    const scale = Math.min(1, Math.sqrt(area / (width * height)));
    return { width: down(width * scale + 0.5), height: down(height * scale + 0.5) };
  }
  const side = down(Math.sqrt(area));
  const choices: PictureSize[] = [{ width: side, height: side }];
  for (let w = least; w <= most; w += step) {
    const h = Math.min(most, down(Math.floor(area / w)));
    if (h >= least) choices.push({ width: w, height: h }, { width: h, height: w });
  }
  return nearestAspect(choices, aspect);
}

/** The size with the aspect nearest to `aspect`. */
export function nearestAspect(
  choices: readonly PictureSize[],
  aspect: number,
): PictureSize | undefined {
  let best: PictureSize | undefined;
  const error = ({ width, height }: PictureSize): number => Math.abs(width / height - aspect);
  for (const choice of choices) {
    if (best === undefined || error(choice) < error(best)) best = choice;
  }
  return best;
}
