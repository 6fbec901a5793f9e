import type { SourceRange } from '../../core/dataset/dataset.ts';
import type { CaptionFormat, TextEdit } from '../../core/formats/captionFormat.ts';
import { refuseUnwritable } from '../../core/formats/representable.ts';
import { PairLensError } from '../../core/errors.ts';
import { sentence } from '../../core/text/sentence.ts';

/** Edits of one caption file. */
export interface FileEdit {
  readonly path: string;
  /** The text the edits were computed for (open document or disk); applied to another text they corrupt it. */
  readonly text: string;
  /** Whether the file must be created. */
  readonly create: boolean;
  readonly edits: readonly TextEdit[];
}

/** A caption with the text of its file and its range in it. */
export interface LocatedCaption {
  /** Absolute path of the caption file. */
  readonly path: string;
  readonly text: string;
  readonly caption: string;
  readonly format: CaptionFormat;
  readonly range: SourceRange;
}

/** A pair and its new caption. */
export interface NewCaption<Id> {
  readonly pair: Id;
  readonly caption: string;
}

/** A pair that takes the caption of another. */
interface Move<Id> {
  readonly to: Id;
  readonly from: Id;
}

/**
 * Turns fixes into edits on exact ranges: for an open workspace, whose documents may be unsaved, and for files on disk.
 * @param Id identifies a pair for `place`
 */
export class Editor<Id> {
  readonly #place: (pair: Id) => Promise<LocatedCaption>;

  /** @param place the pair with the current text of its file; throws PairLensError if it does not exist any more */
  constructor(place: (pair: Id) => Promise<LocatedCaption>) {
    this.#place = place;
  }

  /**
   * The edits that replace captions, one entry a file.
   * @throws PairLensError `invalid-argument` if a format cannot represent a caption; `write-failed` if a file changes
   *   meanwhile.
   */
  async replace(captions: Iterable<NewCaption<Id>>): Promise<FileEdit[]> {
    const files = new Map<string, { readonly text: string; readonly edits: TextEdit[] }>();
    for (const { pair, caption } of captions) {
      const placed = await this.#place(pair);
      const file = files.get(placed.path) ?? { text: placed.text, edits: [] };
      // The file may have been written while it was read for another of its pairs.
      if (file.text !== placed.text) throw changedMeanwhile(placed.path);
      file.edits.push(editOf(placed, caption));
      files.set(placed.path, file);
    }
    return [...files].map(([path, file]) => ({ path, create: false, ...file }));
  }

  /** The edits that give pairs the captions of others. @throws PairLensError as `replace`. */
  async move(moves: Iterable<Move<Id>>): Promise<FileEdit[]> {
    const captions: NewCaption<Id>[] = [];
    for (const { to, from } of moves) {
      captions.push({ pair: to, caption: (await this.#place(from)).caption });
    }
    return this.replace(captions);
  }
}

function editOf({ text, format, range }: LocatedCaption, caption: string): TextEdit {
  const edit = format.edit(text, range, caption);
  refuseUnwritable(edit.newText);
  return edit;
}

/** The error for a file that is not as it was read. */
export function changedMeanwhile(path: string): PairLensError {
  return new PairLensError(
    'write-failed',
    sentence('{0} was changed in the meantime, so nothing was done.', path),
    { path, remedy: sentence('Try again.') },
  );
}
