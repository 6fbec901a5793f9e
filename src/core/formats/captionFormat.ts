import type { SourceRange } from '../dataset/dataset.ts';
import type { ProblemCode } from '../dataset/problem.ts';
import type { Sentence } from '../text/sentence.ts';
import type { ColumnChoice } from './columnChoice.ts';
import type { ImageNames } from './columnNames.ts';
import type { FileHead } from './fileHead.ts';

/** A caption as read by a format, before its image is resolved. */
export interface CaptionRow {
  readonly kind: 'caption';
  /** The image's name in the file; `ImagePlace` defines where it is searched. */
  readonly image: string;
  /** Unescaped. May be blank, which the caller reports. */
  readonly caption: string;
  readonly range: SourceRange;
  /** ID that distinguishes equal captions of one image, e.g. the COCO annotation ID. */
  readonly key?: string;
  readonly split?: string;
  /** Other images named by the row: a control image, a mask, the source of an edit. */
  readonly companions?: readonly NamedPicture[];
}

/** An image named by a row under another key or column than its own image. */
export interface NamedPicture {
  readonly key: string;
  readonly name: string;
}

/** A row that cannot be read. */
export interface RowProblem {
  readonly kind: 'problem';
  readonly code: ProblemCode;
  readonly message: Sentence;
  readonly remedy: Sentence;
  readonly range?: SourceRange;
  readonly image?: string;
}

/** A valid row that is not audited, such as a turn of a conversation about several images. */
export interface UnjudgedRow {
  readonly kind: 'unjudged';
  /** Kind of these rows, as a phrase after their number: "conversations about several images". */
  readonly what: Sentence;
  /** As `CaptionRow.image`. */
  readonly images: readonly string[];
}

export type FormatRow = CaptionRow | RowProblem | UnjudgedRow;

/** Content of a sidecar file. */
export interface SidecarText {
  /** Empty if the file is blank or has no caption. `image` is empty. */
  readonly captions: readonly CaptionRow[];
  /** Its problem, if any. */
  readonly flaw?: RowProblem;
}

/** A decoded caption file; can be read only once. */
export interface CaptionFile {
  /** For messages. */
  readonly name: string;
  /** The images of its folder, for formats that detect the image column by them. */
  readonly images?: ImageNames;
  /** Whether this is only a part of the file under its header; then columns must be known by name, not by content. */
  readonly isPart?: boolean;
  /** The text without its byte order mark, in chunks of any length. */
  chunks(): AsyncIterable<string>;
}

/** Where the names in a caption file are searched. */
export type ImagePlace =
  /** Relative to the caption file's folder, and not outside of it. */
  | 'own-folder'
  /** Relative to the caption file's folder, anywhere in the opened folder. */
  | 'relative'
  /** As `relative`; the name may lack its extension. */
  | 'relative-stem'
  /** Also in `images/`, in folders named like the file, and in its sibling folders. */
  | 'search'
  /** As `search`; the name may lack its extension. */
  | 'search-stem';

/** The part of a changed file that must be read to update its rows. */
export type RowPlace =
  /** The changed lines. */
  | 'lines'
  /** The changed lines, with the header line. */
  | 'lines-under-header'
  /** As `lines-under-header`, if quoted fields may contain line ends (csvRecords.ts). */
  | 'records-under-header'
  /** The changed JSON string; for other changes the whole file. */
  | 'json-strings'
  /** The whole file, which is small. */
  | 'file';

/**
 * Layout of captions and images: one file beside each image, one file for many images, or no file but the image.
 */
export type Layout = 'sidecar' | 'table' | 'name';

/** File names of a format. */
export interface FormatFiles {
  /** In lower case, without the dot. */
  readonly extensions: readonly string[];
  /** Ambiguous extensions: such a file is read only beside an image without another caption. */
  readonly besideImages?: readonly string[];
  /**
   * Usual file names, as lower-case patterns with `*`. Required if the extension is also that of a sidecar, because such a
   * file is a table only by its name.
   */
  readonly names?: readonly string[];
}

/** Replace `text.slice(start, end)` with `newText`. Offsets as in SourceRange. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/** A caption format. To add one, create a file beside this one and add a line to formatTable.ts. */
export interface CaptionFormat {
  /** Stable ID, used in CaptionSource.format. */
  readonly id: string;
  /** Name for users, such as "Hugging Face metadata.jsonl". */
  readonly title: string;
  readonly layout: Layout;
  readonly files: FormatFiles;
  readonly images: ImagePlace;
  readonly rows: RowPlace;
  /** Whether its files are no text; core/dataset/readOnly.ts says which captions are not edited. */
  readonly isBinary?: true;
  /** Confidence that a file has this format, 0..1. */
  detect(head: FileHead): number;
  /** Rows in file order. Never throws because of the file's content. */
  read(file: CaptionFile): AsyncIterable<FormatRow>;
  /** The captions of a sidecar file, for formats of that layout. */
  readSidecar?(text: string, name: string): SidecarText;
  /**
   * The edit that replaces the caption at `range` by `caption` and changes nothing else.
   * @throws PairLensError `invalid-argument` if the format cannot represent the caption.
   */
  edit(
    text: string,
    range: { readonly start: number; readonly end: number },
    caption: string,
  ): TextEdit;
  /**
   * The edit that adds an image's first caption as a row in the style of the existing rows. Absent if the format does not
   * support it; undefined if no existing row can be used as template.
   * @param row `image` relative to the folder of the file
   */
  append?(
    text: string,
    row: { readonly image: string; readonly caption: string },
  ): TextEdit | undefined;
  /** This format with chosen columns, for formats that detect theirs. */
  withColumns?(columns: ColumnChoice): CaptionFormat;
  /** Field separator of a file with records; default: comma. */
  separatorIn?(text: string): string;
  /**
   * The raw characters of a caption, line by line, for formats that keep its line breaks. Absent if a caption is always on
   * one line.
   */
  linesOf?(caption: string): readonly string[];
}

/** Length of the text passed to `detect`, in characters. */
export const HEAD_CHARACTERS = 64 * 1024;
