import { pushTo } from '../../core/collections.ts';
import { tellsCompanion } from '../../core/dataset/companions.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import type { CaptionRow } from '../../core/formats/captionFormat.ts';
import { sentence } from '../../core/text/sentence.ts';
import { shorten } from '../../core/text/visibleText.ts';
import type { FoundImage } from './imageFinder.ts';

/** A picture that a row names under another key than its image, and that is not there. */
interface LostCompanion {
  readonly row: CaptionRow;
  readonly name: string;
  readonly found: Exclude<FoundImage, { readonly image: DatasetPath }>;
}

/** Characters of a name in a message. */
const NAME_SHOWN = 300;

/** The pictures that the rows of one file name beside their images. */
export class Companions {
  readonly #found = new Map<string, Set<DatasetPath>>();
  readonly #lost = new Map<string, LostCompanion[]>();

  add(key: string, picture: DatasetPath): void {
    const known = this.#found.get(key);
    if (known === undefined) this.#found.set(key, new Set([picture]));
    else known.add(picture);
  }

  addLost(key: string, lost: LostCompanion): void {
    if (!('unlisted' in lost.found) && !('video' in lost.found)) pushTo(this.#lost, key, lost);
  }

  get found(): ReadonlySet<DatasetPath> {
    return new Set([...this.#found.values()].flatMap((pictures) => [...pictures]));
  }

  /**
   * Pictures that are not there, one problem for each key: where others under it are, or its name says what it holds.
   * `original_filename` and the like may name what never was a file here.
   */
  problems(file: DatasetPath): Problem[] {
    return [...this.#lost].flatMap(([key, lost]) => {
      const there = this.#found.get(key)?.size ?? 0;
      const isCompanion = there > lost.length || (tellsCompanion(key) && lost.every(isPath));
      const [first] = lost;
      if (first === undefined || !isCompanion) return [];
      const { row, name, found } = first;
      const because = 'because' in found ? found.because : sentence('which cannot be opened');
      return [
        {
          code: 'unpaired-companion' as const,
          file,
          range: row.range,
          message:
            lost.length === 1
              ? sentence(
                  'Line {0} of {1} names "{2}" under "{3}", {4}.',
                  row.range.line + 1,
                  file,
                  shorten(name, NAME_SHOWN),
                  key,
                  because,
                )
              : sentence(
                  '{0} pictures that {1} names under "{2}" are not there, e.g. "{3}" on line {4}.',
                  lost.length,
                  file,
                  key,
                  shorten(name, NAME_SHOWN),
                  row.range.line + 1,
                ),
          remedy: sentence('Put the pictures there, correct the names, or take the rows out.'),
        },
      ];
    });
  }
}

/** Whether a name speaks of a place, and not only of a file that may be anywhere. */
function isPath({ name }: LostCompanion): boolean {
  return /[\\/]/.test(name) && !/^[a-z][a-z0-9+.-]+:/i.test(name.replace(/^[a-z]:/i, ''));
}
