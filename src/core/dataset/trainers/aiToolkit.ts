import { sentence } from '../../text/sentence.ts';
import { extensionOf, stemOf } from '../fileKinds.ts';
import { baseName, folderOf, joinPath } from '../paths.ts';
import { agreed, extension, fieldsOf, listOf, positive, text } from './configValues.ts';
import { type CacheOrigin, PILLOW_LIMIT, type Trainer, type TrainerSettings } from './trainer.ts';

/** ostris/ai-toolkit. */
export const aiToolkit: Trainer = {
  id: 'ai-toolkit',
  name: 'ai-toolkit',
  images: {
    extensions: ['jpg', 'jpeg', 'png', 'webp'],
    letters: 'any',
    nested: true,
    source: 'image_extensions, toolkit/data_loader.py',
  },
  captions: {
    extensions: ['txt'],
    lines: 'whole',
    missing: 'empty-caption',
    empty: 'empty-caption',
    source: 'load_caption, toolkit/dataloader_mixins.py',
  },
  exif: { applied: true, source: 'load_and_process_image, toolkit/dataloader_mixins.py' },
  alpha: { below: 'colours', source: 'load_and_process_image, toolkit/dataloader_mixins.py' },
  size: { most: PILLOW_LIMIT, source: 'load_and_process_image, toolkit/dataloader_mixins.py' },
  encoding: {
    mark: 'character',
    utf16: 'stops',
    source: 'load_caption, toolkit/dataloader_mixins.py',
  },
  caches: { madeOf: cacheOrigin, source: 'get_latent_path, toolkit/dataloader_mixins.py' },
  tags: { source: 'get_caption, toolkit/dataloader_mixins.py' },
  settingsIn: ({ value }) => job(value),
  habit: ({ rest }) => {
    const mark = rest.find((path) => /(?:^|\/)(?:_latent_cache\/|\.aitk_size\.json$)/.test(path));
    return mark === undefined ? undefined : sentence('{0} was written by ai-toolkit', mark);
  },
};

/** `_latent_cache/photo_<hash of the name and the sizes>.safetensors`. */
function cacheOrigin(path: string): CacheOrigin | undefined {
  const folder = folderOf(path);
  if (baseName(folder) !== '_latent_cache' || extensionOf(path) !== 'safetensors') return undefined;
  const name = stemOf(baseName(path)).replace(/_[A-Za-z0-9_-]{22}$/, '');
  return { stem: joinPath(folderOf(folder), name), what: 'image' };
}

/** A job: `config.process[].datasets[]` (config/examples). */
function job(value: unknown): TrainerSettings | undefined {
  const config = fieldsOf(fieldsOf(value)?.['config']);
  const processes = listOf(config?.['process']);
  const datasets = processes.flatMap((each) => listOf(each['datasets']));
  const folders = datasets.flatMap(
    (each) => text(each['folder_path'] ?? each['dataset_path']) ?? [],
  );
  if (folders.length === 0) return undefined;
  const captionExtension = agreed(datasets.map((each) => extension(each['caption_ext']) ?? 'txt'));
  const trigger = agreed(processes.map((each) => text(each['trigger_word'])));
  const batchSize = agreed(
    processes.map((each) => positive(fieldsOf(each['train'])?.['batch_size'])),
  );
  return {
    folders,
    ...(captionExtension !== undefined && { captionExtension }),
    ...(trigger !== undefined && { triggerWord: trigger }),
    ...(batchSize !== undefined && { batchSize }),
  };
}
