import { sentence } from '../../text/sentence.ts';
import { agreed, listOf, text } from './configValues.ts';
import { PILLOW_EXTENSIONS, type Trainer, type TrainerSettings } from './trainer.ts';

/** bghira/SimpleTuner. */
export const simpleTuner: Trainer = {
  id: 'simpletuner',
  name: 'SimpleTuner',
  images: {
    extensions: PILLOW_EXTENSIONS,
    letters: 'any',
    nested: true,
    source: 'image_file_extensions, helpers/training/__init__.py',
  },
  captions: {
    extensions: ['txt'],
    lines: 'each',
    missing: 'stops',
    empty: 'empty-caption',
    source: 'prepare_instance_prompt_from_textfile, helpers/prompts.py',
  },
  exif: { applied: true, source: 'correct_image, helpers/image_manipulation/training_sample.py' },
  alpha: { below: 'colours', source: 'helpers/image_manipulation/load.py' },
  // Its own decoder comes first.
  size: { most: Infinity, source: 'helpers/image_manipulation/load.py' },
  encoding: {
    mark: 'character',
    utf16: 'stops',
    source: 'prepare_instance_prompt_from_textfile, helpers/prompts.py',
  },
  settingsIn: ({ value }) => backends(value),
};

/** `multidatabackend.json`: a list of data backends. */
function backends(value: unknown): TrainerSettings | undefined {
  const list = listOf(value).filter(
    (each) =>
      'id' in each && 'type' in each && ('instance_data_dir' in each || 'cache_dir' in each),
  );
  if (list.length === 0) return undefined;
  const folders = list.flatMap((each) => text(each['instance_data_dir']) ?? []);
  // Backends of images; others hold embeddings of texts and latents.
  const strategy = agreed(
    list
      .filter((each) => 'instance_data_dir' in each)
      .map((each) => text(each['caption_strategy'])),
  );
  return {
    folders,
    // PromptHandler.magic_prompt, helpers/prompts.py
    ...(strategy !== undefined &&
      strategy !== 'textfile' && {
        insteadOfTexts: sentence('{0} is "{1}"', 'caption_strategy', strategy),
        captionsInNames: strategy === 'filename',
      }),
  };
}
