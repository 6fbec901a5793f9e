import { z } from 'zod';
import { DEFAULT_LEVELS, type Levels, RULES } from '../audit/rules.ts';
import { isInside } from '../dataset/paths.ts';
import { inEnglish } from '../text/sentence.ts';
import { PRECISIONS } from '../encoderChoice.ts';
import { SETTINGS } from './settingTable.ts';

/** The columns of one caption file. */
const columnsSchema = z
  .strictObject({
    image: z.string().min(1).describe('The column of the image.').optional(),
    caption: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe('The column of the caption, or a list of columns with a caption each.')
      .optional(),
  })
  .describe('Columns of one caption file.');

/** An encoder by its folder. */
const encoderSchema = z
  .strictObject({
    path: z.string().min(1).describe('The folder of the encoder, relative to this file.'),
    precision: z
      .enum(PRECISIONS)
      .describe('Which of its files to use; the most exact one without it.')
      .optional(),
  })
  .describe('Another encoder than the shipped one.');

const ruleSchema = z.enum(SETTINGS.rules.choices);

const rulesSchema = z.strictObject(
  Object.fromEntries(
    [...RULES.values()].map(({ code, level, meaning }) => [
      code,
      ruleSchema.describe(`${inEnglish(meaning)} Default: ${level}.`).optional(),
    ]),
  ),
);

/** Message of the check of a folder; `configText.ts` words it. */
export const OUTSIDE = 'outside';

const shape = {
  rules: rulesSchema,
  failOn: z.enum(SETTINGS.failOn.choices),
  trainer: z.enum(SETTINGS.trainer.choices),
  captionsPerFile: z.enum(SETTINGS.captionsPerFile.choices),
  captionExtension: z.string().min(1),
  captionsInFileNames: z.boolean(),
  columns: z.record(z.string(), columnsSchema),
  roots: z.record(z.string(), z.string().refine(isInside, { error: OUTSIDE })),
  include: z.array(z.string().min(1)),
  exclude: z.array(z.string().min(1)),
  triggerWords: z.array(z.string().min(1)),
  views: z.record(z.string().min(1), z.string()),
  encoder: encoderSchema,
  fitted: z.string().min(1).refine(isInside, { error: OUTSIDE }),
} satisfies Record<keyof typeof SETTINGS, z.ZodType>;

/** What `pairlens.config.json` may say; the source of its published JSON schema. */
export const datasetSettingsSchema = z.strictObject({
  $schema: z.string().describe('The JSON schema of this file, for editors.').optional(),
  rules: shape.rules.describe(SETTINGS.rules.about).optional(),
  failOn: shape.failOn.describe(SETTINGS.failOn.about).optional(),
  trainer: shape.trainer.describe(SETTINGS.trainer.about).optional(),
  captionsPerFile: shape.captionsPerFile.describe(SETTINGS.captionsPerFile.about).optional(),
  captionExtension: shape.captionExtension.describe(SETTINGS.captionExtension.about).optional(),
  captionsInFileNames: shape.captionsInFileNames
    .describe(SETTINGS.captionsInFileNames.about)
    .optional(),
  columns: shape.columns.describe(SETTINGS.columns.about).optional(),
  roots: shape.roots.describe(SETTINGS.roots.about).optional(),
  include: shape.include.describe(SETTINGS.include.about).optional(),
  exclude: shape.exclude.describe(SETTINGS.exclude.about).optional(),
  triggerWords: shape.triggerWords.describe(SETTINGS.triggerWords.about).optional(),
  views: shape.views.describe(SETTINGS.views.about).optional(),
  encoder: shape.encoder.describe(SETTINGS.encoder.about).optional(),
  fitted: shape.fitted.describe(SETTINGS.fitted.about).optional(),
});

/** Settings of a dataset; what is missing has its default. */
export type DatasetSettings = Readonly<
  Omit<z.output<typeof datasetSettingsSchema>, '$schema' | 'rules'>
> & {
  readonly rules?: Readonly<Record<string, RuleSetting | undefined>> | undefined;
};

export type RuleSetting = (typeof SETTINGS.rules.choices)[number];

/** The settings of a config file with those that an editor or the command line gives; of `rules` each by itself. */
export function overridden(file: DatasetSettings, given: DatasetSettings): DatasetSettings {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    ...file,
    ...(Object.fromEntries(said) as DatasetSettings),
    rules: { ...file.rules, ...given.rules },
  };
}

/** The levels of all rules. */
export function levelsOf({ rules = {} }: DatasetSettings): Levels {
  const levels: Record<string, Levels[string]> = { ...DEFAULT_LEVELS };
  for (const [code, level] of Object.entries(rules)) {
    if (level !== undefined && level !== 'on') levels[code] = level;
  }
  return levels;
}
