/** In shorter names a different letter is not considered a typo. */
const LONG_ENOUGH = 6;

/**
 * Whether two file names without extension probably have the same origin: the same letters and numbers with other
 * separators or case, one with a suffix after a separator (`IMG_1 (2)`, `cat_edited`), or one different letter. Numbers
 * must be equal: `IMG_1` and `IMG_2` are two images.
 */
export function areAlikeNames(a: string, b: string): boolean {
  const [left, right] = [parts(a), parts(b)];
  if (left.join('') === right.join('')) return true;
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  if (short.length > 0 && short.every((part, i) => part === long[i])) {
    return !isAnotherNumber(short, long);
  }
  if (numbers(left) !== numbers(right)) return false;
  return a.length >= LONG_ENOUGH && isOneEditApart(left.join(' '), right.join(' '));
}

/** Words and numbers of a name, in lower case. */
function parts(name: string): string[] {
  return (
    name
      .normalize('NFC')
      .toLowerCase()
      .match(/\p{N}+|[\p{L}\p{M}]+/gu) ?? []
  );
}

function numbers(of: readonly string[]): string {
  return of.filter((part) => /^\p{N}/u.test(part)).join(' ');
}

/** `photo` and `photo 12`, but not `photo 12` and `photo 12 1`: a number after a name is a counter. */
function isAnotherNumber(short: readonly string[], long: readonly string[]): boolean {
  return numbers(short) === '' && numbers(long.slice(short.length)) !== '';
}

function isOneEditApart(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  const rest = long.slice(at + 1);
  return rest === short.slice(at) || rest === short.slice(at + 1);
}
