import { throwIfCancelled, type CancelSignal } from '../core/cancellation.ts';
import type { DatasetPath, Pair, SourceRange } from '../core/dataset/dataset.ts';
import type { ImageIndex } from '../core/dataset/imageIndex.ts';
import { baseName, folderOf } from '../core/dataset/paths.ts';
import type { Problem } from '../core/dataset/problem.ts';
import { splitFromFolders, splitFromName } from '../core/dataset/split.ts';
import { PairLensError } from '../core/errors.ts';
import {
  HEAD_CHARACTERS,
  type CaptionFormat,
  type CaptionRow,
} from '../core/formats/captionFormat.ts';
import { detectFormat } from '../core/formats/table.ts';
import type { FileSystem } from '../core/ports.ts';
import { reencodeRemedy } from '../core/text/decodeText.ts';
import { TextStream } from '../core/text/textStream.ts';
import { ImageFinder } from './discoverImages.ts';
import { type Sentence, sentence } from '../core/text/sentence.ts';
import { errorWords } from './errorWords.ts';

/** A caption file of many images, read. Paths relative to the opened folder. */
export interface CaptionTable {
  readonly file: DatasetPath;
  readonly format: CaptionFormat;
  /** Captions of one image stay together, images in order of first mention. */
  readonly pairs: readonly Pair[];
  readonly problems: readonly Problem[];
  /** Images with a row here, blank captions included. */
  readonly mentioned: ReadonlySet<DatasetPath>;
  /** Rows of images that are there but cannot be opened, and are reported as the files they are. */
  readonly unlistedRows: number;
}

/** Rows that are read before others have their turn: some ten milliseconds. */
const ROWS_PER_TURN = 500;
/** From here on, a file none of whose images exist is one problem instead of one a row. */
const MANY_LOST = 20;

/** The format of a file, by its name and first characters; undefined for a file without captions. */
export async function sniffTable(
  files: FileSystem,
  absolute: string,
  path: DatasetPath,
): Promise<CaptionFormat | undefined> {
  let head = '';
  for await (const chunk of new TextStream(files.stream(absolute)).chunks()) {
    head += chunk.slice(0, HEAD_CHARACTERS - head.length);
    if (head.length >= HEAD_CHARACTERS) break;
  }
  return detectFormat(baseName(path), head);
}

