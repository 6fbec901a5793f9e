import { toDatasetPath } from '../../core/dataset/paths.ts';

/** Folders that lie in none of the others. */
export function outermost(folders: readonly string[]): string[] {
  const distinct = [...new Set(folders)];
  return distinct.filter(
    (folder) =>
      !distinct.some((other) => other !== folder && toDatasetPath(other, folder) !== undefined),
  );
}
