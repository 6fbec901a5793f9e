import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const finding = z.looseObject({
  code: z.string(),
  level: z.string(),
  file: z.string().optional(),
  image: z.string().optional(),
  message: z.string(),
  remedy: z.string().optional(),
});
export type ReportedFinding = z.infer<typeof finding>;

const pair = z.looseObject({ image: z.string(), mismatch: z.number().nullish() });

/** The findings of a JSON report. */
export function findingsIn(report: string): readonly ReportedFinding[] {
  return z.object({ findings: z.array(finding) }).parse(JSON.parse(readFileSync(report, 'utf8')))
    .findings;
}

/** The findings as comparable lines, whatever their order. */
export function findingsOf(report: string): readonly string[] {
  return findingsIn(report)
    .map((one) => JSON.stringify(one))
    .sort();
}

/** The images that `audit --pairs FILE` judged. */
export function judgedIn(pairs: string): ReadonlySet<string> {
  const lines = readFileSync(pairs, 'utf8').split('\n').filter(Boolean);
  const judged = lines
    .map((line) => pair.parse(JSON.parse(line)))
    .filter(({ mismatch }) => typeof mismatch === 'number');
  return new Set(judged.map(({ image }) => image));
}

/** Every file, link and special file below a folder, as sorted relative paths. Links are not followed. */
export function treeOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/**
 * The tree with what each entry is and holds: kind and mode, target of a link, bytes of a regular file. Two snapshots are
 * equal when nothing was written, made, removed or replaced between them.
 */
export function snapshotOf(folder: string): readonly string[] {
  return treeOf(folder).map((name) => {
    const file = path.join(folder, name);
    const info = lstatSync(file, { throwIfNoEntry: false });
    // A name that is no UTF-8 cannot be asked about by its decoded form.
    if (info === undefined) return name;
    const kind = `${name} ${info.mode.toString(8)}`;
    if (info.isSymbolicLink()) return `${kind} -> ${readlinkSync(file)}`;
    return info.isFile() ? `${kind} ${readFileSync(file, 'latin1')}` : kind;
  });
}

/** What a run leaves behind that no one asked for: temporary files and probes, by their names. */
export function litterOf(folder: string): readonly string[] {
  return treeOf(folder).filter((name) => /\.(tmp|probe|part|swp|lock)$|~$/.test(name));
}
