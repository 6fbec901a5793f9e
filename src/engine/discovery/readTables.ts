import type { DatasetPath } from '../../core/dataset/dataset.ts';
import type { ImageIndex } from '../../core/dataset/imageIndex.ts';
import { baseName, toAbsolute } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { PairLensError } from '../../core/errors.ts';
import type { ColumnChoice } from '../../core/formats/columnChoice.ts';
import type { FileHead } from '../../core/formats/fileHead.ts';
import { detectFormat } from '../../core/formats/formatTable.ts';
import { otherCaptions } from '../../core/formats/otherCaptions.ts';
import { columnsOf, describeUnread } from '../../core/formats/unreadTable.ts';
import type { FileSystem } from '../../core/ports.ts';
import { CONFIG_FILE } from '../../core/settings/settingTable.ts';
import { type Listing } from './listFiles.ts';
import { downloadRecord } from './downloadRecords.ts';
import { withPackedImages } from './packedImages.ts';
import { readFileHead, readTable } from './captionTables.ts';
import { type CaptionTable } from './tableRows.ts';
import { type UnreadFile } from './unreadFiles.ts';
import { sentence } from '../../core/text/sentence.ts';
import { unreadableFile } from './errorWords.ts';
import { type FileChoices } from './configFile.ts';
import type { OpenOptions } from './openDatasets.ts';

/** Reads the files of a listing that may be tables: those of a known format, and what the others hold. */
export async function readTables(
  files: FileSystem,
  dir: string,
  listing: Listing,
  index: ImageIndex,
  choices: FileChoices,
  { signal, log }: OpenOptions,
): Promise<{
  tables: CaptionTable[];
  unread: UnreadFile[];
  /** Files of no format that are not reported. */
  shapeless: DatasetPath[];
  problems: Problem[];
}> {
  const tables: CaptionTable[] = [];
  const unread: UnreadFile[] = [];
  const shapeless: DatasetPath[] = [];
  const problems: Problem[] = [];
  for (const file of listing.tables) {
    const absolute = toAbsolute(dir, file);
    try {
      const columns = choices.columnsOf(file);
      const record = columns === undefined ? downloadRecord(file, listing) : undefined;
      if (record !== undefined) {
        unread.push(record);
        continue;
      }
      const head = await readFileHead(files, absolute, file, index);
      const format = detectFormat(head, columns);
      if (format === undefined && columns !== undefined) {
        problems.push(noSuchColumns(head, file, columns));
        continue;
      }
      if (format === undefined) {
        const described = describeUnread(head);
        const problem = described === undefined ? unrecognised(file) : undefined;
        if (described !== undefined) unread.push({ file, ...described });
        if (problem !== undefined) problems.push(problem);
        if (described === undefined && problem === undefined) shapeless.push(file);
        continue;
      }
      const table = withPackedImages(
        await readTable(files, dir, absolute, file, format, index, {
          roots: choices.roots,
          ...(columns && { columns }),
          signal,
          log,
        }),
        listing.rest,
      );
      // Many JSON files have "images"; without captions they are not caption files.
      const { pairs, problems: flaws, unlistedRows, unjudged } = table;
      if (pairs.length + flaws.length + unlistedRows + unjudged.length > 0) {
        tables.push(table);
        if (columns === undefined) unread.push(...othersBeside(file, head));
      } else {
        const described = describeUnread(head);
        if (described !== undefined) unread.push({ file, ...described });
      }
    } catch (error) {
      if (PairLensError.is(error, 'cancelled')) throw error;
      problems.push(unreadableFile(file, error, log));
    }
  }
  return { tables, unread, shapeless, problems };
}

/** Columns that may be meant in place of the one that is read: listed, not reported. */
function othersBeside(file: DatasetPath, head: FileHead): UnreadFile[] {
  const found = otherCaptions(head);
  if (found === undefined) return [];
  const { read, others } = found;
  const what = sentence(
    'its captions are read from "{0}", and not from {1}',
    read,
    others.map((name) => `"${name}"`).join(', '),
  );
  const remedy = sentence('Name the other in {0}, if it is meant.', CONFIG_FILE);
  return [{ file, what, remedy, names: [], isLeftAlone: true }];
}

/** The problem of a file without the columns that the config file names. */
function noSuchColumns(
  head: FileHead,
  file: DatasetPath,
  { image, captions }: ColumnChoice,
): Problem {
  const known = columnsOf(head);
  return {
    code: 'unreadable-caption',
    file,
    message: sentence(
      '{0} was not read: it has no columns {1}, which {2} names.',
      file,
      [image, ...captions].flatMap((name) => (name === undefined ? [] : `"${name}"`)).join(', '),
      CONFIG_FILE,
    ),
    remedy:
      known.length === 0
        ? sentence('Correct the names in {0}.', CONFIG_FILE)
        : sentence('Its columns are {0}.', known.map((name) => `"${name}"`).join(', ')),
  };
}

/** The problem of a file with the name of a caption file that no trainer would read. */
function unrecognised(file: DatasetPath): Problem | undefined {
  if (!/^metadata\.(?:jsonl|csv)$/i.test(baseName(file))) return undefined;
  return {
    code: 'unreadable-caption',
    file,
    message: sentence(
      '{0} names no captions: it needs "file_name" and one of "text", "caption" or "prompt".',
      file,
    ),
    remedy: sentence('Add the two, or delete the file if the captions are elsewhere.'),
  };
}
