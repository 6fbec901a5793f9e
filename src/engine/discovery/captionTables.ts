import { throwIfCancelled, type CancelSignal } from '../../core/cancellation.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import type { ImageIndex } from '../../core/dataset/imageIndex.ts';
import { baseName } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import {
  HEAD_CHARACTERS,
  type CaptionFormat,
  type CaptionRow,
} from '../../core/formats/captionFormat.ts';
import { detectFormat } from '../../core/formats/formatTable.ts';
import { FileHead } from '../../core/formats/fileHead.ts';
import type { ColumnChoice } from '../../core/formats/columnChoice.ts';
import type { NameMapping } from '../../core/dataset/nameMapping.ts';
import { LIMITS } from '../../core/formats/limits.ts';
import type { FileSystem, Log } from '../../core/ports.ts';
import { TextStream } from '../../core/text/textStream.ts';
import { overLimit, tooManyRows } from './rowProblems.ts';
import { ImageFinder } from './imageFinder.ts';
import { unreadableFile } from './errorWords.ts';
import { type CaptionTable, TableRows } from './tableRows.ts';

/** Rows read between two yields to the event loop: about ten milliseconds. */
const ROWS_PER_TURN = 500;
/** Detects the format of a file by its name and first characters; undefined for a file without captions. */
export async function sniffTable(
  files: FileSystem,
  absolute: string,
  path: DatasetPath,
  images: ImageIndex,
  columns: ColumnChoice | undefined,
): Promise<CaptionFormat | undefined> {
  return detectFormat(await readFileHead(files, absolute, path, images), columns);
}

/** Reads the head of a file, for detection. @param images of its folder. */
export async function readFileHead(
  files: FileSystem,
  absolute: string,
  path: DatasetPath,
  images: ImageIndex,
): Promise<FileHead> {
  let head = '';
  for await (const chunk of new TextStream(files.stream(absolute)).chunks()) {
    head += chunk.slice(0, HEAD_CHARACTERS - head.length);
    if (head.length >= HEAD_CHARACTERS) break;
  }
  return new FileHead(baseName(path), head, images);
}

interface ReadTableOptions {
  /** Roots of image names that the user named. */
  readonly roots?: readonly NameMapping[];
  /** Columns that the user named; `format` is made with them. */
  readonly columns?: ColumnChoice;
  readonly signal?: CancelSignal | undefined;
  /** For bugs of a reader. */
  readonly log?: Log | undefined;
}

/** Reads a table. Errors become problems; only cancellation throws. */
export async function readTable(
  files: FileSystem,
  dir: string,
  absolute: string,
  file: DatasetPath,
  format: CaptionFormat,
  index: ImageIndex,
  { roots = [], columns, signal, log }: ReadTableOptions,
): Promise<CaptionTable> {
  const stream = new TextStream(files.stream(absolute));
  const finder = new ImageFinder(files, dir, index, file, format.images, roots);
  const rows = new TableRows(file, format);
  try {
    let count = 0;
    for await (const row of format.read({
      name: file,
      images: index,
      chunks: () => stream.chunks(),
    })) {
      if (++count % ROWS_PER_TURN === 0) {
        throwIfCancelled(signal);
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (count > LIMITS.rowsPerFile) {
        rows.addProblem(tooManyRows(file));
        break;
      }
      if (row.kind === 'problem') {
        const found = row.image === undefined ? undefined : await finder.find(row.image);
        if (found !== undefined && 'image' in found) rows.mention(found.image);
        rows.addProblem({
          code: row.code,
          file,
          message: row.message,
          remedy: row.remedy,
          ...(row.range === undefined ? {} : { range: row.range }),
          ...(found !== undefined && 'image' in found ? { image: found.image } : {}),
        });
      } else if (row.kind === 'unjudged') {
        const found = await Promise.all(row.images.map((image) => finder.find(image)));
        rows.addUnjudged(
          row.what,
          found.flatMap((place) => ('image' in place ? [place.image] : [])),
        );
      } else if (stream.damage !== undefined && `${row.caption}${row.image}`.includes('\uFFFD')) {
        rows.skip();
      } else if (isOverLimit(row)) {
        rows.addProblem(overLimit(file, row));
      } else {
        const found = await finder.find(row.image);
        if ('image' in found) {
          rows.add(row, found.image);
          for (const named of row.companions ?? []) {
            rows.addCompanion(row, found.image, named, await finder.find(named.name));
          }
        } else if ('unlisted' in found) rows.addUnlisted();
        else if ('video' in found) rows.addVideo(found.video);
        else rows.addLost(row, found);
      }
    }
  } catch (error) {
    if (PairLensError.is(error, 'cancelled')) throw error;
    rows.addProblem(unreadableFile(file, error, log));
  }
  rows.mapLost(finder);
  return { ...rows.finish(stream), ...(columns && { columns }) };
}

function isOverLimit({ image, caption }: CaptionRow): boolean {
  return caption.length > LIMITS.captionCharacters || image.length > LIMITS.nameCharacters;
}
