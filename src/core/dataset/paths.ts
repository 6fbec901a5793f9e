import type { DatasetPath } from './dataset.ts';

/** Style of an absolute path, derived from the path itself, so that tests run on any platform. */
export type PathStyle = 'posix' | 'windows';

/** Why a file name in a caption file cannot be resolved to a file of the dataset. */
export type PathRefusal = 'empty' | 'url' | 'absolute' | 'climbs-out' | 'not-a-path';

/** Possible paths of a file name, the most likely first, or why it cannot be resolved. */
export type PathReading =
  { readonly candidates: readonly DatasetPath[] } | { readonly refused: PathRefusal };

const DRIVE = /^[A-Za-z]:(?=[\\/]|$)/;
const DRIVE_RELATIVE = /^[A-Za-z]:[^\\/]/;
const UNC = /^[\\/]{2}[^\\/]/;
/** At least two letters: one letter and a colon is a drive. */
const URL_SCHEME = /^(?:[A-Za-z][A-Za-z0-9+.-]+:\/\/|data:)/;
const EXTENDED_LENGTH = /^\\\\\?\\(?:UNC\\)?/i;

export function pathStyle(absolute: string): PathStyle {
  return DRIVE.test(absolute) || absolute.startsWith('\\\\') ? 'windows' : 'posix';
}

/** Joins the absolute path `root`, in its platform's style, with a dataset path. */
export function toAbsolute(root: string, path: DatasetPath): string {
  const separator = pathStyle(root) === 'windows' ? '\\' : '/';
  if (path === '') return root;
  const tail = separator === '\\' ? path.replaceAll('/', '\\') : path;
  return /[\\/]$/.test(root) && (separator === '\\' || root.endsWith('/'))
    ? root + tail
    : root + separator + tail;
}

/** The dataset path of an absolute path; undefined if it is outside of `root`. */
export function toDatasetPath(root: string, absolute: string): DatasetPath | undefined {
  const style = pathStyle(root);
  if (pathStyle(absolute) !== style && !(style === 'windows' && UNC.test(absolute)))
    return undefined;
  const rootParts = absoluteParts(root, style);
  const parts = absoluteParts(absolute, style);
  const same = style === 'windows' ? equalFolded : (a: string, b: string) => a === b;
  if (parts.length < rootParts.length) return undefined;
  if (!rootParts.every((part, i) => same(part, parts[i] ?? ''))) return undefined;
  return parts.slice(rootParts.length).join('/');
}

/** The path of a `file:` address, as browsers and annotation tools write it; other names as they are. */
export function pathOfAddress(written: string): string {
  const [, drive = '', rest] = FILE_ADDRESS.exec(written) ?? [];
  if (rest === undefined) return written;
  try {
    return decodeURIComponent(drive === '' ? `/${rest}` : `${drive}${rest}`);
  } catch {
    return written; // a percent sign that begins no escape
  }
}

const FILE_ADDRESS = /^file:\/\/(?:localhost)?\/([A-Za-z]:\/)?(.*)$/is;

/**
 * Resolves a file name of a caption file.
 * @param address as in the file: relative or absolute, with either kind of slash, or `file:///...`.
 * @param base folder the name is relative to, within `root`.
 * @param root absolute path of the opened folder; absolute names inside it are followed.
 * @param fence folder within `root` that the name must not leave; `''` is the root itself.
 */
export function readWrittenPath(
  address: string,
  base: DatasetPath,
  root: string,
  fence: DatasetPath = '',
): PathReading {
  const written = pathOfAddress(address);
  if (written.trim() === '') return { refused: 'empty' };
  if (written.includes('\0')) return { refused: 'not-a-path' };
  if (URL_SCHEME.test(written)) return { refused: 'url' };
  const style = pathStyle(root);
  if (isAbsolute(written)) {
    const inside = toDatasetPath(root, written);
    return inside === undefined || !isWithin(inside, fence)
      ? { refused: 'absolute' }
      : { candidates: [inside] };
  }
  if (style === 'windows' && DRIVE_RELATIVE.test(written)) return { refused: 'not-a-path' };
  const spellings =
    style === 'posix' && written.includes('\\')
      ? [written, written.replaceAll('\\', '/')] // a backslash is a legal character in file names, but more often a separator
      : [written.replaceAll('\\', '/')];
  const candidates = spellings
    .map((spelling) => resolveWithin(base, spelling))
    .filter((path) => path !== undefined && isWithin(path, fence));
  return candidates.length > 0
    ? { candidates: candidates as DatasetPath[] }
    : { refused: 'climbs-out' };
}

/** `base` joined with a relative path, `.` and `..` resolved; undefined if it leaves the root. */
export function resolveWithin(base: DatasetPath, relative: string): DatasetPath | undefined {
  const parts = base === '' ? [] : base.split('/');
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

export function isWithin(path: DatasetPath, folder: DatasetPath): boolean {
  return folder === '' || path === folder || path.startsWith(folder + '/');
}

export function folderOf(path: DatasetPath): DatasetPath {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function baseName(path: DatasetPath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function joinPath(folder: DatasetPath, name: string): DatasetPath {
  return folder === '' ? name : name === '' ? folder : `${folder}/${name}`;
}

/** The deepest common parent folder. */
export function commonFolder(a: DatasetPath, b: DatasetPath): DatasetPath {
  const left = a.split('/');
  const right = b.split('/');
  let shared = 0;
  while (shared < left.length && shared < right.length && left[shared] === right[shared]) shared++;
  return left.slice(0, shared).join('/');
}

/** `path` relative to its parent `folder`. */
export function within(folder: DatasetPath, path: DatasetPath): DatasetPath {
  if (folder === '' || !isWithin(path, folder)) return path;
  return path.slice(folder.length + 1);
}

/** `path` as seen from a folder that need not hold it: `../val/a.jpg` from `train`. */
export function seenFrom(folder: DatasetPath, path: DatasetPath): DatasetPath {
  const shared = commonFolder(folder, path);
  const up =
    within(shared, folder) === '' || folder === shared ? [] : within(shared, folder).split('/');
  return [...up.map(() => '..'), within(shared, path)].join('/');
}

/** As `toAbsolute`, for a path that may climb out of `root` by way of `..`. */
export function toAbsoluteFrom(root: string, path: DatasetPath): string {
  let folder = root;
  let rest = path;
  while (rest.startsWith('../')) {
    folder = folder.replace(/[\\/][^\\/]+[\\/]*$/, '');
    rest = rest.slice(3);
  }
  return toAbsolute(folder === '' ? '/' : folder, rest);
}

/** Whether a path is relative and stays inside of the folder it is relative to. */
export function isInside(path: string): boolean {
  return !isAbsolute(path) && resolveWithin('', path.replaceAll('\\', '/')) !== undefined;
}

export function isAbsolute(path: string): boolean {
  return path.startsWith('/') || DRIVE.test(path) || UNC.test(path) || path.startsWith('\\\\?\\');
}

/** Parts of an absolute path, the drive or the UNC server first. */
function absoluteParts(path: string, style: PathStyle): string[] {
  const plain =
    style === 'windows'
      ? path.replace(EXTENDED_LENGTH, (mark) => (/UNC/i.test(mark) ? '\\\\' : ''))
      : path;
  const parts: string[] = [];
  for (const part of plain.split(style === 'windows' ? /[\\/]/ : '/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts;
}

function equalFolded(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}
