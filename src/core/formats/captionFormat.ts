import type { SourceRange } from '../dataset/dataset.ts';
import type { ProblemCode } from '../dataset/problem.ts';
import type { Sentence } from '../text/sentence.ts';
import type { ImageNames } from './columnNames.ts';
import type { FileHead } from './fileHead.ts';

/** One caption as a format reads it, before anyone looked for the image. */
export interface CaptionRow {
  readonly kind: 'caption';
  /** The image as the file names it; where to look for it is `ImagePlace`'s matter. */
  readonly image: string;
  /** Unescaped. May be blank: the reader of rows reports that. */
  readonly caption: string;
  readonly range: SourceRange;
  /** What tells captions of one image apart by more than their words, e.g. the COCO annotation id. */
  readonly key?: string;
  readonly split?: string;
  /** Other pictures that the row names: a control image, a mask, the picture before an edit. */
  readonly companions?: readonly NamedPicture[];
}

/** A picture as a row names it under a key or column that is not that of its image. */
export interface NamedPicture {
  readonly key: string;
  readonly name: string;
}

/** A row that cannot be read; its neighbours can. */
export interface RowProblem {
  readonly kind: 'problem';
  readonly code: ProblemCode;
  readonly message: Sentence;
  readonly remedy: Sentence;
  readonly range?: SourceRange;
  readonly image?: string;
}

/** A row that was understood and is not audited, such as a turn of a conversation about several images. */
export interface UnjudgedRow {
  readonly kind: 'unjudged';
  /** Which rows these are, in words that follow their number: "conversations about several images". */
  readonly what: Sentence;
  /** As `CaptionRow.image`. */
  readonly images: readonly string[];
}

export type FormatRow = CaptionRow | RowProblem | UnjudgedRow;

/** What a file beside one image holds. */
export interface SidecarText {
  /** None where it is blank, or says other things. `image` is left empty. */
  readonly captions: readonly CaptionRow[];
  /** What is wrong with it. */
  readonly flaw?: RowProblem;
}

/** A decoded caption file, to be read once. */
export interface CaptionFile {
  /** For messages. */
  readonly name: string;
  /** The images around it, for formats that tell by them which column names images. */
  readonly images?: ImageNames;
  /** Whether these are some rows of the file under its header: what only all rows tell is a problem then, not a guess. */
  readonly isPart?: boolean;
  /** The text without its byte order mark, in pieces of any length. */
  chunks(): AsyncIterable<string>;
}

/** Where the names in a caption file are looked for. */
export type ImagePlace =
  /** Relative to the caption file's folder and not outside it. */
  | 'own-folder'
  /** Relative to the caption file's folder, anywhere in the opened folder. */
  | 'relative'
  /** As `relative`; the name may lack its extension. */
  | 'relative-stem'
  /** Also in `images/`, in folders named like the file, and in its neighbours: sets that keep them apart. */
  | 'search'
  /** As `search`; the name may lack its extension. */
  | 'search-stem';

/** What has to be read of a changed file to know what became of its rows. */
export type RowPlace =
  /** The lines that changed. */
  | 'lines'
  /** The lines that changed, under the first line of the file. */
  | 'lines-under-header'
  /** As `lines-under-header`, where quoted fields may hold line ends (csvRecords.ts). */
  | 'records-under-header'
  /** The JSON string that changed; for more than that, the whole file. */
  | 'json-strings'
  /** The whole file: it is small. */
  | 'file';

/**
 * How captions and images lie to one another: in a file of its own beside each image, or in a file for many images.
 */
export type Layout = 'sidecar' | 'table';

/** Which files may be of a format, by their names. */
export interface FormatFiles {
  /** In lower case, without the dot. */
  readonly extensions: readonly string[];
  /** Extensions that mean other things too: such a file is looked at beside an image that has no other caption. */
  readonly besideImages?: readonly string[];
  /**
   * Names such a file usually has, as patterns with `*`, in lower case. Needed where the extension is that of a sidecar
   * as well, since such a file is taken for a table by its name only.
   */
  readonly names?: readonly string[];
}

/** Replace `text.slice(start, end)` with `newText`. Offsets as in SourceRange. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/** One way to write captions into a file. A new format is one file like this and one line in table.ts. */
export interface CaptionFormat {
  /** Stable: stands in CaptionSource.format. */
  readonly id: string;
  /** For people: "Hugging Face metadata.jsonl". */
  readonly title: string;
  readonly layout: Layout;
  readonly files: FormatFiles;
  readonly images: ImagePlace;
  readonly rows: RowPlace;
  /** How surely a file is of this format: 0 no, 1 certain. */
  detect(head: FileHead): number;
  /** Rows in file order. Never throws for what the file holds. */
  read(file: CaptionFile): AsyncIterable<FormatRow>;
  /** The captions of a file beside one image; in formats of that layout. */
  readSidecar?(text: string, name: string): SidecarText;
  /**
   * The edit that makes the caption at `range` read as `caption` and changes nothing else.
   * @throws PairLensError `invalid-argument` where the format cannot hold such a caption.
   */
  edit(
    text: string,
    range: { readonly start: number; readonly end: number },
    caption: string,
  ): TextEdit;
  /**
   * The edit that adds a first caption for an image as a row of its own, written as the rows that are there.
   * Absent where a format has no place for one; undefined where the text gives no model for a row.
   * @param row `image` relative to the folder of the file
   */
  append?(
    text: string,
    row: { readonly image: string; readonly caption: string },
  ): TextEdit | undefined;
  /** What parts the fields of a file whose rows are records; a comma where nothing is said. */
  separatorIn?(text: string): string;
  /**
   * The characters of a caption as they stand in the file, line by line, in formats that keep its line breaks.
   * Absent where a caption is always on one line of its file.
   */
  linesOf?(caption: string): readonly string[];
}

/** Characters of a file that `detect` is shown. */
export const HEAD_CHARACTERS = 64 * 1024;
