/**
 * Area under the ROC curve of `scores` for `positive` items (higher scores) and the others: the probability that a random
 * positive scores above a random negative, ties counting half. NaN if either class is empty.
 */
export function auroc(scores: ArrayLike<number>, positive: ArrayLike<boolean>): number {
  const order = Array.from(scores, (_score, i) => i).sort(
    (a, b) => (scores[a] ?? 0) - (scores[b] ?? 0),
  );
  let positives = 0;
  let rankSum = 0;
  for (let first = 0; first < order.length;) {
    let last = first;
    const score = scores[order[first] ?? 0];
    while (last + 1 < order.length && scores[order[last + 1] ?? 0] === score) last++;
    for (let i = first; i <= last; i++) {
      if (positive[order[i] ?? 0] === true) {
        positives++;
        rankSum += (first + last) / 2 + 1;
      }
    }
    first = last + 1;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return NaN;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
