import { readConfigText } from '../../core/settings/configText.ts';
import type { DatasetSettings } from '../../core/settings/datasetSettings.ts';
import { filePatterns, valueOfFile } from '../../core/settings/filePatterns.ts';
import { CONFIG_FILE } from '../../core/settings/settingTable.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { extensionOf } from '../../core/dataset/fileKinds.ts';
import type { ImageIndex } from '../../core/dataset/imageIndex.ts';
import { mappingFrom, type NameMapping } from '../../core/dataset/nameMapping.ts';
import { isWithin, resolveWithin, toAbsolute } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { PairLensError } from '../../core/errors.ts';
import type { ColumnChoice } from '../../core/formats/columnChoice.ts';
import type { FileSystem } from '../../core/ports.ts';
import { decodeText } from '../../core/text/decodeText.ts';
import { type Sentence, sentence } from '../../core/text/sentence.ts';

/** A config file has a few lines; larger is another file of this name. */
const CONFIG_BYTES = 1_000_000;

/** The config file of a folder. */
export interface FolderConfig {
  readonly settings: DatasetSettings;
  /** What is not used in it. */
  readonly problems: readonly Problem[];
}

/** Reads the config file of a folder, if it has one. Errors become problems. */
export async function readConfigFile(files: FileSystem, dir: string): Promise<FolderConfig> {
  const path = toAbsolute(dir, CONFIG_FILE);
  if (!(await files.exists(path))) return { settings: {}, problems: [] };
  try {
    const decoded = decodeText(await files.read(path, { maxBytes: CONFIG_BYTES }));
    if (!('text' in decoded)) {
      return {
        settings: {},
        problems: [
          configProblem(sentence('is not UTF-8.'), sentence('Save it as UTF-8 and try again.')),
        ],
      };
    }
    const { settings, flaws } = readConfigText(decoded.text);
    const problems = flaws.map(({ what, remedy, range }) => ({
      ...configProblem(what, remedy),
      ...(range && { range }),
    }));
    return { settings, problems };
  } catch (error) {
    if (!PairLensError.is(error, 'unreadable-file')) throw error;
    const { message, remedy } = error.parts;
    return {
      settings: {},
      problems: [
        {
          code: 'invalid-config',
          file: CONFIG_FILE,
          message,
          remedy: remedy ?? sentence('Make it readable, or delete it.'),
        },
      ],
    };
  }
}

function configProblem(what: Sentence, remedy: Sentence): Problem {
  return {
    code: 'invalid-config',
    file: CONFIG_FILE,
    message: sentence('{0} {1}', CONFIG_FILE, what),
    remedy,
  };
}

/** The error for a config file that is not right, where nothing may be ignored. */
export function configError(dir: string, problems: readonly Problem[]): PairLensError | undefined {
  const [first, ...others] = problems;
  if (first === undefined) return undefined;
  return new PairLensError(
    'invalid-config',
    others.reduce<Sentence>(
      (text, { message, remedy }) => sentence('{0} {1} {2}', text, message, remedy),
      others.length === 0 ? first.message : sentence('{0} {1}', first.message, first.remedy),
    ),
    {
      path: toAbsolute(dir, first.file),
      remedy:
        others.length === 0
          ? first.remedy
          : sentence('Correct the file; docs/cli.md describes the settings.'),
    },
  );
}

/** The choices of a config file about single caption files and names. */
export interface FileChoices {
  /** Whether a file is read. */
  readonly isRead: (path: DatasetPath) => boolean;
  readonly columnsOf: (path: DatasetPath) => ColumnChoice | undefined;
  readonly roots: readonly NameMapping[];
  /** Extension of the captions beside images that is read first; in lower case, without the dot. */
  readonly captionExtension?: string;
}

export function fileChoices({
  include = [],
  exclude = [],
  columns = {},
  roots = {},
  captionExtension,
}: DatasetSettings): FileChoices {
  const isIncluded = include.length === 0 ? () => true : filePatterns(include);
  const isExcluded = filePatterns(exclude);
  const named = valueOfFile(columns);
  return {
    isRead: (path) => isIncluded(path) && !isExcluded(path),
    columnsOf: (path) => {
      const value = named(path)?.value;
      if (value === undefined) return undefined;
      const { image, caption = [] } = value;
      return {
        ...(image !== undefined && { image }),
        captions: typeof caption === 'string' ? [caption] : caption,
      };
    },
    ...(captionExtension !== undefined && {
      captionExtension: plainExtension(captionExtension),
    }),
    // The longest beginning first, because it says the most.
    roots: Object.entries(roots)
      .map(([prefix, folder]) => mappingFrom(prefix, placeOf(folder)))
      .sort((a, b) => b.prefix.length - a.prefix.length),
  };
}

/** `.Caption` as `caption`. */
function plainExtension(written: string): string {
  return written.replace(/^\./, '').toLowerCase();
}

/** A folder of the setting `roots`, which the schema has found to be inside. */
function placeOf(folder: string): DatasetPath {
  return resolveWithin('', folder.replaceAll('\\', '/')) ?? '';
}

/** Problems of settings that name what is not there. */
export function idleSettings(
  { columns = {}, roots = {}, captionExtension }: DatasetSettings,
  {
    tables,
    beside,
    index,
  }: {
    readonly tables: readonly DatasetPath[];
    /** Files that may lie beside images as their captions. */
    readonly beside: readonly DatasetPath[];
    readonly index: ImageIndex;
  },
): Problem[] {
  const isIdle =
    captionExtension !== undefined &&
    !beside.some((file) => extensionOf(file) === plainExtension(captionExtension));
  const unmatched = Object.keys(columns).filter((pattern) => {
    const matches = filePatterns([pattern]);
    return !tables.some((table) => table === pattern || matches(table));
  });
  const empty = Object.values(roots).filter((folder) => {
    const place = placeOf(folder);
    return !index.folders.some((known) => isWithin(known, place));
  });
  return [
    ...(isIdle
      ? [
          configProblem(
            sentence('names the caption extension "{0}", which no file has.', captionExtension),
            sentence('Correct the extension.'),
          ),
        ]
      : []),
    ...unmatched.map((pattern) =>
      configProblem(
        sentence('names the columns of "{0}", but there is no such caption file.', pattern),
        sentence('Correct the name, which is relative to the folder of the config file.'),
      ),
    ),
    ...empty.map((folder) =>
      configProblem(
        sentence('names the root "{0}", in which there is no image.', folder),
        sentence('Give a folder with images, relative to that of the config file.'),
      ),
    ),
  ];
}
