import type { AuditContext } from '../../core/audit/detectors/detector.ts';
import { EvidenceRoom, noRows, type TouchedRows } from '../../core/audit/evidenceRoom.ts';
import type { Dataset, DatasetPath, Pair } from '../../core/dataset/dataset.ts';
import { decisionKey, type Decision } from '../../core/dataset/decisions.ts';
import type { EmbeddedDataset } from '../../core/dataset/embeddedDataset.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import type { MismatchEstimate } from '../../core/export/auditReport.ts';
import type { LanguageDetector } from '../../core/ports.ts';
import { moved, type RowPatch } from '../../core/formats/rowPatch.ts';
import { mismatchEstimate, type Judgement } from '../auditDataset.ts';
import type { TextRecord } from '../embeddingRecord.ts';
import { LiveFindings } from './liveFindings.ts';
import { PairSlots } from './pairSlots.ts';
import { TextRows } from './textRows.ts';

/** Room for captions and pairs that come between two whole audits. */
const SPARE_TEXTS = 512;
const SPARE_PAIRS = 2048;
/** Of pairs whose neighbours changed: a tenth of a millisecond each. */
const JUDGED_AT_ONCE = 30;
/** Scores are shown as whole per cents. */
const VISIBLE = 0.005;

/** What a caption file holds now. */
export interface FileContent {
  readonly file: DatasetPath;
  readonly pairs: readonly Pair[];
  /** The problems of the file, and of images that lost or got their captions by it. */
  readonly problems: readonly Problem[];
  /** Images whose `missing-caption` problem no longer holds or is among `problems`. */
  readonly images: ReadonlySet<DatasetPath>;
}

/** What the detectors work on, by slots; its tables are replaced by longer ones when pairs come. */
interface GrowingContext extends AuditContext {
  readonly embedded: EmbeddedDataset & { imageRow: Int32Array; textRow: Int32Array };
  mismatch: Float64Array;
}

/** One dataset with the model of its last whole audit, kept true while captions change. */
export class LiveDataset {
  readonly root: string;
  readonly context: GrowingContext;
  readonly room: EvidenceRoom;
  readonly slots: PairSlots;
  readonly findings: LiveFindings;
  readonly estimate: MismatchEstimate | undefined;
  readonly imageRowOf: ReadonlyMap<DatasetPath, number>;
  readonly #whole: Dataset;
  readonly #images: ReadonlySet<DatasetPath>;
  readonly #decisions: Map<string, Decision>;
  readonly #hash: (text: string) => string;
  readonly #languages: LanguageDetector | undefined;
  readonly #texts: TextRows;
  readonly #judged: boolean[];
  readonly #verified: boolean[];
  readonly #excluded = new Set<number>();
  readonly #foreign: (string | undefined)[];
  readonly #unsettled = new Set<number>();
  #crowded = false;
  #problems: readonly Problem[];

