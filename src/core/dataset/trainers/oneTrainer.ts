import { sentence } from '../../text/sentence.ts';
import { agreed, fieldsOf, listOf, text } from './configValues.ts';
import { type Trainer, type TrainerSettings } from './trainer.ts';

/** Nerogar/OneTrainer, which reads with Nerogar/mgds. */
export const oneTrainer: Trainer = {
  id: 'onetrainer',
  name: 'OneTrainer',
  images: {
    extensions: ['bmp', 'jpg', 'jpeg', 'png', 'tif', 'tiff', 'webp', 'avif'],
    letters: 'any',
    // `include_subdirectories` of a concept; not reported, because a concept has its own.
    nested: true,
    source: 'SUPPORTED_IMAGE_EXTENSIONS, modules/util/path_util.py',
  },
  captions: {
    extensions: ['txt'],
    lines: 'each',
    missing: 'empty-caption',
    empty: 'empty-caption',
    source: 'LoadMultipleTexts, mgds',
  },
  exif: { applied: true, source: 'LoadImage, mgds' },
  alpha: { below: 'colours', source: 'LoadImage, mgds' },
  // torchvision decodes first, which has no limit.
  size: { most: Infinity, source: 'LoadImage, mgds' },
  encoding: { mark: 'character', utf16: 'stops', source: 'LoadMultipleTexts, mgds' },
  tags: { source: 'ShuffleTags and DropTags, mgds' },
  tokens: {
    tokenizer: 'clip',
    most: 75,
    source: 'Tokenize, modules/dataLoader/StableDiffusionXLBaseDataLoader.py',
  },
  settingsIn: ({ value }) => concepts(value),
  habit: ({ rest, images }) => {
    const label = [...rest, ...images].find((path) => /-(?:masklabel|condlabel)\.png$/i.test(path));
    return label === undefined ? undefined : sentence('{0} is a mask of OneTrainer', label);
  },
};

/** `concepts.json`: a list of concepts (ConceptConfig), also as a field of a training configuration. */
function concepts(value: unknown): TrainerSettings | undefined {
  const list = listOf(Array.isArray(value) ? value : fieldsOf(value)?.['concepts']);
  const folders = list.flatMap((concept) => {
    const isConcept = fieldsOf(concept['text'])?.['prompt_source'] !== undefined;
    return isConcept ? (text(concept['path']) ?? []) : [];
  });
  if (folders.length === 0) return undefined;
  const model = text(fieldsOf(value)?.['model_type']);
  const isClip = model === undefined || /^STABLE_DIFFUSION_(?!3|CASCADE)/.test(model);
  const source = agreed(list.map((concept) => text(fieldsOf(concept['text'])?.['prompt_source'])));
  return {
    folders,
    ...(!isClip && { isClip }),
    // SelectInput, modules/dataLoader/mixin/DataLoaderText2ImageMixin.py
    ...(source !== undefined &&
      source !== 'sample' && {
        insteadOfTexts: sentence('{0} is "{1}"', 'prompt_source', source),
        captionsInNames: source === 'filename',
      }),
  };
}
