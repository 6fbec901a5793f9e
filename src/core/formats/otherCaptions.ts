import { captionColumns, isNamedForCaptions } from './columnNames.ts';
import type { FileHead } from './fileHead.ts';
import { columnsOf } from './unreadTable.ts';

/** The column or property that captions are read from, and others that are called captions, too. */
export interface OtherCaptions {
  readonly read: string;
  readonly others: readonly string[];
}

/** Undefined for a file without such others. */
export function otherCaptions(head: FileHead): OtherCaptions | undefined {
  const columns = columnsOf(head);
  const [read, ...more] = captionColumns(columns);
  if (read === undefined || more.length > 0) return undefined;
  const others = columns.filter((name) => name !== read && isNamedForCaptions(name));
  return others.length === 0 ? undefined : { read, others };
}
