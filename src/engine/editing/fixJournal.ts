import { z } from 'zod';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem } from '../../core/ports.ts';
import type { ByteSplice } from '../../core/text/byteSplices.ts';
import { sentence } from '../../core/text/sentence.ts';

/*
 * The journal of a run of changes: what every file was and became. It is written before the first file, under the name
 * UNFINISHED, and renamed to FINISHED after the last: while a file has the first name, each of its files is old or new.
 */

/** Below the opened folder. */
export const UNFINISHED: DatasetPath = '.pairlens/unfinished-fix.jsonl';
export const FINISHED: DatasetPath = '.pairlens/last-fix.jsonl';

const hex = z
  .string()
  .regex(/^(?:[\da-f]{2})*$/u)
  .transform((digits) => Uint8Array.from(digits.match(/../gu) ?? [], (pair) => parseInt(pair, 16)));

const headSchema = z.object({
  version: z.literal(1),
  /** When it began, ISO 8601. */
  started: z.string(),
  rules: z.array(z.string()),
  /** Mark of the process that is at work with it: that of the run, or the one that takes it back. */
  process: z.string(),
  files: z.int().min(0),
});

const entrySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('write'),
    file: z.string(),
    /** Hashes of the whole file. */
    before: z.string(),
    after: z.string(),
    splices: z.array(
      z
        .tuple([z.int().min(0), hex, hex])
        .transform(([at, removed, inserted]): ByteSplice => ({ at, removed, inserted })),
    ),
  }),
  z.object({ kind: z.literal('create'), file: z.string(), content: hex }),
  z.object({ kind: z.literal('rename'), from: z.string(), to: z.string(), hash: z.string() }),
]);

export type JournalHead = z.output<typeof headSchema>;
export type JournalEntry = z.output<typeof entrySchema>;

export interface FixJournal {
  readonly head: JournalHead;
  readonly entries: readonly JournalEntry[];
}

export function journalBytes({ head, entries }: FixJournal): Uint8Array {
  const lines = [head, ...entries.map(entryLine)].map((line) => `${JSON.stringify(line)}\n`);
  return new TextEncoder().encode(lines.join(''));
}

function entryLine(entry: JournalEntry): unknown {
  if (entry.kind === 'rename') return entry;
  if (entry.kind === 'create') return { ...entry, content: digits(entry.content) };
  return {
    ...entry,
    splices: entry.splices.map(({ at, removed, inserted }) => [
      at,
      digits(removed),
      digits(inserted),
    ]),
  };
}

function digits(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @throws PairLensError `unreadable-file`, `unsupported-format`. */
export async function readJournal(
  files: FileSystem,
  folder: string,
  name: DatasetPath,
): Promise<FixJournal | undefined> {
  const path = toAbsolute(folder, name);
  if (!(await files.exists(path))) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = await files.read(path);
  } catch (error) {
    // Another process may have ended its run in between.
    if (!(await files.exists(path))) return undefined;
    throw error;
  }
  const journal = parsedJournal(bytes);
  if (journal !== undefined) return journal;
  throw new PairLensError(
    'unsupported-format',
    sentence('{0} is damaged, so what it holds cannot be taken back.', path),
    { path, remedy: sentence('Delete it.') },
  );
}

/** Undefined if the journal is damaged or was cut. */
export function parsedJournal(bytes: Uint8Array): FixJournal | undefined {
  const lines = new TextDecoder().decode(bytes).split('\n');
  try {
    const head = headSchema.parse(JSON.parse(lines[0] ?? ''));
    const entries = lines
      .slice(1)
      .filter((line) => line !== '')
      .map((line) => entrySchema.parse(JSON.parse(line)));
    return entries.length === head.files ? { head, entries } : undefined;
  } catch {
    return undefined;
  }
}