/** Reads a caption file. Whatever is wrong with it becomes a problem; only a cancellation throws. */
export async function readTable(
  files: FileSystem,
  dir: string,
  absolute: string,
  file: DatasetPath,
  format: CaptionFormat,
  index: ImageIndex,
  signal: CancelSignal | undefined,
): Promise<CaptionTable> {
  const stream = new TextStream(files.stream(absolute));
  const finder = new ImageFinder(files, dir, index, file, format.images);
  const rows = new TableRows(file, format);
  try {
    let count = 0;
    for await (const row of format.read({ name: file, chunks: () => stream.chunks() })) {
      if (++count % ROWS_PER_TURN === 0) {
        throwIfCancelled(signal);
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (row.kind === 'problem') {
        const found = row.image === undefined ? undefined : await finder.find(row.image);
        rows.addProblem({
          code: row.code,
          file,
          message: row.message,
          remedy: row.remedy,
          ...(row.range === undefined ? {} : { range: row.range }),
          ...(found !== undefined && 'image' in found ? { image: found.image } : {}),
        });
      } else if (stream.damage !== undefined && `${row.caption}${row.image}`.includes('\uFFFD')) {
        rows.skip();
      } else {
        const found = await finder.find(row.image);
        if ('image' in found) rows.add(row, found.image);
        else if ('unlisted' in found) rows.addUnlisted();
        else rows.addLost(row, found);
      }
    }
  } catch (error) {
    if (PairLensError.is(error, 'cancelled')) throw error;
    rows.addProblem(unreadableTable(file, error));
  }
  return rows.finish(stream);
}

function unreadableTable(file: DatasetPath, error: unknown): Problem {
  const known = PairLensError.is(error, 'unreadable-file');
  // A string longer than the runtime can hold is the one thing a whole-file format runs into.
  if (!known && !(error instanceof RangeError)) throw error;
  return {
    code: 'unreadable-caption',
    file,
    ...(known
      ? errorWords(error)
      : {
          message: sentence('{0} is too large to be read as one JSON document.', file),
          remedy: sentence('Convert it to metadata.jsonl.'),
        }),
  };
}

/** Gathers what the rows of one file come to. */
class TableRows {
  readonly #file: DatasetPath;
  readonly #format: CaptionFormat;
  readonly #byImage = new Map<DatasetPath, Pair[]>();
  readonly #counts = new Map<DatasetPath, number>();
  readonly #seen = new Map<string, { readonly range: SourceRange; repeats: SourceRange[] }>();
  readonly #problems: Problem[] = [];
  readonly #lost: Problem[] = [];
  #skipped = 0;
  #unlisted = 0;

  constructor(file: DatasetPath, format: CaptionFormat) {
    this.#file = file;
    this.#format = format;
  }

  add(row: CaptionRow, image: DatasetPath): void {
    const identity = JSON.stringify([image, row.key, row.caption]);
    const seen = this.#seen.get(identity);
    if (seen !== undefined) {
      seen.repeats.push(row.range);
      return;
    }
    this.#seen.set(identity, { range: row.range, repeats: [] });
    const captionIndex = this.#counts.get(image) ?? 0;
    this.#counts.set(image, captionIndex + 1);
    if (row.caption.trim() === '') {
      this.#problems.push({
        code: 'empty-caption',
        file: this.#file,
        image,
        range: row.range,
        message: sentence(
          'Line {0} of {1} has an empty caption for {2}.',
          row.range.line + 1,
          this.#file,
          image,
        ),
        remedy: sentence('Write a caption, or delete the row.'),
      });
      return;
    }
    const split = splitOf(row, image);
    const pair: Pair = {
      image,
      caption: row.caption,
      captionIndex,
      source: { file: this.#file, format: this.#format.id, range: row.range },
      ...(split === undefined ? {} : { split }),
    };
    const known = this.#byImage.get(image);
    if (known === undefined) this.#byImage.set(image, [pair]);
    else known.push(pair);
  }

  addLost(
    row: CaptionRow,
    lost: { code: Problem['code']; because: Sentence; remedy: Sentence },
  ): void {
    this.#lost.push({
      code: lost.code,
      file: this.#file,
      range: row.range,
      message: sentence(
        'Line {0} of {1} names "{2}", {3}.',
        row.range.line + 1,
        this.#file,
        row.image,
        lost.because,
      ),
      remedy: lost.remedy,
    });
  }

  addUnlisted(): void {
    this.#unlisted++;
  }

  addProblem(problem: Problem): void {
    this.#problems.push(problem);
  }

  /** A row with invalid bytes: not judged. */
  skip(): void {
    this.#skipped++;
  }

  finish(stream: TextStream): CaptionTable {
    const problems = [...this.#problems, ...this.#lostProblems()];
    if (stream.damage !== undefined) {
      const { guess } = stream.damage;
      const looks = guess === undefined ? '' : sentence(' It looks like {0}.', guess);
      problems.push({
        code: 'wrong-encoding',
        file: this.#file,
        message: sentence(
          '{0} is not valid UTF-8.{1} {2} rows with damaged characters were not judged.',
          this.#file,
          looks,
          this.#skipped,
        ),
        remedy: reencodeRemedy(guess),
      });
    }
    for (const [identity, { range, repeats }] of this.#seen) {
      const [first] = repeats;
      if (first === undefined) continue;
      const [image] = JSON.parse(identity) as [DatasetPath];
      const lines = [range, ...repeats].map((at) => at.line + 1).join(', ');
      problems.push({
        code: 'ambiguous-pair',
        file: this.#file,
        image,
        range: first,
        message: sentence(
          '{0} gives {1} the same caption {2} times, on lines {3}.',
          this.#file,
          image,
          repeats.length + 1,
          lines,
        ),
        remedy: sentence('Delete the repeated rows; they are counted once here.'),
      });
    }
    return {
      file: this.#file,
      format: this.#format,
      pairs: [...this.#byImage.values()].flat(),
      problems,
      mentioned: new Set(this.#counts.keys()),
      unlistedRows: this.#unlisted,
    };
  }

  #lostProblems(): Problem[] {
    const [first] = this.#lost;
    if (first === undefined || this.#counts.size > 0 || this.#lost.length <= MANY_LOST) {
      return this.#lost;
    }
    return [
      {
        ...first,
        message: sentence(
          'None of the {0} images that {1} names was found. {2}',
          this.#lost.length,
          this.#file,
          first.message,
        ),
      },
    ];
  }
}

/** The row's own word on its split, else that of the folders the image lies in. */
function splitOf(row: CaptionRow, image: DatasetPath): string | undefined {
  if (row.split !== undefined) return splitFromName(row.split) ?? row.split;
  return splitFromFolders(folderOf(image));
}
