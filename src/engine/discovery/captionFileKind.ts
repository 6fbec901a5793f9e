import type { DatasetPath } from '../../core/dataset/dataset.ts';
import type { ColumnChoice } from '../../core/formats/columnChoice.ts';

/** How a caption file of a dataset was read, and is read again after a change. */
export type CaptionFileKind =
  | {
      readonly kind: 'table';
      /** Id of its format. */
      readonly format: string;
      /** Its columns, if the user named them. */
      readonly columns?: ColumnChoice;
      /** Images with a row in it, including blank captions. */
      readonly mentioned: ReadonlySet<DatasetPath>;
      /** Images that its rows refer to without captioning them: companions, images that a trainer would not find. */
      readonly accounted: ReadonlySet<DatasetPath>;
    }
  | {
      readonly kind: 'sidecar';
      /** Id of its format. */
      readonly format: string;
      /** Several if `01.png` and `01.jpg` share `01.txt`. */
      readonly images: readonly DatasetPath[];
    };

/** Caption files by path. */
export type CaptionFiles = ReadonlyMap<DatasetPath, CaptionFileKind>;
