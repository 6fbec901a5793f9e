import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { stemOf } from '../../core/dataset/fileKinds.ts';
import { baseName, folderOf } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { sentence } from '../../core/text/sentence.ts';

/** Files that describe a dataset and have the extension of captions. */
const PROSE =
  /^(?:readme|licen[cs]es?|notice|changelog|credits|copying|authors|contributors|requirements|todo|notes?|attribution|sources?|robots|manifest|urls?|classes|labels|tags|prompts?|sample[-_]prompts?|captions?|index|list|train|val|test)(?:[-_. ].*)?$/i;

export function isProse(file: DatasetPath): boolean {
  return PROSE.test(stemOf(baseName(file)));
}

/** Captions in a separate folder whose image is missing. */
export function orphansApart(
  texts: readonly DatasetPath[],
  { imagesOf }: { readonly imagesOf: ReadonlyMap<DatasetPath, unknown> },
  folders: ReadonlyMap<DatasetPath, DatasetPath>,
): Problem[] {
  return texts.flatMap((file): Problem[] => {
    const home = folders.get(folderOf(file));
    if (home === undefined || imagesOf.has(file) || isProse(file)) return [];
    return [
      {
        code: 'missing-image',
        file,
        message: sentence(
          '{0} is a caption, but there is no image of that name in {1}.',
          file,
          home === '' ? '.' : home,
        ),
        remedy: sentence('Put the image back, rename one of the two, or delete the caption.'),
      },
    ];
  });
}
