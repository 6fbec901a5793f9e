import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import { baseName, folderOf, joinPath } from '../../core/dataset/paths.ts';
import { SIDECAR_EXTENSIONS } from '../../core/formats/captionFiles.ts';

/** Where the captions of a folder's images lie, and with which extension: as those of their neighbours. */
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

/** The name that the caption of an image has where those of its neighbours lie as this one. */
export function placeLike(neighbour: DatasetPath, image: DatasetPath): DatasetPath {
  // Of the two usual extensions a mixture is no custom.
  const extension = extensionOf(neighbour);
  const usual = SIDECAR_EXTENSIONS.includes(extension) ? 'txt' : extension;
  return `${joinPath(folderOf(neighbour), baseName(stemOf(image)))}.${usual}`;
}
