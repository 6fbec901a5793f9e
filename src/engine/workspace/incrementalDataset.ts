import { AuditFindings } from '../../core/audit/auditFindings.ts';
import { IncrementalScorer, noRows, type TouchedRows } from '../../core/audit/incrementalScorer.ts';
import type { Dataset, DatasetPath } from '../../core/dataset/dataset.ts';
import type { Decision } from '../../core/dataset/decisions.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import { isOfPlace, type Problem } from '../../core/dataset/problem.ts';
import type { MismatchEstimate } from '../../core/export/auditReport.ts';
import { moved, type RowPatch } from '../../core/formats/rowPatch.ts';
import type { LanguageDetector } from '../../core/ports.ts';
import type { Steps } from '../../core/steps.ts';
import { type JudgedDataset, mismatchEstimate } from '../audit/auditDataset.ts';
import type { TextRecord } from '../indexing/embeddingRecord.ts';
import { type FileContent, problemsWith } from './rereadCaptionFile.ts';
import { PairRegistry } from './pairRegistry.ts';
import { PairTable } from './pairTable.ts';

/** Room for captions that come between two whole audits. */
const SPARE_TEXTS = 512;
/** Of pairs whose neighbours changed: a tenth of a millisecond each. */
const JUDGED_AT_ONCE = 30;
/** Scores are shown as whole per cents. */
const VISIBLE = 0.005;

export interface LiveDatasetPorts {
  readonly hash: (text: string) => string;
  readonly languages: LanguageDetector | undefined;
}

/** One dataset with the model of its last whole audit, kept true while captions change. */
export class IncrementalDataset {
  readonly root: string;
  readonly incrementalScorer: IncrementalScorer;
  readonly slots: PairRegistry;
  readonly findings: AuditFindings;
  readonly estimate: MismatchEstimate | undefined;
  readonly #tables: PairTable;
  readonly #whole: Dataset;
  readonly #images: ReadonlySet<DatasetPath>;
  readonly #dirtyPairs = new Set<number>();
  #problems: readonly Problem[];

