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
  hardNegativeFindings,
  hardNegativesOf,
  type HardNegative,
} from '../../core/audit/detectors/hardNegative.ts';
import { languageNotJudged } from '../../core/audit/detectors/languageNotJudged.ts';
import { nearDuplicate } from '../../core/audit/detectors/nearDuplicate.ts';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';

/** Explaining a doubtful caption takes a millisecond or two: a turn stays short. */
const EXPLAINED_PER_TURN = 4;
const COMPARED_PER_TURN = 200;

/** What the detectors say of a dataset, kept true pair by pair. */
export class LiveFindings {
  readonly #context: AuditContext;
  /** From which probability on a caption is reported: what the last whole audit found right. */
  readonly #threshold: number;
  readonly #mismatches = new Map<number, Detected>();
  #swaps: Swap[] = [];
  #hardNegatives: HardNegative[] = [];
  /** Other pictures with the same, or nearly the same content: captions do not matter to them. */
  #duplicates: readonly Detected[] = [];

  constructor(context: AuditContext) {
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
    this.#duplicates = [...exactDuplicate.detect(context), ...nearDuplicate.detect(context)];
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
    for (let p = 0; p < context.judged.length; p++) {
      this.#hardNegatives.push(...hardNegativesOf(context, p, first));
      if (p % COMPARED_PER_TURN === 0) await breathe();
    }
  }

  /**
   * @param changed pairs with another caption or decision: everything about them is found anew
   * @param moved pairs whose probability is another: their findings come or go
   */
  update(changed: ReadonlySet<number>, moved: Iterable<number>): void {
    const context = this.#context;
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
    this.#updateSwaps(anew);
    this.#updateHardNegatives(anew);
  }

  /** Everything found, in the order of the detectors. */
  all(): Detected[] {
    const context = this.#context;
    const mismatches = [...this.#mismatches].sort(
      ([p, a], [q, b]) => b.confidence - a.confidence || p - q,
    );
    return [
      ...brokenFiles.detect(context),
      ...mismatches.map(([, finding]) => finding),
      ...swapFindings(context, this.#swaps),
      ...this.#duplicates,
      ...hardNegativeFindings(context, this.#hardNegatives),
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
    const { judged, embedded, model } = this.#context;
    this.#hardNegatives = this.#hardNegatives.filter(
      ({ first, second }) => !anew.has(first) && !anew.has(second),
    );
    const first = firstPairs(this.#context);
    const texts = new Set([...anew].map((p) => embedded.textRow[p]!).filter((t) => t >= 0));
    for (let p = 0; p < judged.length; p++) {
      if (anew.has(p)) {
        this.#hardNegatives.push(...hardNegativesOf(this.#context, p, first));
      } else if (
        judged[p] === true &&
        nears(model.source.sentenceLists, embedded.textRow[p]!, texts)
      ) {
        this.#hardNegatives.push(
          ...hardNegativesOf(this.#context, p, first).filter(({ second }) => anew.has(second)),
        );
      }
    }
  }
}

function nears(
  lists: { readonly k: number; readonly indices: Int32Array },
  row: number,
  texts: ReadonlySet<number>,
): boolean {
  const start = row * lists.k;
  for (let at = start; at < start + 10; at++) if (texts.has(lists.indices[at]!)) return true;
  return false;
}
