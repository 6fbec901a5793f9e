/*
 * Pictures that a person has called different although they look alike, or wants to keep although they are equal. Kept in
 * the file of decisions, as comments, which older versions keep without reading.
 */

/** Two pictures, by the hashes of their bytes: equal ones are copies of a picture that are all wanted. */
export interface DifferentPictures {
  readonly hashes: readonly string[];
  /** For people who read the file; not used otherwise. */
  readonly images: readonly string[];
}

const DIFFERENT = '# different ';

/** What a pair of pictures is known by, in either order. */
export function pictureKey(...hashes: readonly string[]): string {
  return [...hashes].sort().join(' ');
}

/** The keys of the pairs in a file of decisions. */
export function differentKeys(text: string): ReadonlySet<string> {
  const keys = text.split('\n').flatMap((line) => keyOf(line) ?? []);
  return new Set(keys);
}

/** The text of a file of decisions with some pairs added, or with `remove` without them. */
export function withDifferent(
  text: string,
  pairs: readonly DifferentPictures[],
  remove: boolean,
): string {
  const keys = new Set(pairs.map(({ hashes }) => pictureKey(...hashes)));
  const kept = text.split(/(?<=\n)/).filter((line) => {
    const key = keyOf(line);
    return key === undefined || !keys.has(key);
  });
  const added = remove ? [] : pairs.map((pair) => `${DIFFERENT}${JSON.stringify(pair)}`);
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const before = kept.join('');
  const gap = added.length > 0 && before !== '' && !before.endsWith('\n') ? lineEnd : '';
  return before + gap + added.map((line) => line + lineEnd).join('');
}

function keyOf(line: string): string | undefined {
  if (!line.startsWith(DIFFERENT)) return undefined;
  try {
    const value: unknown = JSON.parse(line.slice(DIFFERENT.length));
    if (typeof value !== 'object' || value === null || !('hashes' in value)) return undefined;
    const hashes: unknown = value.hashes;
    const isPair = Array.isArray(hashes) && hashes.length === 2;
    return isPair ? pictureKey(...hashes.map(String)) : undefined;
  } catch {
    return undefined; // damaged: kept
  }
}
