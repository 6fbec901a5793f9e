import { z } from 'zod';
import { PRECISIONS } from '../core/encoderChoice.ts';
import { SEARCH_MATCHERS } from '../core/retrieval/searchMatchers.ts';
import { LEVEL_CHOICES, SETTINGS } from '../core/settings/settingTable.ts';

/** The settings `pairlens.*`; an invalid value is replaced by its default. */
export const settingsSchema = z.object({
  enable: z.boolean().catch(true),
  /** Levels by rule; rules that are not listed have their default level. */
  levels: z.record(z.string(), z.enum(LEVEL_CHOICES).optional().catch(undefined)).catch({}),
  captionsPerFile: z.enum(['auto', ...SETTINGS.captionsPerFile.choices]).catch('auto'),
  /** Words and phrases that captions share and that say nothing about a picture: left out when captions are judged. */
  triggerWords: z.array(z.string()).catch([]),
  /** The trainer whose rules apply; `auto` detects it. */
  trainer: z.enum(SETTINGS.trainer.choices).catch('auto'),
  inlayScores: z.boolean().catch(true),
  /** Whether captions, companions and names in tables follow when the editor renames, moves or deletes an image. */
  captionsFollowImages: z.boolean().catch(true),
  /** Read by the extension: the image of the caption at the cursor is shown beside it. */
  imageBeside: z.boolean().catch(false),
  /** The folder that the client moves excluded pairs to, and ignored ones; it asks where this is empty. */
  excludedFolder: z.string().catch(''),
  /** How search results are ranked: by the displayed match, or by one of `SEARCH_MATCHERS`. */
  matcher: z.enum(['match', ...SEARCH_MATCHERS]).catch('nnn'),
  maxProblems: z.int().min(0).max(100_000).catch(1000),
  /** Folder of other encoders than the shipped ones. */
  encoder: z.string().catch(''),
  encoderPrecision: z.enum(['auto', ...PRECISIONS]).catch('auto'),
  cachePath: z.string().catch(''),
  threads: z.int().min(0).max(256).catch(0),
});
export type Settings = z.infer<typeof settingsSchema>;

/** `initializationOptions` of the language server. */
export const initializationSchema = z.object({
  settings: settingsSchema.optional(),
  /** Language of messages (BCP 47); English if there is no bundle for it. */
  locale: z.string().optional(),
  /** Whether paths from the workspace's settings may be used (workspace trust). */
  trusted: z.boolean().optional(),
  /** Whether the client renders `command:` links to `CLIENT_COMMANDS` and images in data URIs in Markdown, as VS Code does. */
  commandLinks: z.boolean().optional(),
  /** Whether the client opens `MEMBER_SCHEME` URIs, by asking for `pairlens/member`. Otherwise findings are on the archives. */
  opensMembers: z.boolean().optional(),
});
