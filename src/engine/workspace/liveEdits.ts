import type { CaptionChange } from '../../core/text/captionChange.ts';
import type { FileEdit, NewCaption } from '../editing/editor.ts';
import { type ChangeEdits, changeEdits } from './changeEdits.ts';
import { captionEdit, createCaptionEdit, type Editing, editorOf } from './edits.ts';
import { type GroupFixes, groupFixes } from './groupFixes.ts';
import type { LiveTags } from './liveTags.ts';
import type { SerialQueue } from './scheduling.ts';
import type { LiveFinding, LivePairId } from './workspace.ts';

/** What the edits of the open datasets are made from. */
interface LiveEditsPorts {
  readonly editing: () => Editing;
  readonly queue: SerialQueue;
  readonly tags: LiveTags;
  /** The findings as of now, not those that were kept. */
  readonly findings: () => readonly LiveFinding[];
}

/**
 * Edits of caption files, made on their current texts; nothing is written. Every method throws PairLensError
 * `invalid-argument` if a format cannot represent a caption, and `write-failed` for files that must not be written.
 */
export class LiveEdits {
  readonly #ports: LiveEditsPorts;

  constructor(ports: LiveEditsPorts) {
    this.#ports = ports;
  }

  /** Replaces the caption of a pair. */
  caption(id: LivePairId, caption: string): Promise<FileEdit> {
    return this.#run((editing) => captionEdit(editing, id, caption));
  }

  /** Gives pairs new captions. */
  captions(captions: readonly NewCaption<LivePairId>[]): Promise<readonly FileEdit[]> {
    return this.#run((editing) => editorOf(editing).replace(captions));
  }

  /** Gives every pair `to` the caption of the pair `from`. */
  moves(
    moves: readonly { readonly to: LivePairId; readonly from: LivePairId }[],
  ): Promise<readonly FileEdit[]> {
    return this.#run((editing) => editorOf(editing).move(moves));
  }

  /** Adds the first caption of an image. */
  newCaption(imagePath: string, caption: string): Promise<FileEdit> {
    return this.#run((editing) => createCaptionEdit(editing, imagePath, caption));
  }

  /** Changes the captions of pairs alike. */
  change(ids: readonly LivePairId[], change: CaptionChange): Promise<ChangeEdits> {
    return this.#run((editing) => changeEdits(editing, ids, change, this.#ports.tags));
  }

  /**
   * The fixes of findings, chosen as `pairlens fix --rule` chooses them.
   * @param wanted the findings; those that are gone meanwhile are left out
   * @param suggestions take the likely suggestions for wrong captions, and nothing else
   */
  fixes(wanted: (finding: LiveFinding) => boolean, suggestions: boolean): Promise<GroupFixes> {
    const { findings } = this.#ports;
    return this.#run((editing) => groupFixes(editing, findings, wanted, suggestions));
  }

  #run<T>(edit: (editing: Editing) => Promise<T>): Promise<T> {
    return this.#ports.queue.run(() => edit(this.#ports.editing()));
  }
}
