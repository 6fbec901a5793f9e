import { type PreparedAudit, prepareAudit } from '../../core/audit/auditModel.ts';
import { LEAST_PICTURES } from '../../core/audit/captionPrediction.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import { fitDataset, type FitOptions } from '../../core/audit/fitting/fitDataset.ts';
import { type HeldOut, isBetter } from '../../core/audit/fitting/fittedModel.ts';
import { withJudgedTexts } from '../../core/audit/judgedTexts.ts';
import type { ReferenceBank } from '../../core/audit/referenceBank.ts';
import { throwIfCancelled } from '../../core/cancellation.ts';
import type { Decision } from '../../core/dataset/decisions.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import type { InnerProducts } from '../../core/matching/innerProducts.ts';
import type { FileSystem, Hasher, LanguageDetector } from '../../core/ports.ts';
import { runCooperatively } from '../../core/steps.ts';
import { nextTurn } from './auditDataset.ts';
import {
  FITTED_FILE,
  type FitOrigin,
  fittedBytes,
  PARTIAL_FILE,
  parsePartial,
  partialBytes,
} from './fittedFile.ts';
import { scorablePairs } from './scorablePairs.ts';

export interface FitPlace {
  /** The dataset's root, and the opened folder that contains it. */
  readonly root: string;
  readonly folder: string;
  /** File to write instead of the dataset's own, and a folder that contains it. */
  readonly out?: { readonly file: string; readonly folder: string };
}

export interface FitPorts {
  readonly files: FileSystem;
  readonly hasher: Hasher;
  readonly reference: ReferenceBank;
  readonly languages?: LanguageDetector;
  readonly innerProducts?: InnerProducts;
}

/** What a person said of the pairs of a dataset, in its order. */
export interface FitVerdicts {
  /** Excluded pairs are not learnt from; verified ones count in full. */
  readonly decisions?: readonly (Decision | undefined)[];
  /** Pairs whose caption a person wrote in the place of a wrong one: they count in full. */
  readonly mended?: readonly boolean[];
}

export interface FitRequest
  extends Omit<FitOptions, 'from' | 'innerProducts' | 'right'>, FitVerdicts {}

/** Outcome of a fit; `file` (absolute) was written only if the fit is better than the audit without it. */
export type FitOutcome =
  | { readonly kind: 'too-few'; readonly pictures: number; readonly least: number }
  | (FitResult & { readonly kind: 'no-better' })
  | (FitResult & { readonly kind: 'fitted'; readonly file: string });

export interface FitResult {
  readonly heldOut: HeldOut;
  readonly rounds: number;
  readonly pairs: number;
}

/**
 * Fits to a dataset and writes what was learnt beside it, if that is better on held-out captions. A run that was cut off goes on
 * after its last round.
 * @throws PairLensError `cancelled`, `write-failed`.
 */
export async function fitInPlace(
  embedded: EmbeddedDataset,
  { root, folder, out }: FitPlace,
  ports: FitPorts,
  request: FitRequest,
): Promise<FitOutcome> {
  const options = { pause: nextTurn, ...request };
  const { files, hasher } = ports;
  const pictures = new Set(embedded.images.hashes).size;
  if (pictures < LEAST_PICTURES) return { kind: 'too-few', pictures, least: LEAST_PICTURES };
  const prepared = await prepareFit(embedded, ports, options);
  const { folds, seed } = options;
  const contents = prepared.contents();
  const right = saidRight(prepared, request);
  // A run that was cut off goes on only with the same verdicts.
  const said = right.flatMap((is, n) => (is ? [n] : []));
  const origin: FitOrigin = {
    encoder: embedded.modelId,
    dataset: hasher.hash([...contents, ...said].join('\0')),
    pairs: contents.length,
    images: pictures,
    folds,
    seed,
  };
  const partial = toAbsolute(root, PARTIAL_FILE);
  const before = await existing(files, partial);
  const from = before && parsePartial(before, origin);
  const { best, rounds } = await fitDataset(prepared, {
    ...options,
    right,
    ...(from && { from }),
    onRound: async (state) => {
      const bytes = partialBytes(origin, state);
      await files.update(partial, folder, () => bytes);
      await options.onRound?.(state);
    },
  });
  const result = { heldOut: best.heldOut, rounds, pairs: contents.length };
  const better = isBetter(best.heldOut);
  const to = out ?? { file: toAbsolute(root, FITTED_FILE), folder };
  if (better) {
    const bytes = fittedBytes({ origin, rounds, ...best });
    await files.update(to.file, to.folder, () => bytes);
  }
  await remove(files, partial, folder);
  return better ? { kind: 'fitted', ...result, file: to.file } : { kind: 'no-better', ...result };
}

/** The pairs that the audit scores, ready to be learnt from. @throws PairLensError `cancelled`. */
export async function prepareFit(
  whole: EmbeddedDataset,
  { reference, languages, innerProducts }: Omit<FitPorts, 'files' | 'hasher'>,
  { decisions = [], ...options }: Omit<FitRequest, 'rounds' | 'folds' | 'seed'>,
): Promise<PreparedAudit> {
  const { scorable } = await runCooperatively(scorablePairs(whole, languages), async () => {
    await options.pause?.();
    throwIfCancelled(options.signal);
  });
  const judged = scorable.map((ok, p) => ok && decisions[p] !== 'excluded');
  return prepareAudit(withJudgedTexts(whole, judged), judged, reference, {
    ...options,
    ...(innerProducts && { innerProducts }),
  });
}

/** For each prepared pair whether a person said that its caption is right. */
export function saidRight(
  { pairs }: PreparedAudit,
  { decisions = [], mended = [] }: FitVerdicts,
): boolean[] {
  return pairs.map(({ pair }) => decisions[pair] === 'verified' || mended[pair] === true);
}

/** Removes what was fitted to datasets of a folder. False if there was nothing. @throws PairLensError `write-failed`. */
export async function dropFitsOf(
  datasets: readonly Pick<FitPlace, 'root'>[],
  folder: string,
  files: FileSystem,
): Promise<boolean> {
  let dropped = false;
  for (const { root } of datasets) {
    await remove(files, toAbsolute(root, PARTIAL_FILE), folder);
    if (await remove(files, toAbsolute(root, FITTED_FILE), folder)) dropped = true;
  }
  return dropped;
}

async function remove(files: FileSystem, path: string, folder: string): Promise<boolean> {
  if (!(await files.exists(path))) return false;
  await files.update(path, folder, () => undefined);
  return true;
}

async function existing(files: FileSystem, path: string): Promise<Uint8Array | undefined> {
  return (await files.exists(path)) ? files.read(path) : undefined;
}
