import { pushTo } from '../../core/collections.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { isImageName } from '../../core/dataset/fileKinds.ts';
import { folderOf, isWithin } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { sentence } from '../../core/text/sentence.ts';

/** A link that leads out of the opened folder; path relative to the folder. */
export interface OutsideDatasetLink {
  readonly path: DatasetPath;
  readonly target: string;
  readonly kind: 'file' | 'folder';
}

/** From this number, the links of one folder are one problem, because they are probably intended. */
const MANY_LINKS = 20;
/** Most links named in a problem. */
const NAMED_LINKS = 3;

/**
 * Problems of links that lead out of the opened folder.
 * @param listed images and caption files; links without any of them are ignored.
 */
export function outsideLinkProblems(
  links: readonly OutsideDatasetLink[],
  listed: readonly DatasetPath[],
): Problem[] {
  if (links.length === 0) return [];
  const known = new Set(listed);
  const byFolder = new Map<DatasetPath, OutsideDatasetLink[]>();
  for (const link of links) {
    const brings =
      link.kind === 'file'
        ? known.has(link.path)
        : listed.some((path) => isWithin(path, link.path));
    if (!brings) continue;
    pushTo(byFolder, folderOf(link.path), link);
  }
  return [...byFolder].flatMap(([folder, beside]) =>
    beside.length > MANY_LINKS ? [manyLinks(folder, beside)] : beside.map(oneLink),
  );
}

const REMEDY = sentence(
  'Nothing to do if you made the link: PairLens reads through it and never writes through it. Otherwise look at what it leads to, and delete it.',
);

function oneLink({ path, target, kind }: OutsideDatasetLink): Problem {
  return {
    code: 'outside-link',
    file: path,
    ...(isImageName(path) && kind === 'file' ? { image: path } : {}),
    message: sentence('{0} is a link to {1}, outside of the opened folder.', path, target),
    remedy: REMEDY,
  };
}

function manyLinks(folder: DatasetPath, links: readonly OutsideDatasetLink[]): Problem {
  const named = links.slice(0, NAMED_LINKS);
  const [first] = named;
  const examples = named.map(({ path, target }) => `${path} → ${target}`).join(', ');
  return {
    code: 'outside-link',
    file: first?.path ?? folder,
    related: named.slice(1).map(({ path }) => path),
    message: sentence(
      '{0} links in {1} lead outside of the opened folder: {2}, …',
      links.length,
      folder === '' ? sentence('the folder itself') : folder,
      examples,
    ),
    remedy: REMEDY,
  };
}
