const STEP = 1000;
const UNITS = ['B', 'KB', 'MB', 'GB'] as const;

/** A size in bytes, such as "93 KB" or "1.2 MB" (1 KB is 1000 bytes, as in file managers). */
export function fileSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= STEP && unit < UNITS.length - 1) {
    size /= STEP;
    unit++;
  }
  const digits = unit > 0 && size < 10 ? 1 : 0;
  return `${size.toFixed(digits)} ${UNITS[unit] ?? ''}`;
}
