import { pushTo } from '../../core/collections.ts';
import { tellsCompanion } from '../../core/dataset/companions.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import type { CaptionRow } from '../../core/formats/captionFormat.ts';
import { sentence } from '../../core/text/sentence.ts';
import { shorten } from '../../core/text/visibleText.ts';
import type { FoundImage } from './imageFinder.ts';

/** A missing image that a row names under another key than its own image. */
interface LostCompanion {
  readonly row: CaptionRow;
  readonly name: string;
  readonly found: Exclude<FoundImage, { readonly image: DatasetPath }>;
}

/** Longest name in a message, in characters. */
const NAME_SHOWN = 300;

/** Companions named by the rows of one file. */
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
   * Missing companions, one problem per key, if other images of the key exist or its name is typical. Keys such as
   * `original_filename` may refer to files that never existed here.
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

/** Whether a name contains a folder. */
function isPath({ name }: LostCompanion): boolean {
  return /[\\/]/.test(name) && !/^[a-z][a-z0-9+.-]+:/i.test(name.replace(/^[a-z]:/i, ''));
}
