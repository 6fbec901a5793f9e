import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import { baseName, toAbsolute } from '../../core/dataset/paths.ts';
import type { DatasetTrainer, FolderFiles } from '../../core/dataset/trainers/trainer.ts';
import { ALL_TRAINERS, trainerOf } from '../../core/dataset/trainers/trainerTable.ts';
import { CONFIG_EXTENSIONS, type TrainerChoice } from '../../core/dataset/trainers.ts';
import { PairLensError } from '../../core/errors.ts';
import { structuredSidecar } from '../../core/formats/captionFiles.ts';
import type { FileSystem } from '../../core/ports.ts';
import { decodeText } from '../../core/text/decodeText.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { FirstExtension } from './sidecars.ts';
import { extensionsRead } from './trainerFiles.ts';

/** Larger files are no settings. */
const CONFIG_BYTES = 2 ** 20;
/** Settings lie near the root of a folder. */
const MOST_DEPTH = 2;
const MOST_CONFIGS = 40;
/** Names of settings that may lie beside the folder. */
const NAMES_BESIDE = [
  ...['dataset.toml', 'dataset_config.toml', 'dataset_config.json', 'config.toml'],
  ...['concepts.json', 'multidatabackend.json', 'config.yaml', 'config.yml', 'config.json'],
];

/** The trainers whose settings lie in a folder or beside it. */
export interface FoundTrainers {
  readonly choice: TrainerChoice;
  readonly configs: readonly DatasetTrainer[];
}

/**
 * Looks for settings of trainers, also if none is to be chosen: they are no captions.
 * @param candidates files below `dir` that are neither images nor texts beside images
 */
export async function findTrainers(
  files: Pick<FileSystem, 'stat' | 'read' | 'exists'>,
  dir: string,
  candidates: readonly DatasetPath[],
  images: readonly DatasetPath[],
  choice: TrainerChoice = 'auto',
): Promise<FoundTrainers> {
  const stems = new Set(images.map(stemOf));
  const inside = candidates
    .filter((path) => CONFIG_EXTENSIONS.includes(extensionOf(path)))
    .filter((path) => path.split('/').length <= MOST_DEPTH && !stems.has(stemOf(path)))
    .slice(0, MOST_CONFIGS);
  const configs: DatasetTrainer[] = [];
  for (const path of inside) {
    configs.push(...(await trainersIn(files, toAbsolute(dir, path), path)));
  }
  const place = lastFolder(dir);
  for (const name of place === undefined ? [] : NAMES_BESIDE) {
    const absolute = `${dir.slice(0, -(place?.length ?? 0))}${name}`;
    if (!(await files.exists(absolute))) continue;
    const found = await trainersIn(files, absolute, `../${name}`);
    // Settings beside the folder may be those of another one.
    configs.push(
      ...found.filter(({ settings: { folders = [] } }) =>
        folders.some((folder) => lastFolder(folder) === place),
      ),
    );
  }
  return { choice, configs };
}

/** The last part of a path, written with either slash. */
function lastFolder(path: string): string | undefined {
  return path
    .split(/[\\/]/)
    .filter((part) => part !== '')
    .at(-1);
}

/**
 * The trainer of one dataset: the chosen one, that of the settings found, or that of its habits. Undefined if there is
 * none, or if there are settings of several trainers.
 */
export function trainerOfDataset(
  { choice, configs }: FoundTrainers,
  folder: FolderFiles,
): DatasetTrainer | 'none' | undefined {
  if (choice === 'none') return 'none';
  if (choice !== 'auto') {
    const config = joined(configs.filter(({ id }) => id === choice));
    return { id: choice, settings: {}, ...config, why: sentence('it is set') };
  }
  if (configs.length > 0) {
    const ids = new Set(configs.map(({ id }) => id));
    return ids.size === 1 ? joined(configs) : undefined;
  }
  for (const { id, habit } of ALL_TRAINERS) {
    const why = habit?.(folder);
    if (why !== undefined) return { id, settings: {}, why };
  }
  return undefined;
}

/** The extension that is read where an image has several texts: the one that the user named, else that of the trainer. */
export function firstExtension(
  chosen: string | undefined,
  found: FoundTrainers,
): FirstExtension | undefined {
  if (chosen !== undefined) return { extension: chosen };
  const known = trainerOfDataset(found, { images: [], rest: [], formats: new Set() });
  if (known === undefined || known === 'none') return undefined;
  const [extension, ...others] = extensionsRead(known);
  if (extension === undefined || others.length > 0) return undefined;
  // JSON and YAML are no plain texts, whatever the trainer calls them.
  if (structuredSidecar(`photo.${extension}`) !== undefined) return undefined;
  return { extension, trainer: trainerOf(known.id).name };
}

/** Several files of one trainer as one, such as its dataset and its training settings; the first has precedence. */
function joined(configs: readonly DatasetTrainer[]): DatasetTrainer | undefined {
  const [first] = configs;
  if (first === undefined) return undefined;
  const settings = Object.assign(
    {},
    ...configs.map((config) => config.settings).reverse(),
  ) as DatasetTrainer['settings'];
  const named = configs.find((config) => config.settings.folders !== undefined);
  return { ...first, settings, ...(named?.file !== undefined && { file: named.file }) };
}

/** Settings of several trainers, of which none is chosen. */
export function rivals({ choice, configs }: FoundTrainers): readonly DatasetTrainer[] {
  const ids = new Set(configs.map(({ id }) => id));
  return choice === 'auto' && ids.size > 1 ? configs : [];
}

const PARSERS: Readonly<Record<string, ((text: string) => unknown) | undefined>> = {
  toml: parseToml,
  yaml: parseYaml,
  yml: parseYaml,
  json: JSON.parse,
};

async function trainersIn(
  files: Pick<FileSystem, 'stat' | 'read'>,
  absolute: string,
  path: string,
): Promise<DatasetTrainer[]> {
  const value = await parsed(files, absolute);
  if (value === undefined) return [];
  return ALL_TRAINERS.flatMap(({ id, settingsIn }) => {
    const settings = settingsIn?.({ path, value });
    if (settings === undefined) return [];
    return [{ id, settings, why: sentence('{0} holds its settings', path), file: path }];
  });
}

/** The content of a settings file; undefined if it cannot be read or parsed, as is the case of other files. */
async function parsed(
  files: Pick<FileSystem, 'stat' | 'read'>,
  absolute: string,
): Promise<unknown> {
  try {
    const { kind, bytes } = await files.stat(absolute);
    if (kind !== 'file' || bytes > CONFIG_BYTES) return undefined;
    const decoded = decodeText(await files.read(absolute, { maxBytes: CONFIG_BYTES }));
    return 'text' in decoded ? parseOrUndefined(absolute, decoded.text) : undefined;
  } catch (error) {
    if (PairLensError.is(error, 'unreadable-file')) return undefined;
    throw error;
  }
}

function parseOrUndefined(path: string, text: string): unknown {
  try {
    return PARSERS[extensionOf(baseName(path))]?.(text);
  } catch {
    // Each parser has errors of its own.
    return undefined;
  }
}
