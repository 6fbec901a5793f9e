import type { CancelSignal } from '../core/cancellation.ts';
import type { DatasetPath } from '../core/dataset/dataset.ts';
import { extensionOf, isImageName, isSkippedFolder, stemOf } from '../core/dataset/fileKinds.ts';
import { baseName, toDatasetPath } from '../core/dataset/paths.ts';
import type { Problem } from '../core/dataset/problem.ts';
import type { FileSystem, ListProblem } from '../core/ports.ts';
import { type Sentence, sentence } from '../core/text/sentence.ts';

/** What lies in the opened folder, sorted by kind. All paths relative to it. */
export interface Listing {
  readonly images: readonly DatasetPath[];
  /** `.txt` and `.caption` files. */
  readonly texts: readonly DatasetPath[];
  /** Files whose name allows captions of many images: `.jsonl`, `.json`, `.csv`, `.token`, some `.txt`. */
  readonly tables: readonly DatasetPath[];
  /** What could not be listed. */
  readonly problems: readonly Problem[];
}

const TABLE_EXTENSIONS: ReadonlySet<string> = new Set(['json', 'jsonl', 'ndjson', 'csv', 'token']);
const TABLE_TEXT = /captions?|token|results/i;

/** Walks `dir`, leaving out hidden folders and tools' own. */
export async function discoverFiles(
  files: FileSystem,
  dir: string,
  sidecarExtensions: readonly string[],
  listening: { readonly signal?: CancelSignal; readonly onListed?: (done: number) => void },
): Promise<Listing> {
  const images: DatasetPath[] = [];
  const texts: DatasetPath[] = [];
  const others: DatasetPath[] = [];
  const problems: Problem[] = [];
  const walk = files.walk(dir, {
    skipFolder: isSkippedFolder,
    onProblem: (problem) => {
      const known = listProblem(problem, toDatasetPath(dir, problem.path) ?? problem.path);
      if (known !== undefined) problems.push(known);
    },
    ...(listening.signal === undefined ? {} : { signal: listening.signal }),
  });
  let listed = 0;
  for await (const entry of walk) {
    listening.onListed?.(++listed);
    const path = toDatasetPath(dir, entry.path);
    if (path === undefined || baseName(path).startsWith('._')) continue; // macOS' resource forks
    if (isImageName(path)) images.push(path);
    else if (sidecarExtensions.includes(extensionOf(path))) texts.push(path);
    else if (TABLE_EXTENSIONS.has(extensionOf(path))) others.push(path);
  }
  const stems = new Set(images.map(stemOf));
  // A .json beside its image describes that one image (img2dataset), and a .txt is its caption.
  const alone = (path: DatasetPath) => !stems.has(stemOf(path));
  return {
    images: images.sort(),
    texts: texts.sort(),
    tables: [
      ...others.filter((path) => extensionOf(path) !== 'json' || alone(path)),
      ...texts.filter((path) => TABLE_TEXT.test(baseName(path)) && alone(path)),
    ].sort(),
    problems,
  };
}

const LIST_REASONS: Readonly<
  Record<ListProblem['reason'], readonly [what: Sentence, remedy: Sentence]>
> = {
  'broken-link': [
    sentence('is a symbolic link to nothing'),
    sentence('Restore what it points to, or delete the link.'),
  ],
  'link-loop': [
    sentence('is a symbolic link that leads back to itself'),
    sentence('Delete the link.'),
  ],
  'no-permission': [sentence('may not be read'), sentence('Give yourself permission to read it.')],
  unreadable: [
    sentence('could not be read'),
    sentence('Check the disk, and that the file is not in use.'),
  ],
};

/** Undefined for what is no matter of a dataset, such as a broken link to a library. */
function listProblem(problem: ListProblem, file: DatasetPath): Problem | undefined {
  const [what, remedy] = LIST_REASONS[problem.reason];
  const extension = extensionOf(file);
  if (isImageName(file)) {
    return {
      code: 'unreadable-image',
      file,
      image: file,
      message: sentence('{0} {1}.', file, what),
      remedy,
    };
  }
  if (['txt', 'caption'].includes(extension) || TABLE_EXTENSIONS.has(extension)) {
    return { code: 'unreadable-caption', file, message: sentence('{0} {1}.', file, what), remedy };
  }
  if (problem.reason === 'broken-link' && extension !== '') return undefined;
  const folder = file === '' ? sentence('The folder') : file;
  const message = sentence('{0} {1}; nothing in it was audited.', folder, what);
  return { code: 'unreadable-image', file, message, remedy };
}
