import type { DatasetPath } from '../../core/dataset/dataset.ts';

/** How a caption file of a dataset was read, which is how it is read again on its own. */
export type CaptionFileKind =
  | {
      readonly kind: 'table';
      /** Id of its format. */
      readonly format: string;
      /** Images with a row in it, blank captions included. */
      readonly mentioned: ReadonlySet<DatasetPath>;
      /** Pictures that its rows account for without captioning them: companions, images they mean. */
      readonly accounted: ReadonlySet<DatasetPath>;
    }
  | {
      readonly kind: 'sidecar';
      /** Id of its format. */
      readonly format: string;
      /** More than one where `01.png` and `01.jpg` share `01.txt`. */
      readonly images: readonly DatasetPath[];
    };

/** Caption files by path. */
export type CaptionFiles = ReadonlyMap<DatasetPath, CaptionFileKind>;
