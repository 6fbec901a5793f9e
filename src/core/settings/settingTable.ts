import { LEVELS } from '../audit/rule.ts';
import { TRAINER_CHOICES } from '../dataset/trainers.ts';

/** Name of the config file of a folder. */
export const CONFIG_FILE = 'pairlens.config.json';

/** Value of the setting `fitted` for audits without a fitted model. */
export const NOT_FITTED = 'none';

/** Levels of a rule, as editors set them. */
export const LEVEL_CHOICES = LEVELS;

/** Description of a setting. Plain data, so that `--help` imports no schema library. */
interface SettingDescription {
  /** What it does: description of the JSON schema and help of the command line. */
  readonly about: string;
  /** Its option of the command line, if it has one. */
  readonly flags?: string;
  /** Its values, if they are few. */
  readonly choices?: readonly string[];
}

/**
 * The settings of a dataset: one description for `pairlens.config.json`, the command line and editors.
 * `datasetSettings.ts` adds the types.
 */
export const SETTINGS = {
  rules: {
    about:
      'Level of each rule: "error", "warning", "info", "hint", "off", or "on" for its default level.',
    flags: '--rule <code=level>',
    choices: [...LEVEL_CHOICES, 'on'],
  },
  failOn: {
    about: 'Level of a finding from which `pairlens audit` exits with 1.',
    flags: '--fail-on <level>',
    choices: ['error', 'warning', 'info', 'hint', 'never'],
  },
  trainer: {
    about: 'The trainer whose rules apply; told from its files without it, or by "auto".',
    flags: '--trainer <name>',
    choices: TRAINER_CHOICES,
  },
  captionsPerFile: {
    about: 'How the trainer reads a .txt or .caption file; told from the files without it.',
    flags: '--captions-per-file <mode>',
    choices: ['whole', 'lines', 'first-line'],
  },
  captionExtension: {
    about:
      'Extension of the caption files beside images that is read where an image has several, such as "caption"; .txt comes before .caption without it.',
  },
  captionsInFileNames: {
    about:
      'Whether the names of images are their captions, where they have no other: true or false; told from the names and the settings of the trainer without it.',
  },
  columns: {
    about:
      'The image and caption columns (of a table), or properties (of JSON objects), of caption files, by the name of the file or a pattern. A table without a header has the columns "1", "2", and so on.',
  },
  roots: {
    about:
      'Where the images are whose names in caption files begin so: the beginning as it is written there, and the folder it stands for, relative to this file. An empty beginning is for names that are relative to that folder.',
  },
  include: {
    about: 'Patterns, as in .gitignore, of the images and caption files to read; all without it.',
  },
  exclude: {
    about: 'Patterns, as in .gitignore, of the files and folders to leave alone.',
  },
  triggerWords: {
    about:
      'Words and phrases that are left out of captions when they are judged, such as the trigger word of a LoRA.',
    flags: '--trigger-words <list>',
  },
  views: {
    about:
      'Saved views: queries of `pairlens list` by their names, for its option --view and for Browse Dataset, which writes them here.',
  },
  encoder: {
    about:
      'The encoder with which the command line reads this folder: {"path": FOLDER}, relative to this file, and "precision" to choose one of its files. Editors have the setting pairlens.encoder.',
    flags: '--encoder <folder>',
  },
  fitted: {
    about:
      'The file of `pairlens fit` that an audit uses, relative to the folder of the dataset, or "none"; without it .pairlens/fitted.safetensors, if there is one.',
    flags: '--fitted <file>',
  },
} as const satisfies Readonly<Record<string, SettingDescription>>;

/** Level from which findings fail an audit, unless a config file or an option says otherwise. */
export const DEFAULT_FAIL_ON = 'warning' satisfies FailOn;

export type FailOn = (typeof SETTINGS.failOn.choices)[number];
