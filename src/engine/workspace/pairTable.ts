import type {
  CombinedScores,
  SaidWrong,
  ScoresOfPairs,
  UnwantedCaption,
} from '../../core/audit/answers.ts';
import { taughtModel } from '../../core/audit/auditModel.ts';
import type { IncrementalScorer } from '../../core/audit/incrementalScorer.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { type Decision, decisionKey } from '../../core/dataset/decisions.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import type { LanguageDetector } from '../../core/ports.ts';
import type { Steps } from '../../core/steps.ts';
import type { JudgedDataset } from '../audit/auditDataset.ts';
import { unwantedKey } from '../audit/unwantedCaptions.ts';
import type { TextRecord } from '../indexing/embeddingRecord.ts';
import type { PairRegistry } from './pairRegistry.ts';

/** Smallest visible change of a score: scores are displayed as whole per cents. */
export const VISIBLE = 0.005;

/** Spare rows for pairs added between two whole audits; beyond them the tables are reallocated. */
const SPARE_PAIRS = 2048;

/** Input of the detectors, indexed by slot; its arrays are replaced by longer ones when pairs are added. */
export interface GrowingContext extends JudgedDataset {
  readonly embedded: EmbeddedDataset & { imageRow: Int32Array; textRow: Int32Array };
  mismatch: Float64Array;
  scores: ScoresOfPairs;
}

/** A caption that was called wrong. */
export interface AccusedCaption {
  readonly caption: string;
  readonly scores: CombinedScores;
}

/** Dependencies of `PairTable`. */
export interface PairTablePorts {
  readonly slots: PairRegistry;
  readonly scorer: IncrementalScorer;
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly hash: (text: string) => string;
  readonly languages: LanguageDetector | undefined;
  /** The current problems of the dataset. */
  readonly problems: () => readonly Problem[];
}

/** Per slot: image and text rows, score, and the user's decision. */
export class PairTable {
  readonly context: GrowingContext;
  readonly imageRowOf: ReadonlyMap<DatasetPath, number>;
  readonly #slots: PairRegistry;
  readonly #texts: CaptionRowAllocator;
  readonly #decisions: Map<string, Decision>;
  readonly #hash: (text: string) => string;
  readonly #languages: LanguageDetector | undefined;
  readonly #judged: boolean[];
  readonly #verified: boolean[];
  readonly #excluded = new Set<number>();
  readonly #unwanted: Map<string, UnwantedCaption>;
  readonly #scorer: IncrementalScorer;
  readonly #foreign: (string | undefined)[];
  #capacityExceeded = false;