  private constructor(
    whole: EmbeddedDataset,
    context: JudgedDataset,
    incrementalScorer: IncrementalScorer,
    decisions: ReadonlyMap<string, Decision>,
    ports: LiveDatasetPorts,
  ) {
    const { dataset } = whole;
    this.root = dataset.root;
    this.#whole = dataset;
    this.#images = new Set(dataset.images);
    this.#problems = dataset.problems;
    this.estimate = context.judged.includes(true) ? mismatchEstimate(context) : undefined;
    this.slots = new PairRegistry(dataset.pairs);
    this.incrementalScorer = incrementalScorer;
    this.#tables = new PairTable(context, {
      ...ports,
      slots: this.slots,
      scorer: this.incrementalScorer,
      decisions,
      problems: () => this.#problems,
    });
    this.findings = new AuditFindings(this.context);
  }

  /** Makes a dataset that was audited ready for changes, in steps. */
  static *from(
    whole: EmbeddedDataset,
    context: JudgedDataset,
    decisions: ReadonlyMap<string, Decision>,
    ports: LiveDatasetPorts,
  ): Steps<IncrementalDataset> {
    const { model, embedded } = context;
    const { images, texts } = embedded;
    const scorer = yield* IncrementalScorer.fromFitted(
      model,
      images.paths.length,
      texts.texts.length,
      SPARE_TEXTS,
    );
    return new IncrementalDataset(whole, context, scorer, decisions, ports);
  }

  /** What the detectors work on, by slots. */
  get context(): JudgedDataset {
    return this.#tables.context;
  }

  get imageRowOf(): ReadonlyMap<DatasetPath, number> {
    return this.#tables.imageRowOf;
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
    return this.#tables.verified;
  }

  get excluded(): number {
    return this.#tables.excluded;
  }

  decision(slot: number): Decision | undefined {
    return this.#tables.decision(slot);
  }

  /** Those of the captions that have to be encoded before `apply`. */
  unknownTexts(captions: Iterable<string>): string[] {
    return this.#tables.unknownTexts(captions);
  }

  /** Whether so many new captions can be judged; if not, they wait for a whole audit. */
  hasCapacityFor(texts: number): boolean {
    return texts <= SPARE_TEXTS / 2;
  }

  /** Whether captions could not be taken in because all spare rows are used: only a whole audit helps. */
  get capacityExceeded(): boolean {
    return this.#tables.capacityExceeded;
  }

  /** Takes in what a caption file holds now, and judges what that touches. Never waits. */
  apply(content: FileContent, records: ReadonlyMap<string, TextRecord>): void {
    this.#problems = problemsWith(this.#problems, content);
    const { slots, images } = this.slots.setFiles(content.pairs);
    this.#rescoreChanged(slots, images, records);
  }

  /**
   * The slots a patch of a caption file is about, or undefined where it is about more than captions: rows that stand
   * for no pair or for several, rows that become each other's repetition, problems that name lines.
   */
  slotsOf(file: DatasetPath, patch: RowPatch): number[] | undefined {
    const problems = this.#problems.filter(
      (problem) => problem.file === file && !isOfPlace(problem),
    );
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
    this.findings.update();
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
    this.#rescoreChanged(changed, new Set(changed.map((slot) => pairs[slot]!.image)), records);
  }

  /** What was decided changes what is judged. */
  decide(
    slot: number,
    decision: Decision | 'none',
    records: ReadonlyMap<string, TextRecord>,
  ): void {
    if (!this.#tables.decide(slot, decision)) return;
    const { caption } = this.slots.pairs[slot]!;
    // The same picture with the same caption under another name is the same decision.
    const same = [...this.slots.all()].filter(
      (other) => this.slots.pairs[other]!.caption === caption,
    );
    this.#rescoreChanged(
      same,
      new Set(same.map((other) => this.slots.pairs[other]!.image)),
      records,
    );
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
  queryRow(text: string, record: TextRecord): number {
    return this.#tables.queryRow(text, record);
  }

  /** Judges pairs that changed, and their siblings, and notes whose neighbours changed. */
  #rescoreChanged(
    changed: readonly number[],
    images: ReadonlySet<DatasetPath>,
    records: ReadonlyMap<string, TextRecord>,
  ): void {
    for (const slot of this.#touchedPairs(this.#change(changed, images, records))) {
      this.#dirtyPairs.add(slot);
    }
  }

  #change(
    changed: readonly number[],
    images: ReadonlySet<DatasetPath>,
    records: ReadonlyMap<string, TextRecord>,
  ): TouchedRows {
    this.#tables.assignRows(changed, records);
    const touched = noRows();
    for (const image of images) {
      const row = this.imageRowOf.get(image);
      if (row !== undefined)
        this.incrementalScorer.setCaptions(row, this.#tables.textRows(image), touched);
    }
    const anew = new Set(changed);
    for (const image of images) for (const slot of this.slots.ofImage(image)) anew.add(slot);
    for (const slot of anew) this.#tables.judge(slot);
    this.findings.update(anew);
    return touched;
  }

  /** Whether a change moved pairs that were not judged anew yet. */
  get hasDirtyPairs(): boolean {
    return this.#dirtyPairs.size > 0;
  }

  /** Judges some of the pairs whose neighbours changed, a few milliseconds' worth. Whether any moved visibly. */
  rescoreBatch(): boolean {
    const { mismatch } = this.context;
    let visible = false;
    const some = [...this.#dirtyPairs].slice(0, JUDGED_AT_ONCE);
    for (const slot of some) {
      const before = mismatch[slot]!;
      this.#dirtyPairs.delete(slot);
      this.#tables.judge(slot);
      visible ||= Math.abs(mismatch[slot]! - before) > VISIBLE;
    }
    return this.findings.update(new Set(), some) || visible;
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
    for (const t of touched.texts) for (const x of model.scorer.graph.imagesOf[t]!) addImage(x, t);
    return pairs;
  }
}