  constructor(
    whole: EmbeddedDataset,
    judgement: Judgement,
    decisions: ReadonlyMap<string, Decision>,
    ports: {
      readonly hash: (text: string) => string;
      readonly languages: LanguageDetector | undefined;
    },
  ) {
    const { dataset } = whole;
    const { context } = judgement;
    const { images, texts } = context.embedded;
    this.root = dataset.root;
    this.#whole = dataset;
    this.#images = new Set(dataset.images);
    this.#problems = dataset.problems;
    this.#decisions = new Map(decisions);
    this.#hash = ports.hash;
    this.#languages = ports.languages;
    this.estimate = context.judged.includes(true) ? mismatchEstimate(context) : undefined;
    this.slots = new PairSlots(dataset.pairs);
    this.room = new EvidenceRoom(
      context.model,
      images.paths.length,
      texts.texts.length,
      SPARE_TEXTS,
    );
    this.#texts = new TextRows(texts.texts, this.room);
    this.#judged = [...context.judged];
    this.#verified = [...context.verified];
    this.#foreign = [...context.languages];
    this.imageRowOf = new Map(images.paths.map((path, row) => [path, row]));
    const capacity = dataset.pairs.length + SPARE_PAIRS;
    const self = (): readonly Problem[] => this.#problems;
    this.context = {
      embedded: {
        ...context.embedded,
        dataset: {
          ...dataset,
          pairs: this.slots.pairs,
          get problems() {
            return self();
          },
        },
        texts: { ...texts, texts: this.#texts.texts },
        imageRow: withRoom(new Int32Array(capacity).fill(-1), context.embedded.imageRow),
        textRow: withRoom(new Int32Array(capacity).fill(-1), context.embedded.textRow),
      },
      judged: this.#judged,
      verified: this.#verified,
      languages: this.#foreign,
      model: this.room.model,
      mismatch: withRoom(new Float64Array(capacity).fill(NaN), context.mismatch),
      words: context.words,
    };
    for (const slot of this.slots.all()) {
      if (this.#judged[slot] !== true) this.context.embedded.textRow[slot] = -1;
      if (this.#decisionOf(slot) === 'excluded') this.#excluded.add(slot);
    }
    this.findings = new LiveFindings(this.context, (image) => this.slots.ofImage(image));
  }

  /** As if it had been opened now. */
  get dataset(): Dataset {
    const pairs = [...this.slots.all()].map((slot) => this.slots.pairs[slot]!);
    return { ...this.#whole, pairs, problems: this.#problems };
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  get verified(): number {
    return this.#verified.filter(Boolean).length;
  }

  get excluded(): number {
    return this.#excluded.size;
  }

  decision(slot: number): Decision | undefined {
    if (this.#verified[slot] === true) return 'verified';
    return this.#excluded.has(slot) ? 'excluded' : undefined;
  }

  /** Those of the captions that have to be encoded before `apply`. */
  unknownTexts(captions: Iterable<string>): string[] {
    const unknown = new Set<string>();
    for (const caption of captions) {
      if (this.#texts.get(caption) === undefined && this.#languageOf(caption) === undefined)
        unknown.add(caption);
    }
    return [...unknown];
  }

  /** Whether so many new captions can be judged; if not, they wait for a whole audit. */
  hasRoomFor(texts: number): boolean {
    return texts <= SPARE_TEXTS / 2;
  }

  /** Whether captions could not be taken in for want of room: only a whole audit helps. */
  get crowded(): boolean {
    return this.#crowded;
  }

  /** Takes in what a caption file holds now, and judges what that touches. Never waits. */
  apply(content: FileContent, records: ReadonlyMap<string, TextRecord>): void {
    this.#problems = [
      ...this.#problems.filter(
        (problem) =>
          problem.file !== content.file &&
          !(problem.code === 'missing-caption' && content.images.has(problem.file)),
      ),
      ...content.problems,
    ];
    const { slots, images } = this.slots.setFile(content.file, content.pairs);
    this.#settle(slots, images, records);
  }

  /**
   * The slots a patch of a caption file is about, or undefined where it is about more than captions: rows that stand
   * for no pair or for several, rows that become each other's repetition, problems that name lines.
   */
  slotsOf(file: DatasetPath, patch: RowPatch): number[] | undefined {
    const problems = this.#problems.filter((problem) => problem.file === file);
    if (problems.some(({ code }) => code === 'ambiguous-pair')) return undefined;
    if (problems.length > 0 && patch.lines !== 0) return undefined;
    const { pairs } = this.slots;
    const first = patch.rows[0]?.before.range.start ?? 0;
    const slotAt = new Map<number, number>();
    for (const slot of this.slots.ofFile(file)) {
      const { range } = pairs[slot]!.source;
      if (range.start >= first && range.start < patch.from) slotAt.set(range.start, slot);
    }
    if (slotAt.size !== patch.rows.length) return undefined;
    const slots: number[] = [];
    for (const { before, after } of patch.rows) {
      const slot = slotAt.get(before.range.start);
      if (slot === undefined || pairs[slot]!.caption !== before.caption) return undefined;
      const { image } = pairs[slot]!;
      const siblings = this.slots.ofImage(image);
      if (siblings.some((other) => other !== slot && pairs[other]!.caption === after.caption)) {
        return undefined;
      }
      slots.push(slot);
    }
    return slots;
  }

  /** As `apply`, for a change of captions only. @param slots of the rows, by `slotsOf`. */
  applyPatch(
    file: DatasetPath,
    patch: RowPatch,
    slots: readonly number[],
    records: ReadonlyMap<string, TextRecord>,
  ): void {
    const { pairs } = this.slots;
    this.findings.forget();
    if (patch.lines !== 0 || patch.characters !== 0) {
      this.slots.move(file, patch);
      this.#problems = this.#problems.map((problem) =>
        problem.file === file && problem.range && problem.range.start >= patch.from
          ? { ...problem, range: moved(problem.range, patch) }
          : problem,
      );
    }
    const changed: number[] = [];
    patch.rows.forEach(({ before, after }, r) => {
      const slot = slots[r]!;
      const pair = pairs[slot]!;
      const source = { ...pair.source, range: after.range };
      this.slots.replace(slot, { ...pair, caption: after.caption, source });
      if (before.caption !== after.caption) changed.push(slot);
    });
    if (changed.length === 0) return;
    this.#settle(changed, new Set(changed.map((slot) => pairs[slot]!.image)), records);
  }

  /** What was decided changes what is judged. */
  decide(
    slot: number,
    decision: Decision | 'none',
    records: ReadonlyMap<string, TextRecord>,
  ): void {
    const pair = this.slots.pairs[slot]!;
    const hash = this.context.embedded.images.hashes[this.imageRowOf.get(pair.image) ?? -1];
    if (hash === undefined) return;
    const key = decisionKey(hash, pair.caption, this.#hash);
    if (decision === 'none') this.#decisions.delete(key);
    else this.#decisions.set(key, decision);
    // The same picture with the same caption under another name is the same decision.
    const same = [...this.slots.all()].filter(
      (other) => this.slots.pairs[other]!.caption === pair.caption,
    );
    this.#settle(same, new Set(same.map((other) => this.slots.pairs[other]!.image)), records);
  }

  /** Gives a pair another caption for a moment; the function returned takes it back. */
  tryCaption(slot: number, caption: string, records: ReadonlyMap<string, TextRecord>): () => void {
    const before = this.slots.pairs[slot]!;
    const images = new Set([before.image]);
    this.slots.pairs[slot] = { ...before, caption };
    // What neighbours make of it is not judged: all is as before once it is taken back.
    this.#change([slot], images, records);
    return () => {
      this.slots.pairs[slot] = before;
      this.#change([slot], images, new Map());
    };
  }

  hasImage(image: DatasetPath): boolean {
    return this.#images.has(image);
  }

  /** The row of a caption that nobody carries yet, for judging it where it is not. */
  guest(text: string, record: TextRecord): number {
    return this.#texts.place(text, record);
  }

  /** Judges pairs that changed, and their siblings, and notes whose neighbours changed. */
  #settle(
    changed: readonly number[],
    images: ReadonlySet<DatasetPath>,
    records: ReadonlyMap<string, TextRecord>,
  ): void {
    for (const slot of this.#touchedPairs(this.#change(changed, images, records))) {
      this.#unsettled.add(slot);
    }
  }

  #change(
    changed: readonly number[],
    images: ReadonlySet<DatasetPath>,
    records: ReadonlyMap<string, TextRecord>,
  ): TouchedRows {
    this.#makeRoom();
    const taken = new Set<number>();
    for (const slot of changed) this.#seat(slot, records, taken);
    const touched = noRows();
    for (const image of images) {
      const row = this.imageRowOf.get(image);
      if (row !== undefined) this.room.setCaptions(row, this.#textRows(image), touched);
    }
    const anew = new Set(changed);
    for (const image of images) for (const slot of this.slots.ofImage(image)) anew.add(slot);
    for (const slot of anew) this.#judge(slot);
    this.findings.update(anew, []);
    return touched;
  }

  /** Whether a change moved pairs that were not judged anew yet. */
  get unsettled(): boolean {
    return this.#unsettled.size > 0;
  }

  /** Judges some of the pairs whose neighbours changed, a few milliseconds' worth. Whether any moved visibly. */
  settleSome(): boolean {
    const { mismatch } = this.context;
    let visible = false;
    const some = [...this.#unsettled].slice(0, JUDGED_AT_ONCE);
    for (const slot of some) {
      const before = mismatch[slot]!;
      this.#unsettled.delete(slot);
      this.#judge(slot);
      visible ||= Math.abs(mismatch[slot]! - before) > VISIBLE;
    }
    return this.findings.update(new Set(), some) || visible;
  }

  /** More pairs may have come than there was room for. */
  #makeRoom(): void {
    const { embedded, mismatch } = this.context;
    const needed = this.slots.pairs.length;
    if (needed <= mismatch.length) return;
    const capacity = needed + SPARE_PAIRS;
    this.context.mismatch = withRoom(new Float64Array(capacity).fill(NaN), mismatch);
    embedded.imageRow = withRoom(new Int32Array(capacity).fill(-1), embedded.imageRow);
    embedded.textRow = withRoom(new Int32Array(capacity).fill(-1), embedded.textRow);
  }

  /** Where the pair of a slot stands in the tables now. */
  #seat(slot: number, records: ReadonlyMap<string, TextRecord>, taken: Set<number>): void {
    const { embedded } = this.context;
    const pair = this.slots.pairs[slot]!;
    const held = this.slots.holds(slot);
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
    if (readable && language === undefined) {
      const record = records.get(pair.caption);
      row = this.#texts.get(pair.caption) ?? -1;
      if (row < 0 && record !== undefined) row = this.#texts.place(pair.caption, record, taken);
      if (row < 0) this.#crowded = true;
      if (row >= 0) taken.add(row);
    }
    embedded.textRow[slot] = row;
    this.#judged[slot] = row >= 0;
  }

  #textRows(image: DatasetPath): number[] {
    const rows = this.slots.ofImage(image).map((slot) => this.context.embedded.textRow[slot]!);
    return [...new Set(rows.filter((row) => row >= 0))];
  }

  /** The pairs whose evidence the change may have moved. */
  #touchedPairs(touched: TouchedRows): Set<number> {
    const { embedded, model } = this.context;
    const pairs = new Set<number>();
    const addImage = (x: number, only?: number): void => {
      const path = embedded.images.paths[x];
      for (const slot of path === undefined ? [] : this.slots.ofImage(path)) {
        if (only === undefined || embedded.textRow[slot] === only) pairs.add(slot);
      }
    };
    for (const x of touched.images) addImage(x);
    for (const t of touched.texts) for (const x of model.source.graph.imagesOf[t]!) addImage(x, t);
    return pairs;
  }

  #judge(slot: number): void {
    const { embedded, mismatch, model, judged } = this.context;
    mismatch[slot] =
      judged[slot] === true
        ? model.mismatch(embedded.imageRow[slot]!, embedded.textRow[slot]!)
        : NaN;
  }

  #decisionOf(slot: number): Decision | undefined {
    const { image, caption } = this.slots.pairs[slot]!;
    const hash = this.context.embedded.images.hashes[this.imageRowOf.get(image) ?? -1];
    if (hash === undefined || this.#decisions.size === 0) return undefined;
    return this.#decisions.get(decisionKey(hash, caption, this.#hash));
  }

  #languageOf(caption: string): string | undefined {
    const language = this.#languages?.detect(caption);
    return language === 'en' ? undefined : language;
  }
}

function withRoom<T extends { set(values: ArrayLike<number>): void }>(
  room: T,
  values: ArrayLike<number>,
): T {
  room.set(values);
  return room;
}
