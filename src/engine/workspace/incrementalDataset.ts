import { AuditFindings } from '../../core/audit/auditFindings.ts';
import type { SpareRows } from '../../core/audit/centredSpaces.ts';
import type { Incomparable } from '../../core/audit/comparability.ts';
import { IncrementalScorer, noRows, type TouchedRows } from '../../core/audit/incrementalScorer.ts';
import type { Dataset, DatasetPath } from '../../core/dataset/dataset.ts';
import type { Decision, ReplacedCaption } from '../../core/dataset/decisions.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import { isOfPlace, type Problem } from '../../core/dataset/problem.ts';
import type { ScoredCaption } from '../../core/audit/picturesElsewhere.ts';
import type { MismatchEstimate } from '../../core/export/auditReport.ts';
import { moved, type RowPatch } from '../../core/formats/rowPatch.ts';
import type { Boilerplate } from '../../core/text/boilerplate.ts';
import type { LanguageDetector } from '../../core/ports.ts';
import type { Steps } from '../../core/steps.ts';
import { type JudgedDataset, leastFitting, mismatchEstimate } from '../audit/auditDataset.ts';
import type { TextRecord } from '../indexing/embeddingRecord.ts';
import { type FileContent, problemsWith } from './rereadCaptionFile.ts';
import { PairRegistry } from './pairRegistry.ts';
import { type AccusedCaption, PairTable, VISIBLE } from './pairTable.ts';

/** Spare rows for captions added between two whole audits. */
const SPARE_TEXTS = 512;
/** What is added to a dataset while it is open: an image at a time as a query, and captions. */
export const LIVE_SPARE: SpareRows = { images: 1, texts: SPARE_TEXTS };
/** Pairs rescored per batch; each takes about 0.1 ms. */
const JUDGED_AT_ONCE = 30;

export interface LiveDatasetPorts {
  readonly hash: (text: string) => string;
  readonly languages: LanguageDetector | undefined;
}

/** What a person said of the captions. */
export interface LiveVerdicts {
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly replaced: readonly ReplacedCaption[];
}

/** A dataset with the model of its last whole audit; scores and findings are updated as captions change. */
export class IncrementalDataset {
  readonly root: string;
  readonly incrementalScorer: IncrementalScorer;
  readonly slots: PairRegistry;
  readonly findings: AuditFindings;
  estimate: MismatchEstimate | undefined;
  readonly #tables: PairTable;
  readonly #whole: Dataset;
  readonly #images: ReadonlySet<DatasetPath>;
  readonly #dirtyPairs = new Set<number>();
  /** Captions called wrong that were edited and not saved yet, by slot. */
  readonly #accused = new Map<number, AccusedCaption>();
  readonly #replaced: Map<string, ReplacedCaption>;
  readonly #restored = new Set<string>();
  #calibratedEarly = false;
  #problems: readonly Problem[];

  private constructor(
    whole: EmbeddedDataset,
    context: JudgedDataset,
    incrementalScorer: IncrementalScorer,
    { decisions, replaced }: LiveVerdicts,
    ports: LiveDatasetPorts,
  ) {
    this.#replaced = new Map(replaced.map((caption) => [caption.key, caption]));
    const { dataset } = whole;
    this.root = dataset.root;
    this.#whole = dataset;
    this.#images = new Set(dataset.images);
    this.#problems = dataset.problems;
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
    this.estimate = this.#estimated();
  }

  /** Prepares an audited dataset for changes, in steps. */
  static *from(
    whole: EmbeddedDataset,
    context: JudgedDataset,
    verdicts: LiveVerdicts,
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
    return new IncrementalDataset(whole, context, scorer, verdicts, ports);
  }

  /** Input of the detectors, indexed by slot. */
  get context(): JudgedDataset {
    return this.#tables.context;
  }

  get imageRowOf(): ReadonlyMap<DatasetPath, number> {
    return this.#tables.imageRowOf;
  }

