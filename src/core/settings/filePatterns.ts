import ignore from 'ignore';
import type { DatasetPath } from '../dataset/dataset.ts';

/** Whether a path matches one of the patterns, which are those of .gitignore: relative to the config file's folder. */
export function filePatterns(patterns: readonly string[]): (path: DatasetPath) => boolean {
  if (patterns.length === 0) return () => false;
  const matcher = ignore({ ignorecase: false, allowRelativePaths: true }).add([...patterns]);
  return (path) => path !== '' && matcher.ignores(path);
}

/** The value of a file: under its path, else under the first pattern that it matches. */
export function valueOfFile<T>(
  values: Readonly<Record<string, T>>,
): (path: DatasetPath) => { readonly pattern: string; readonly value: T } | undefined {
  const patterns = Object.entries(values).map(([pattern, value]) => ({
    pattern,
    value,
    matches: filePatterns([pattern]),
  }));
  return (path) => {
    const own = values[path];
    if (own !== undefined) return { pattern: path, value: own };
    const found = patterns.find(({ matches }) => matches(path));
    return found && { pattern: found.pattern, value: found.value };
  };
}
