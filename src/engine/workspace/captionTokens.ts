import { linesAsRead } from '../../core/audit/detectors/linesAsRead.ts';
import { tokenLimit } from '../../core/audit/detectors/trainerTokens.ts';
import { findPair, type OpenedDataset } from './openedDatasets.ts';
import type { CaptionTokens, LivePairId } from './workspace.ts';

/** The CLIP tokens of a caption; undefined if its trainer is known and no limit of CLIP tokens is. */
export function captionTokens(
  opened: readonly OpenedDataset[],
  id: LivePairId,
): CaptionTokens | undefined {
  const found = findPair(opened, id);
  if (found === undefined) return undefined;
  const { context, slots } = found.dataset;
  const { clipTokens, trainer } = context;
  const limit = tokenLimit(trainer);
  const isUnknown = trainer === undefined || trainer === 'none';
  if (clipTokens === undefined || (limit === undefined && !isUnknown)) return undefined;
  const pair = slots.pairs[found.slot]!;
  const counts = linesAsRead(pair, trainer).map(({ start, end }) =>
    clipTokens.count(pair.caption.slice(start, end)),
  );
  return {
    count: Math.max(0, ...counts),
    ...(limit && { limit: { trainer: limit.name, most: limit.most } }),
  };
}