  /** The current dataset, equal to that after opening it again. */
  get dataset(): Dataset {
    const pairs = [...this.slots.all()].map((slot) => this.slots.pairs[slot]!);
    return { ...this.#whole, pairs, problems: this.#problems };
  }

  /** What is left out of a caption when it is embedded: learnt with the last whole audit. */
  get boilerplate(): Boilerplate | undefined {
    return this.context.embedded.boilerplate;
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

  /** The captions of an image that are scored now. */
  scoredCaptions(image: DatasetPath): ScoredCaption[] {
    const { judged, mismatch } = this.context;
    return this.slots
      .ofImage(image)
      .filter((slot) => judged[slot] === true)
      .map((slot) => ({ caption: this.slots.pairs[slot]!.caption, mismatch: mismatch[slot]! }));
  }

  decision(slot: number): Decision | undefined {
    return this.#tables.decision(slot);
  }

  /** Why the captions cannot be judged against one another; undefined if they can. */
  get incomparable(): Incomparable | undefined {
    return this.estimate?.incomparable;
  }

  /** The slots whose captions fit least, where they cannot be judged against one another; none elsewhere. */
  get leastFitting(): readonly number[] {
    return this.incomparable === undefined ? [] : leastFitting(this.context);
  }

  /** The slots with a decision. */
  decided(): { readonly slot: number; readonly decision: Decision }[] {
    return [...this.slots.all()].flatMap((slot) => {
      const decision = this.decision(slot);
      return decision === undefined ? [] : [{ slot, decision }];
    });
  }

  /** The captions that must be encoded before `apply`. */
  unknownTexts(captions: Iterable<string>): string[] {
    return this.#tables.unknownTexts(captions);
  }

  /** Whether this many new captions can be scored; more wait for a whole audit. */
  hasCapacityFor(texts: number): boolean {
    return texts <= SPARE_TEXTS / 2;
  }

  /** Whether captions could not be added because all spare rows are used: a whole audit is necessary. */
  get capacityExceeded(): boolean {
    return this.#tables.capacityExceeded;
  }

  /** Applies the new content of a caption file and rescores what changed. Synchronous. */
  apply(content: FileContent, records: ReadonlyMap<string, TextRecord>): void {
    for (const file of content.pairs.keys()) this.#noteAccused(file);
    this.#problems = problemsWith(this.#problems, content);
    const { slots, images } = this.slots.setFiles(content.pairs);
    this.#rescoreChanged(slots, images, records);
  }

  /**
   * The slots changed by a patch of a caption file. Undefined if more than captions changes: rows with no pair or several,
   * captions that become duplicates, problems with line numbers.
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

  /** As `apply`, for a change of captions only. @param slots result of `slotsOf`. */
  applyPatch(
    file: DatasetPath,
    patch: RowPatch,
    slots: readonly number[],
    records: ReadonlyMap<string, TextRecord>,
  ): void {
    const { pairs } = this.slots;
    this.#noteAccused(file);
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

  /** Applies a decision about some pairs and rescores those it concerns. */
  decide(
    slots: readonly number[],
    decision: Decision | 'none',
    records: ReadonlyMap<string, TextRecord>,
  ): void {
    const decided = slots.filter((slot) => this.#tables.decide(slot, decision));
    if (decided.length === 0) return;
    const captions = new Set(decided.map((slot) => this.slots.pairs[slot]!.caption));
    // Decisions are by content: they also apply to copies of the image with the same caption.
    const same = [...this.slots.all()].filter((other) =>
      captions.has(this.slots.pairs[other]!.caption),
    );
    if (decision === 'excluded') {
      for (const other of same) {
        this.#tables.noteUnwanted(other, 'excluded', this.#tables.accused(other));
      }
    }
    this.#rescoreChanged(
      same,
      new Set(same.map((other) => this.slots.pairs[other]!.image)),
      records,
    );
  }

  /** Calibrates the dataset again with the verdicts that apply now. Findings and estimate follow at the end. */
  *recalibrate(): Steps<void> {
    this.#calibratedEarly = this.hasDirtyPairs;
    const moved = yield* this.#tables.recalibrate();
    this.findings.update();
    this.estimate = this.#estimated();
    for (const slot of moved) this.#dirtyPairs.add(slot);
  }

  /** Notes the captions of a file that findings call wrong, before they are edited. */
  #noteAccused(file: DatasetPath): void {
    const doubts = this.findings.of('caption-mismatch', 'captions-swapped');
    for (const { pair, relatedPairs } of doubts) {
      for (const slot of [...(pair === undefined ? [] : [pair]), ...relatedPairs]) {
        const known = this.slots.pairs[slot]?.source.file === file && this.slots.holds(slot);
        if (known && !this.#accused.has(slot)) {
          this.#accused.set(slot, this.#tables.accused(slot));
        }
      }
    }
  }

  /**
   * Must be called after a caption file is written: which of its accused captions were replaced by ones without a finding,
   * and which replaced ones are back?
   * @returns whether there are any: then `recalibrate` must follow.
   */
  settle(file: DatasetPath): boolean {
    const doubted = new Set(
      this.findings
        .of('caption-mismatch', 'captions-swapped')
        .flatMap(({ pair, relatedPairs }) => [pair, ...relatedPairs]),
    );
    let any = false;
    for (const slot of this.slots.ofFile(file)) {
      const { image, caption } = this.slots.pairs[slot]!;
      for (const replaced of this.#replaced.values()) {
        if (replaced.image !== image || replaced.caption !== caption) continue;
        this.#replaced.delete(replaced.key);
        this.#restored.add(replaced.key);
        any = true;
      }
      const was = this.#accused.get(slot);
      if (was === undefined || was.caption === caption) this.#accused.delete(slot);
      else if (this.context.judged[slot] === true && !doubted.has(slot)) {
        this.#accused.delete(slot);
        const key = this.#tables.keyOf(slot, was.caption);
        if (key === undefined) continue;
        this.#tables.noteUnwanted(slot, 'replaced', was);
        this.#replaced.set(key, { key, image, caption: was.caption });
        this.#restored.delete(key);
        any = true;
      }
    }
    return any;
  }

  /** The wrong captions that were replaced since the dataset was first opened. */
  get replaced(): readonly ReplacedCaption[] {
    return [...this.#replaced.values()];
  }

  /** Keys of captions that were replaced and are back. */
  get restored(): ReadonlySet<string> {
    return this.#restored;
  }

  /** Whether the last calibration used scores that waited to be computed again. */
  get calibratedEarly(): boolean {
    return this.#calibratedEarly;
  }

  #estimated(): MismatchEstimate | undefined {
    return this.context.judged.includes(true) ? mismatchEstimate(this.context) : undefined;
  }

  /** Replaces a pair's caption temporarily; the returned function restores it. */
  tryCaption(slot: number, caption: string, records: ReadonlyMap<string, TextRecord>): () => void {
    const before = this.slots.pairs[slot]!;
    const images = new Set([before.image]);
    this.slots.pairs[slot] = { ...before, caption };
    // Neighbours are not rescored: their scores are unchanged after the restore.
    this.#change([slot], images, records);
    return () => {
      this.slots.pairs[slot] = before;
      this.#change([slot], images, new Map());
    };
  }

  hasImage(image: DatasetPath): boolean {
    return this.#images.has(image);
  }

  /** A row for a caption that is not in the dataset, to score it as a query. */
  queryRow(text: string, record: TextRecord): number {
    return this.#tables.queryRow(text, record);
  }

  /** Rescores changed pairs and their siblings; marks pairs with changed neighbours as dirty. */
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

  /** Whether pairs wait to be rescored. */
  get hasDirtyPairs(): boolean {
    return this.#dirtyPairs.size > 0;
  }

  /** Rescores some dirty pairs (a few milliseconds). Whether a score or finding changed visibly. */
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

  /** The pairs whose scores may have changed. */
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
