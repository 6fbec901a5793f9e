import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * The bytes of all files below a folder as hexadecimal digits, by relative path in order; `gone` for one that is renamed
 * between the two readings.
 * @param but files with this in their path are left out
 */
export async function fileBytes(
  folder: string,
  { but }: { readonly but?: string } = {},
): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => but === undefined || !file.includes(but))
    .sort();
  const bytes = await Promise.all(
    files.map((file) =>
      readFile(file).then(
        (content) => content.toString('hex'),
        () => 'gone',
      ),
    ),
  );
  return Object.fromEntries(files.map((file, i) => [path.relative(folder, file), bytes[i] ?? '']));
}
