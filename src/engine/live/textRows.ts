import type { EvidenceRoom } from '../../core/audit/evidenceRoom.ts';
import type { TextRecord } from '../embeddingRecord.ts';

const NONE: ReadonlySet<number> = new Set();

/** Which row of the tables holds which caption, while new ones take the room that old ones leave. */
export class TextRows {
  /** By row; empty where none was yet. */
  readonly texts: string[];
  readonly #room: EvidenceRoom;
  readonly #rowOf = new Map<string, number>();
  #next: number;

  constructor(texts: readonly string[], room: EvidenceRoom) {
    this.#room = room;
    this.#next = room.from;
    this.texts = [...texts, ...new Array<string>(room.to - room.from).fill('')];
    texts.forEach((text, t) => this.#rowOf.set(text, t));
  }

  get(text: string): number | undefined {
    return this.#rowOf.get(text);
  }

  /**
   * Gives a caption a row that nobody's caption stands in.
   * @param taken rows that are to be kept though nobody carries their captions yet
   * @returns -1 where there is no room.
   */
  place(text: string, record: TextRecord, taken = NONE): number {
    const known = this.#rowOf.get(text);
    if (known !== undefined) return known;
    const { from, to, model } = this.#room;
    for (let tried = from; tried < to; tried++) {
      const row = this.#next;
      this.#next = row + 1 < to ? row + 1 : from;
      if (taken.has(row) || model.source.graph.imagesOf[row]!.length > 0) continue;
      const before = this.texts[row]!;
      if (before !== '') this.#rowOf.delete(before);
      this.#room.put(row, record.embedding, record.sentence);
      this.texts[row] = text;
      this.#rowOf.set(text, row);
      return row;
    }
    return -1;
  }
}
