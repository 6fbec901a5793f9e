import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import type { ImageIndex } from '../../core/dataset/imageIndex.ts';
import { folderOf, toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import { describeNamingText } from '../../core/formats/namingText.ts';
import type { FileSystem } from '../../core/ports.ts';
import { readFileHead } from './captionTables.ts';
import type { UnreadFile } from './unreadFiles.ts';

/** Extensions of texts in other languages that may list images with captions. */
const TEXT_EXTENSIONS: ReadonlySet<string> = new Set([
  ...['xml', 'yaml', 'yml', 'toml', 'html', 'htm', 'md', 'rst', 'ini', 'lst', 'list', 'dat', ''],
]);
/** The same for programs and other texts, of which there may be many; they are looked into last. */
const PROGRAM_EXTENSIONS: ReadonlySet<string> = new Set(['py', 'js', 'ts', 'tex', 'log', 'org']);

/** Most files that are looked into: such a file is one of few. */
const LOOKED_INTO = 50;
/** Smallest share of the images of its folders that such a file names, so that examples in a README are not meant. */
const MOST = 0.5;

/**
 * Texts that name images which have no caption otherwise, in a form that is not read.
 * @param rest files that are neither images nor caption files.
 */
export async function namingFiles(
  files: FileSystem,
  dir: string,
  rest: readonly DatasetPath[],
  index: ImageIndex,
  signal?: CancelSignal,
): Promise<UnreadFile[]> {
  const candidates = [TEXT_EXTENSIONS, PROGRAM_EXTENSIONS].flatMap((extensions) =>
    rest.filter(
      (file) => extensions.has(extensionOf(file)) && index.withStem(stemOf(file)).length === 0,
    ),
  );
  const found: UnreadFile[] = [];
  for (const file of candidates.slice(0, LOOKED_INTO)) {
    throwIfCancelled(signal);
    try {
      const head = await readFileHead(files, toAbsolute(dir, file), file, index);
      const described = describeNamingText(head);
      if (described !== undefined && namesMost(described.names, index)) {
        found.push({ file, ...described, isForUncaptioned: true });
      }
    } catch (error) {
      if (!PairLensError.is(error, 'unreadable-file')) throw error;
    }
  }
  return found;
}

function namesMost(names: readonly string[], index: ImageIndex): boolean {
  const named = new Set(names.flatMap((name) => index.allNamed(name)));
  const folders = new Set([...named].map(folderOf));
  const all = index.paths.filter((path) => folders.has(folderOf(path)));
  return named.size >= MOST * all.length;
}
