import { PairLensError } from '../../core/errors.ts';
import { sentence } from '../../core/text/sentence.ts';
import { writeDifferent } from '../audit/decisionFile.ts';
import {
  type FileMove,
  type Following,
  followDeletions,
  followMoves,
  type MovePorts,
} from '../editing/moveImages.ts';
import { takeOut, type TakenOut } from '../editing/takeOut.ts';
import type { CaptionFileUpdater } from './captionUpdates.ts';
import { currentText } from './documentOverlay.ts';
import {
  type DifferentMark,
  type DuplicateGroup,
  duplicateGroup,
  picturesOf,
} from './duplicateGroup.ts';
import { foldersOf, type OpenedDataset } from './openedDatasets.ts';
import type { SerialQueue } from './scheduling.ts';
import type { LiveFinding } from './workspace.ts';

/** Dependencies; the datasets and findings are those at the time of a call. */
export interface PairFilesParts {
  readonly updater: CaptionFileUpdater;
  readonly queue: SerialQueue;
  readonly opened: () => readonly OpenedDataset[];
  readonly findings: () => readonly LiveFinding[];
  /** Audits everything again, soon. */
  readonly auditSoon: () => void;
}

/** Images as files: what goes with them when they move or leave, and which of them show the same picture. */
export class PairFiles {
  readonly #parts: PairFilesParts;

  constructor(parts: PairFilesParts) {
    this.#parts = parts;
  }

  /** What must follow so that images and captions stay together, before files or folders are moved. */
  followMoves(moves: readonly FileMove[]): Promise<Following> {
    const { queue, opened } = this.#parts;
    return queue.run(() => followMoves(foldersOf(opened()), moves, this.#ports));
  }

  /** As `followMoves`, before files or folders are deleted. */
  followDeletions(paths: readonly string[]): Promise<Following> {
    const { queue, opened } = this.#parts;
    return queue.run(() => followDeletions(foldersOf(opened()), paths, this.#ports));
  }

  /**
   * What must be done to take images out of their dataset.
   * @param target absolute path of the folder that they go to; `REMOVED` in the opened folder without it
   * @throws PairLensError `invalid-argument`, `write-failed`.
   */
  takeOut(images: readonly string[], target?: string): Promise<TakenOut> {
    const { queue, opened } = this.#parts;
    return queue.run(() => takeOut(foldersOf(opened()), images, target, this.#ports));
  }

  /** The images of a finding of duplicates, by its ID; undefined for other findings. */
  async duplicates(id: string): Promise<DuplicateGroup | undefined> {
    const finding = this.#finding(id);
    const { opened, updater } = this.#parts;
    return finding && duplicateGroup(opened(), finding, updater.disk);
  }

  /**
   * Notes that the pictures of a finding of duplicates are different, so that they are no longer reported.
   * @returns the noted pairs, for `forgetDifferent`.
   * @throws PairLensError `invalid-argument` if there is no such finding; `write-failed`.
   */
  async markDifferent(id: string): Promise<DifferentMark> {
    const finding = this.#finding(id);
    if (finding === undefined) {
      throw new PairLensError('invalid-argument', sentence('The finding is not there any more.'), {
        remedy: sentence('Look at the findings again: the files have changed.'),
      });
    }
    const mark = { root: finding.root, pairs: picturesOf(this.#parts.opened(), finding) };
    await this.#note(mark, false);
    return mark;
  }

  forgetDifferent(mark: DifferentMark): Promise<void> {
    return this.#note(mark, true);
  }

  async #note({ root, pairs }: DifferentMark, remove: boolean): Promise<void> {
    const { opened, queue, updater, auditSoon } = this.#parts;
    const folder = opened().find(({ dataset }) => dataset.root === root)?.opened.dir;
    if (folder === undefined || pairs.length === 0) return;
    await queue.run(() => writeDifferent(updater.disk, { root, folder }, pairs, remove));
    // Duplicates are looked for in whole audits only.
    auditSoon();
  }

  #finding(id: string): LiveFinding | undefined {
    return this.#parts.findings().find((each) => each.id === id);
  }

  get #ports(): MovePorts {
    const { updater } = this.#parts;
    return { files: updater.disk, textOf: (path) => currentText(updater, path) };
  }
}
