import { fitAuditModel } from '../core/audit/auditModel.ts';
import type { AuditContext, Detected } from '../core/audit/detectors/detector.ts';
import { mismatchThreshold } from '../core/audit/detectors/captionMismatch.ts';
import { DETECTORS } from '../core/audit/detectors/table.ts';
import type { Finding, FindingCode } from '../core/audit/finding.ts';
import type { ReferenceBank } from '../core/audit/referenceBank.ts';
import { withJudgedTexts } from '../core/audit/judgedTexts.ts';
import { WordCounts } from '../core/audit/words.ts';
import { type CancelSignal, throwIfCancelled } from '../core/cancellation.ts';
import type { EmbeddedDataset } from '../core/dataset/embeddedDataset.ts';
import { LEVELS_WORST_FIRST, type MismatchEstimate } from '../core/export/auditReport.ts';
import { dotRows, type InnerProducts } from '../core/matching/innerProducts.ts';
import type { LanguageDetector } from '../core/ports.ts';
import type { ProgressListener } from '../core/progress.ts';
import type { Levels } from './levels.ts';
import type { AuditedPair, DatasetAudit } from './workspace.ts';

export interface AuditOptions {
  readonly levels: Levels;
  readonly reference: ReferenceBank;
  /** Tells captions the encoder cannot read; without one every caption counts as English. */
  readonly languages?: LanguageDetector;
  /** A fast kernel for the all-pairs search; plain JavaScript without one. */
  readonly innerProducts?: InnerProducts;
  readonly signal?: CancelSignal;
  readonly onProgress?: ProgressListener;
}

/**
 * Judges every readable pair of an embedded dataset and collects the findings, the worst first. The same dataset gives
 * the same result in every run.
 * @throws PairLensError `cancelled`.
 */
export async function auditDataset(
  whole: EmbeddedDataset,
  options: AuditOptions,
): Promise<DatasetAudit> {
  const { pairs } = whole.dataset;
  const languages = foreignLanguages(whole, options.languages);
  const readable = pairs.map((_, p) => whole.imageRow[p]! >= 0 && whole.textRow[p]! >= 0);
  const judged = readable.map((ok, p) => ok && languages[p] === undefined);
  const embedded = withJudgedTexts(whole, judged);
  const total = pairs.length;
  const model = await fitAuditModel(embedded, judged, options.reference, {
    ...(options.innerProducts && { innerProducts: options.innerProducts }),
    ...(options.signal && { signal: options.signal }),
    onProgress: (share) =>
      options.onProgress?.({ phase: 'match', done: Math.floor(share * total), total }),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
  });
  throwIfCancelled(options.signal);
  options.onProgress?.({ phase: 'calibrate', done: total, total });
  const mismatch = Float64Array.from(pairs, (_, p) =>
    judged[p] === true ? model.mismatch(embedded.imageRow[p]!, embedded.textRow[p]!) : NaN,
  );
  const context: AuditContext = {
    embedded,
    judged,
    languages,
    model,
    mismatch,
    words: new WordCounts(embedded.texts.texts),
  };
  const detected = DETECTORS.filter(({ codes }) =>
    codes.some((code) => options.levels[code] !== 'off'),
  ).flatMap((detector) => {
    throwIfCancelled(options.signal);
    return detector.detect(context);
  });
  options.onProgress?.({ phase: 'audit', done: total, total });
  return {
    pairs: auditedPairs(whole, context, readable, detected, options.levels),
    findings: withLevels(withoutRepeats(detected, options.levels), options.levels),
    ...(judged.includes(true) && { estimate: estimateOf(mismatch, model.calibration.wrongShare) }),
  };
}

/** For each pair the language of its caption, where that is clearly not English. */
function foreignLanguages(
  { dataset, texts, textRow }: EmbeddedDataset,
  detector: LanguageDetector | undefined,
): (string | undefined)[] {
  const perText = texts.texts.map((text) => {
    const language = detector?.detect(text);
    return language === 'en' ? undefined : language;
  });
  return dataset.pairs.map((_, p) => perText[textRow[p]!]);
}

function auditedPairs(
  embedded: EmbeddedDataset,
  { mismatch, model }: AuditContext,
  readable: readonly boolean[],
  detected: readonly Detected[],
  levels: Levels,
): (AuditedPair | undefined)[] {
  const codes = new Map<number, FindingCode[]>();
  for (const { pair, code } of detected) {
    if (pair === undefined || levels[code] === 'off') continue;
    const known = codes.get(pair) ?? [];
    if (!known.includes(code)) codes.set(pair, [...known, code]);
  }
  return embedded.dataset.pairs.map((_, p) => {
    if (readable[p] !== true) return undefined;
    const probability = mismatch[p]!;
    return {
      similarity: dotRows(
        embedded.images.embedding,
        embedded.imageRow[p]!,
        embedded.texts.embedding,
        embedded.textRow[p]!,
      ),
      // A caption that was not judged is as likely wrong as any.
      mismatch: Number.isNaN(probability) ? model.calibration.wrongShare : probability,
      findings: codes.get(p) ?? [],
    };
  });
}

/** A swap says all that the mismatch of its two captions would say, and how to mend it. */
function withoutRepeats(detected: readonly Detected[], levels: Levels): Detected[] {
  if (levels['captions-swapped'] === 'off') return [...detected];
  const swapped = new Set(
    detected.flatMap(({ code, pair }) => (code === 'captions-swapped' ? [pair] : [])),
  );
  return detected.filter(({ code, pair }) => code !== 'caption-mismatch' || !swapped.has(pair));
}

function withLevels(detected: readonly Detected[], levels: Levels): Finding[] {
  const findings = detected.flatMap((finding): Finding[] => {
    const level = levels[finding.code];
    return level === 'off' ? [] : [{ ...finding, level }];
  });
  const rank = (finding: Finding): number => LEVELS_WORST_FIRST.indexOf(finding.level);
  return findings.sort((a, b) => rank(a) - rank(b) || b.confidence - a.confidence);
}

/** What the calibrated probabilities promise of the `caption-mismatch` findings. */
function estimateOf(mismatch: Float64Array, wrongShare: number): MismatchEstimate {
  const threshold = mismatchThreshold(mismatch);
  let flagged = 0;
  let hits = 0;
  let wrong = 0;
  for (const probability of mismatch) {
    if (Number.isNaN(probability)) continue;
    wrong += probability;
    if (probability < threshold) continue;
    flagged++;
    hits += probability;
  }
  return {
    wrongShare,
    ...(flagged > 0 && { precision: hits / flagged }),
    ...(wrong > 0 && { recall: hits / wrong }),
  };
}