  /** @param context of a whole audit; its pair indices are the initial slots. */
  constructor(context: JudgedDataset, ports: PairTablePorts) {
    const { slots, scorer, problems } = ports;
    const { dataset, images, texts } = context.embedded;
    this.#slots = slots;
    this.#decisions = new Map(ports.decisions);
    this.#hash = ports.hash;
    this.#scorer = scorer;
    this.#unwanted = new Map(context.unwanted);
    this.#languages = ports.languages;
    this.#texts = new CaptionRowAllocator(texts.texts, scorer);
    this.#judged = [...context.judged];
    this.#verified = [...context.verified];
    this.#foreign = [...context.languages];
    this.imageRowOf = new Map(images.paths.map((path, row) => [path, row]));
    const capacity = slots.pairs.length + SPARE_PAIRS;
    const unreadableImages = context.embedded.problems;
    this.context = {
      pairs: () => slots.all(),
      holds: (p) => slots.holds(p),
      pair: (p) => slots.pairs[p]!,
      pairsOfImage: (image) => slots.ofImage(image),
      problems: () => [...problems(), ...unreadableImages],
      trainer: context.trainer,
      clipTokens: context.clipTokens,
      embedded: {
        ...context.embedded,
        dataset: {
          ...dataset,
          pairs: slots.pairs,
          get problems() {
            return problems();
          },
        },
        texts: { ...texts, texts: this.#texts.texts },
        imageRow: copiedInto(new Int32Array(capacity).fill(-1), context.embedded.imageRow),
        textRow: copiedInto(new Int32Array(capacity).fill(-1), context.embedded.textRow),
      },
      judged: this.#judged,
      verified: this.#verified,
      languages: this.#foreign,
      get model() {
        return scorer.model;
      },
      mismatch: grown(context.mismatch, capacity),
      scores: {
        exchanged: grown(context.scores.exchanged, capacity),
        foreign: grown(context.scores.foreign, capacity),
      },
      unwanted: this.#unwanted,
      words: context.words,
      vocabulary: context.vocabulary,
      nouns: context.nouns,
      supports: context.supports,
      sentences: context.sentences,
      elsewhere: context.elsewhere,
      different: context.different,
    };
    for (const slot of slots.all()) {
      if (this.#judged[slot] !== true) this.context.embedded.textRow[slot] = -1;
      if (this.#decisionOf(slot) === 'excluded') this.#excluded.add(slot);
    }
  }

  get verified(): number {
    return this.#verified.filter(Boolean).length;
  }

  get excluded(): number {
    return this.#excluded.size;
  }

  /** Whether captions could not be added because all spare rows are used: a whole audit is necessary. */
  get capacityExceeded(): boolean {
    return this.#capacityExceeded;
  }

  decision(slot: number): Decision | undefined {
    if (this.#verified[slot] === true) return 'verified';
    return this.#excluded.has(slot) ? 'excluded' : undefined;
  }

  /** Stores the decision about a slot's pair. False if its image could not be read. */
  decide(slot: number, decision: Decision | 'none'): boolean {
    const key = this.#decisionKey(slot);
    if (key === undefined) return false;
    if (decision === 'none') this.#decisions.delete(key);
    else this.#decisions.set(key, decision);
    return true;
  }

  /** The captions that must be encoded before `assignRows`. */
  unknownTexts(captions: Iterable<string>): string[] {
    const unknown = new Set<string>();
    for (const caption of captions) {
      if (this.#texts.get(caption) === undefined && this.#languageOf(caption) === undefined)
        unknown.add(caption);
    }
    return [...unknown];
  }

  /** A row for a caption that is not in the dataset, to score it as a query. */
  queryRow(text: string, record: TextRecord): number {
    return this.#texts.place(text, record);
  }

  /** Assigns image and text rows to the pairs of some slots. */
  assignRows(slots: readonly number[], records: ReadonlyMap<string, TextRecord>): void {
    this.#grow();
    const taken = new Set<number>();
    for (const slot of slots) this.#assignRow(slot, records, taken);
  }

  judge(slot: number): void {
    const { embedded, mismatch, scores, model, judged } = this.context;
    const here =
      judged[slot] === true
        ? model.scores(embedded.imageRow[slot]!, embedded.textRow[slot]!)
        : { exchanged: NaN, foreign: NaN };
    scores.exchanged[slot] = here.exchanged;
    scores.foreign[slot] = here.foreign;
    mismatch[slot] = judged[slot] === true ? model.mismatch(here) : NaN;
  }

  /** Notes that a person does not want the caption of a slot; it counts while its image does not have it. */
  noteUnwanted(slot: number, said: SaidWrong, { caption, scores }: AccusedCaption): void {
    const imageRow = this.imageRowOf.get(this.#slots.pairs[slot]!.image);
    if (imageRow === undefined || Number.isNaN(scores.exchanged)) return;
    this.#unwanted.set(unwantedKey(imageRow, caption), { said, scores });
  }

  /** The caption of a slot, with its scores. */
  accused(slot: number): AccusedCaption {
    const { exchanged, foreign } = this.context.scores;
    return {
      caption: this.#slots.pairs[slot]!.caption,
      scores: { exchanged: exchanged[slot]!, foreign: foreign[slot]! },
    };
  }

  /** Calibrates the model with the verdicts that apply now, and converts all scores again; the slots that changed. */
  *recalibrate(): Steps<number[]> {
    const { scores } = this.context;
    const unwanted = this.#stillUnwanted();
    const model = yield* taughtModel(this.#scorer.model, {
      scores,
      verified: this.#verified,
      unwanted,
    });
    this.#scorer.model = model;
    const { mismatch } = this.context;
    const moved: number[] = [];
    for (const slot of this.#slots.all()) {
      const exchanged = this.context.scores.exchanged[slot]!;
      if (Number.isNaN(exchanged)) continue;
      const foreign = this.context.scores.foreign[slot]!;
      const probability = model.mismatch({ exchanged, foreign });
      if (Math.abs(probability - mismatch[slot]!) > VISIBLE) moved.push(slot);
      mismatch[slot] = probability;
    }
    return moved;
  }

  /** An excluded caption counts while its pair is excluded, a replaced one while its image does not have it. */
  #stillUnwanted(): UnwantedCaption[] {
    if (this.#unwanted.size === 0) return [];
    const excluded = new Map<string, boolean>();
    for (const slot of this.#slots.all()) {
      const { image, caption } = this.#slots.pairs[slot]!;
      const key = unwantedKey(this.imageRowOf.get(image) ?? -1, caption);
      excluded.set(key, this.#excluded.has(slot));
    }
    return [...this.#unwanted].flatMap(([key, caption]) =>
      excluded.get(key) === (caption.said === 'excluded' ? true : undefined) ? [caption] : [],
    );
  }

  /** Distinct text rows of the scored captions of an image. */
  textRows(image: DatasetPath): number[] {
    const rows = this.#slots.ofImage(image).map((slot) => this.context.embedded.textRow[slot]!);
    return [...new Set(rows.filter((row) => row >= 0))];
  }

  /** Reallocates the arrays if there are more pairs than rows. */
  #grow(): void {
    const { embedded, mismatch, scores } = this.context;
    const needed = this.#slots.pairs.length;
    if (needed <= mismatch.length) return;
    const capacity = needed + SPARE_PAIRS;
    this.context.mismatch = grown(mismatch, capacity);
    this.context.scores = {
      exchanged: grown(scores.exchanged, capacity),
      foreign: grown(scores.foreign, capacity),
    };
    embedded.imageRow = copiedInto(new Int32Array(capacity).fill(-1), embedded.imageRow);
    embedded.textRow = copiedInto(new Int32Array(capacity).fill(-1), embedded.textRow);
  }

  #assignRow(slot: number, records: ReadonlyMap<string, TextRecord>, taken: Set<number>): void {
    const { embedded } = this.context;
    const pair = this.#slots.pairs[slot]!;
    const held = this.#slots.holds(slot);
    const imageRow = held ? (this.imageRowOf.get(pair.image) ?? -1) : -1;
    embedded.imageRow[slot] = imageRow;
    const decision = held ? this.#decisionOf(slot) : undefined;
    if (decision === 'excluded') this.#excluded.add(slot);
    else this.#excluded.delete(slot);
    this.#verified[slot] = decision === 'verified';
    const readable = imageRow >= 0 && decision !== 'excluded' && pair.caption.trim() !== '';
    const language = readable ? this.#languageOf(pair.caption) : undefined;
    this.#foreign[slot] = language;
    let row = -1;
    const { boilerplate } = embedded;
    const says = boilerplate === undefined || boilerplate.judged(pair.caption).length > 0;
    if (readable && language === undefined && says) {
      const record = records.get(pair.caption);
      row = this.#texts.get(pair.caption) ?? -1;
      if (row < 0 && record !== undefined) row = this.#texts.place(pair.caption, record, taken);
      if (row < 0) this.#capacityExceeded = true;
      if (row >= 0) taken.add(row);
    }
    embedded.textRow[slot] = row;
    this.#judged[slot] = row >= 0;
  }

  #decisionOf(slot: number): Decision | undefined {
    const key = this.#decisions.size === 0 ? undefined : this.#decisionKey(slot);
    return key === undefined ? undefined : this.#decisions.get(key);
  }

  #decisionKey(slot: number): string | undefined {
    return this.keyOf(slot, this.#slots.pairs[slot]!.caption);
  }

  /** Key of a decision about a caption on a slot's image; undefined if the image cannot be read. */
  keyOf(slot: number, caption: string): string | undefined {
    const { image } = this.#slots.pairs[slot]!;
    const hash = this.context.embedded.images.hashes[this.imageRowOf.get(image) ?? -1];
    return hash === undefined ? undefined : decisionKey(hash, caption, this.#hash);
  }

  #languageOf(caption: string): string | undefined {
    const language = this.#languages?.detect(caption);
    return language === 'en' ? undefined : language;
  }
}

/** A longer copy, with NaN in the new places. */
function grown(values: Float64Array, length: number): Float64Array {
  return copiedInto(new Float64Array(length).fill(NaN), values);
}

function copiedInto<T extends { set(values: ArrayLike<number>): void }>(
  target: T,
  values: ArrayLike<number>,
): T {
  target.set(values);
  return target;
}

const NONE: ReadonlySet<number> = new Set();

/** Assigns text rows to captions; rows of captions that are no longer used are reused. */
export class CaptionRowAllocator {
  /** Caption by row; empty for a row that was never used. */
  readonly texts: string[];
  readonly #scorer: IncrementalScorer;
  readonly #rowOf = new Map<string, number>();
  #next: number;

  constructor(texts: readonly string[], scorer: IncrementalScorer) {
    this.#scorer = scorer;
    this.#next = scorer.spareStart;
    this.texts = [...texts, ...new Array<string>(scorer.spareEnd - scorer.spareStart).fill('')];
    texts.forEach((text, t) => this.#rowOf.set(text, t));
  }

  get(text: string): number | undefined {
    return this.#rowOf.get(text);
  }

  /**
   * Assigns a free row to a caption.
   * @param taken rows that are not free although no pair uses their captions yet.
   * @returns -1 if no row is free.
   */
  place(text: string, record: TextRecord, taken = NONE): number {
    const known = this.#rowOf.get(text);
    if (known !== undefined) return known;
    if (!this.#scorer.hasSpacesFor(record.embedding, record.sentence)) return -1;
    const { spareStart, spareEnd, model } = this.#scorer;
    for (let tried = spareStart; tried < spareEnd; tried++) {
      const row = this.#next;
      this.#next = row + 1 < spareEnd ? row + 1 : spareStart;
      if (taken.has(row) || model.scorer.graph.imagesOf[row]!.length > 0) continue;
      const before = this.texts[row]!;
      if (before !== '') this.#rowOf.delete(before);
      this.#scorer.setCaptionRow(row, record.embedding, record.sentence);
      this.texts[row] = text;
      this.#rowOf.set(text, row);
      return row;
    }
    return -1;
  }
}
