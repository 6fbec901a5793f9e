import type { FindingItem, PairItem, PairRef } from '../../src/protocol/shapes.ts';
import { pairKey } from '../../src/protocol/pairKey.ts';

/** A pair, and the one whose caption it gets. */
export interface ShownMove {
  readonly to: PairItem;
  readonly from: PairItem;
}

/** The moves of the finding's fix; empty if it has none. */
export function captionMoves(finding: FindingItem | null): readonly ShownMove[] {
  const moves = finding?.fixes.find(({ kind }) => kind === 'move-captions')?.moves ?? [];
  const items = new Map<string, PairItem>();
  for (const item of [...(finding?.item ? [finding.item] : []), ...(finding?.related ?? [])]) {
    items.set(pairKey(item.pair), item);
  }
  return moves.flatMap((move) => {
    const [to, from] = [items.get(pairKey(move.to)), items.get(pairKey(move.from))];
    return to === undefined || from === undefined ? [] : [{ to, from }];
  });
}

/** The pair that the finding's fix swaps captions with. */
export function swapPartner(finding: FindingItem | null): PairRef | undefined {
  return finding?.fixes.find(({ kind }) => kind === 'swap-captions')?.other;
}
