import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { folderOf } from '../../core/dataset/paths.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { CaptionTable } from './tableRows.ts';
import { isPacked } from './unreadFiles.ts';

/** The table, with the remedy to unpack the archive beside it if all its images are missing. */
export function withPackedImages(table: CaptionTable, rest: readonly DatasetPath[]): CaptionTable {
  const isLost = table.problems.some(({ code }) => code === 'missing-image');
  if (!isLost || table.mentioned.size > 0) return table;
  const packed = rest.filter(isPacked);
  const folder = folderOf(table.file);
  const archive = packed.find((file) => folderOf(file) === folder) ?? packed[0];
  if (archive === undefined) return table;
  const remedy = sentence('The images may be in {0}, which is still packed: unpack it.', archive);
  return {
    ...table,
    problems: table.problems.map((problem) =>
      problem.code === 'missing-image' ? { ...problem, remedy, related: [archive] } : problem,
    ),
  };
}

/** Archives that the problems of caption files already name. */
export function namedArchives(tables: readonly CaptionTable[]): Set<DatasetPath> {
  return new Set(
    tables.flatMap(({ problems }) =>
      problems.flatMap(({ related = [] }) => related.filter(isPacked)),
    ),
  );
}
