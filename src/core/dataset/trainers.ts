/** Trainers whose reading of a dataset PairLens knows, as named in settings, options and the config file. */
export const TRAINER_IDS = [
  'sd-scripts',
  'onetrainer',
  'ai-toolkit',
  'simpletuner',
  'diffusion-pipe',
  'musubi-tuner',
  'imagefolder',
  'open-clip',
] as const;
export type TrainerId = (typeof TRAINER_IDS)[number];

/** Lists of the pictures to train on: plain ones, and those of the trainers that read one. None reads a list of those to leave out. */
export const PAIR_LIST_IDS = [
  'files',
  ...(['sd-scripts', 'musubi-tuner', 'ai-toolkit', 'open-clip'] as const satisfies TrainerId[]),
] as const;
export type PairListId = (typeof PAIR_LIST_IDS)[number];

/** Extensions of files with settings of trainers, without the dot. */
export const CONFIG_EXTENSIONS: readonly string[] = ['toml', 'yaml', 'yml', 'json'];

/** Values of the setting `trainer`: `auto` detects the trainer, `none` is a trainer that no rule knows. */
export const TRAINER_CHOICES = ['auto', 'none', ...TRAINER_IDS] as const;
export type TrainerChoice = (typeof TRAINER_CHOICES)[number];
