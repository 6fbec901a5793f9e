import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import { baseName, folderOf, joinPath } from '../../core/dataset/paths.ts';
import { SIDECAR_EXTENSIONS } from '../../core/formats/captionFiles.ts';

/** Folder and extension of new sidecars, as those of neighbouring images. */
export class SidecarPlaces {
  readonly #byFolder = new Map<DatasetPath, DatasetPath>();

  constructor(sidecarOf: ReadonlyMap<DatasetPath, DatasetPath>) {
    for (const [image, file] of sidecarOf) this.#byFolder.set(folderOf(image), file);
  }

  of(image: DatasetPath): DatasetPath {
    const neighbour = this.#byFolder.get(folderOf(image));
    return neighbour === undefined ? `${stemOf(image)}.txt` : placeLike(neighbour, image);
  }
}

/** The sidecar path of an image, in the style of a neighbour's sidecar. */
export function placeLike(neighbour: DatasetPath, image: DatasetPath): DatasetPath {
  // A mixture of the two usual extensions is not a convention.
  const extension = extensionOf(neighbour);
  const usual = SIDECAR_EXTENSIONS.includes(extension) ? 'txt' : extension;
  return `${joinPath(folderOf(neighbour), baseName(stemOf(image)))}.${usual}`;
}
