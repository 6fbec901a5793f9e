/** Order of files as in file managers: `photo2` before `photo10`. */
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * The rank of each path in natural order, folder by folder. Equal paths are ordered by code units.
 */
export function naturalRanks(paths: readonly string[]): Int32Array {
  const order = paths
    .map((path, row) => ({ parts: path.split('/'), path, row }))
    .sort((a, b) => compareParts(a.parts, b.parts) || (a.path < b.path ? -1 : 1));
  const ranks = new Int32Array(paths.length);
  order.forEach(({ row }, rank) => (ranks[row] = rank));
  return ranks;
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  const shared = Math.min(a.length, b.length);
  for (let part = 0; part < shared; part++) {
    const order = collator.compare(a[part] ?? '', b[part] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
