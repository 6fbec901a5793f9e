import { brokenFiles } from '../../core/audit/detectors/brokenFiles.ts';
import { mismatchOf, mismatchThreshold } from '../../core/audit/detectors/captionMismatch.ts';
import {
  pairsByText,
  suspiciousPairs,
  swapFindings,
  swapsOf,
  type Swap,
} from '../../core/audit/detectors/captionsSwapped.ts';
import type { AuditContext, Detected } from '../../core/audit/detectors/detector.ts';
import { exactDuplicate } from '../../core/audit/detectors/exactDuplicate.ts';
import {
  firstPairs,
  HARD_NEGATIVE_CANDIDATES,
  hardNegativeFindings,
  hardNegativesOf,
  type HardNegative,
} from '../../core/audit/detectors/hardNegative.ts';
import { languageNotJudged } from '../../core/audit/detectors/languageNotJudged.ts';
import { nearDuplicates } from '../../core/audit/detectors/nearDuplicate.ts';
import { ClosestFirst } from './closestFirst.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { paced } from '../../core/steps.ts';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';

/** Explaining a doubtful caption takes a millisecond or two: a turn stays short. */
const EXPLAINED_PER_TURN = 4;
const COMPARED_PER_TURN = 200;

/** What the detectors say of a dataset, kept true pair by pair. */
export class LiveFindings {
  readonly #context: AuditContext;
  readonly #ofImage: (image: DatasetPath) => readonly number[];
  /** From which probability on a caption is reported: what the last whole audit found right. */
  readonly #threshold: number;
  readonly #mismatches = new Map<number, Detected>();
  #swaps: Swap[] = [];
  /** Far more than are reported. */
  #hardNegatives = new ClosestFirst([]);
  /** Other pictures with the same, or nearly the same content: captions do not matter to them. */
  #duplicates: readonly Detected[] = [];
  #all: Detected[] | undefined;

  /** @param ofImage the pairs of an image */
  constructor(context: AuditContext, ofImage: (image: DatasetPath) => readonly number[]) {
    this.#ofImage = ofImage;
    this.#context = context;
    this.#threshold = mismatchThreshold(context.mismatch);
  }

  /** Looks at every pair. @throws PairLensError `cancelled`. */
  async detectAll(pause: () => Promise<void>, signal: CancelSignal | undefined): Promise<void> {
    const context = this.#context;
    const breathe = async (): Promise<void> => {
      await pause();
      throwIfCancelled(signal);
    };
    const near = await paced(nearDuplicates(context), breathe);
    this.#duplicates = [...exactDuplicate.detect(context), ...near];
    await breathe();
    let explained = 0;
    for (let p = 0; p < context.judged.length; p++) {
      if (!this.#doubtful(p)) continue;
      this.#mismatches.set(p, mismatchOf(context, p));
      if (++explained % EXPLAINED_PER_TURN === 0) await breathe();
    }
    const suspicious = suspiciousPairs(context);
    const byText = pairsByText(context, suspicious);
    for (const [n, p] of suspicious.entries()) {
      this.#swaps.push(...swapsOf(context, p, byText));
      if (n % EXPLAINED_PER_TURN === 0) await breathe();
    }
    const first = firstPairs(context);
    const hardNegatives: HardNegative[] = [];
    for (let p = 0; p < context.judged.length; p++) {
      hardNegatives.push(...hardNegativesOf(context, p, first));
      if (p % COMPARED_PER_TURN === 0) await breathe();
    }
    this.#hardNegatives = new ClosestFirst(hardNegatives);
    this.forget();
  }

  /**
   * @param changed pairs with another caption or decision: everything about them is found anew
   * @param moved pairs whose probability is another: their findings come or go
   * @returns whether any came, went or was found anew.
   */
  update(changed: ReadonlySet<number>, moved: Iterable<number>): boolean {
    const context = this.#context;
    this.forget();
    const anew = new Set(changed);
    for (const p of moved) {
      const known = this.#mismatches.get(p);
      if (this.#doubtful(p) !== (known !== undefined)) anew.add(p);
      else if (known !== undefined) {
        this.#mismatches.set(p, { ...known, confidence: context.mismatch[p]! });
      }
    }
    for (const p of anew) {
      if (this.#doubtful(p)) this.#mismatches.set(p, mismatchOf(context, p));
      else this.#mismatches.delete(p);
    }
    if (anew.size === 0) return false;
    this.#updateSwaps(anew);
    this.#updateHardNegatives(anew);
    return true;
  }

  /** Something changed that findings tell: problems of files, places of captions. */
  forget(): void {
    this.#all = undefined;
  }

  /** Everything found, in the order of the detectors. */
  all(): readonly Detected[] {
    this.#all ??= this.#gather();
    return this.#all;
  }

  #gather(): Detected[] {
    const context = this.#context;
    const mismatches = [...this.#mismatches].sort(
      ([p, a], [q, b]) => b.confidence - a.confidence || p - q,
    );
    return [
      ...brokenFiles.detect(context),
      ...mismatches.map(([, finding]) => finding),
      ...swapFindings(context, this.#swaps),
      ...this.#duplicates,
      ...hardNegativeFindings(context, this.#hardNegatives.sorted),
      ...languageNotJudged.detect(context),
    ];
  }

  get duplicates(): readonly Detected[] {
    return this.#duplicates;
  }

  #doubtful(p: number): boolean {
    const { judged, verified, mismatch } = this.#context;
    return judged[p] === true && verified[p] !== true && mismatch[p]! >= this.#threshold;
  }

  #updateSwaps(anew: ReadonlySet<number>): void {
    const suspicious = suspiciousPairs(this.#context);
    const still = new Set(suspicious);
    const byText = pairsByText(this.#context, suspicious);
    this.#swaps = this.#swaps.filter(
      ({ first, second }) =>
        !anew.has(first) && !anew.has(second) && still.has(first) && still.has(second),
    );
    for (const p of anew) {
      if (still.has(p)) this.#swaps.push(...swapsOf(this.#context, p, byText));
    }
  }

  #updateHardNegatives(anew: ReadonlySet<number>): void {
    const context = this.#context;
    const { embedded, model } = context;
    for (const p of anew) this.#hardNegatives.drop(p);
    const firstPairs = { get: (t: number) => this.#pairsWith(t)[0] };
    const near = new Set(anew);
    for (const t of new Set([...anew].map((p) => embedded.textRow[p]!))) {
      if (t < 0) continue;
      // Those whose list the caption is high up in may have come to be confused with its pair.
      const { indices, k } = model.source.sentenceLists;
      for (let at = indices.indexOf(t); at >= 0; at = indices.indexOf(t, at + 1)) {
        if (at % k >= HARD_NEGATIVE_CANDIDATES) continue;
        for (const p of this.#pairsWith(Math.floor(at / k))) near.add(p);
      }
    }
    for (const p of near) {
      for (const each of hardNegativesOf(context, p, firstPairs)) {
        if (anew.has(p) || anew.has(each.second)) this.#hardNegatives.add(each);
      }
    }
  }

  /** The pairs that carry the caption of a row, in order. */
  #pairsWith(t: number): number[] {
    const { model, embedded } = this.#context;
    const pairs: number[] = [];
    for (const x of model.source.graph.imagesOf[t]!) {
      const path = embedded.images.paths[x];
      if (path === undefined) continue;
      for (const p of this.#ofImage(path)) if (embedded.textRow[p] === t) pairs.push(p);
    }
    return pairs.sort((p, q) => p - q);
  }
}
