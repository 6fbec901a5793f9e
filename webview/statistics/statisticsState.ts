import { z } from 'zod';
import type { Status } from '../../src/protocol/shapes.ts';
import type { Calibration, Statistics } from '../../src/protocol/statisticsShapes.ts';
import type { WireError } from '../shared/rpcClient.ts';

export interface StatisticsState {
  readonly status: Status | undefined;
  readonly statistics: Statistics | null;
  readonly failure: WireError | null;
  /** Hundredths: pairs with a lower match are those of the button. */
  readonly threshold: number;
  /** What was measured last; null before. */
  readonly calibration: Calibration | null;
  readonly isMeasuring: boolean;
}

export type StatisticsAction =
  | { readonly type: 'status'; readonly status: Status }
  | { readonly type: 'failed'; readonly failure: WireError }
  | { readonly type: 'statistics'; readonly statistics: Statistics }
  | { readonly type: 'threshold'; readonly threshold: number }
  | { readonly type: 'measuring'; readonly isMeasuring: boolean }
  | { readonly type: 'calibration'; readonly calibration: Calibration };

/** What survives a hidden page. */
const rememberedSchema = z.object({ threshold: z.int().min(0).max(100) });
export type RememberedStatistics = z.infer<typeof rememberedSchema>;

const USUAL_THRESHOLD = 50;

export function initialState(remembered: unknown): StatisticsState {
  const parsed = rememberedSchema.safeParse(remembered);
  const threshold = parsed.success ? parsed.data.threshold : USUAL_THRESHOLD;
  return {
    status: undefined,
    statistics: null,
    failure: null,
    threshold,
    calibration: null,
    isMeasuring: false,
  };
}

export function toRemembered({ threshold }: StatisticsState): RememberedStatistics {
  return { threshold };
}

export function reduceStatistics(
  state: StatisticsState,
  action: StatisticsAction,
): StatisticsState {
  switch (action.type) {
    case 'status':
      return { ...state, status: action.status };
    case 'failed':
      return { ...state, failure: action.failure, isMeasuring: false };
    case 'statistics':
      return { ...state, statistics: action.statistics, failure: null };
    case 'threshold':
      return { ...state, threshold: action.threshold };
    case 'measuring':
      return { ...state, isMeasuring: action.isMeasuring, failure: null };
    case 'calibration':
      return { ...state, calibration: action.calibration, isMeasuring: false };
  }
}

/** The query for pairs with a match below the threshold, and their number. */
export function belowThreshold(
  { matchBelow }: Statistics,
  threshold: number,
): { readonly query: string; readonly pairs: number } {
  return { query: `match<${threshold / 100}`, pairs: matchBelow[threshold] ?? 0 };
}
