import pMap from 'p-map';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem, Hasher, ProcessMarks } from '../../core/ports.ts';
import { inverted, spliced } from '../../core/text/byteSplices.ts';
import { type Sentence, sentence } from '../../core/text/sentence.ts';
import { changedMeanwhile } from './editor.ts';
import type { FileChange } from './fileChange.ts';
import {
  FINISHED,
  type FixJournal,
  type JournalEntry,
  journalBytes,
  parsedJournal,
  readJournal,
  UNFINISHED,
} from './fixJournal.ts';

export interface FixPorts {
  readonly files: FileSystem;
  readonly hasher: Hasher;
  readonly processes: ProcessMarks;
}

/** A run that was stopped before its end. */
export interface StoppedRun {
  readonly journal: FixJournal;
  /** Number of its files that have the new and the old content. */
  readonly changed: number;
  readonly unchanged: number;
  /** Whether its process is known to be gone. */
  readonly gone: boolean;
}

/** Most of the time of a write is waiting for the disk. */
const AT_ONCE = { concurrency: 8 };

/** What a run does, for its journal. */
export interface RunFacts {
  readonly rules: readonly string[];
  /** ISO 8601. */
  readonly started: string;
}

/**
 * Changes files below a folder, all or none: if one cannot be changed, the others are taken back. If the process is
 * killed, every file is old or new, and `stoppedRun` tells which.
 * @throws PairLensError `write-failed`, also if a file is not the one that its change was computed for.
 */
export async function applyChanges(
  folder: string,
  changes: readonly FileChange[],
  facts: RunFacts,
  ports: FixPorts,
): Promise<void> {
  const entries: JournalEntry[] = [];
  // One by one: images are large.
  for (const change of changes) entries.push(await entryOf(change, folder, ports));
  for (const entry of entries) {
    if ((await stateOf(entry, folder, ports)) !== 'old') throw changed(folder, entry);
  }
  const head = {
    version: 1 as const,
    started: facts.started,
    rules: [...facts.rules],
    process: ports.processes.own,
    files: entries.length,
  };
  await begin({ head, entries }, folder, ports);
  const left = await allOrNone(entries, 'new', folder, ports);
  if (left !== undefined) {
    if (left.mixed === 0) await remove(ports.files, folder, UNFINISHED);
    throw notDone(left, sentence('Nothing was changed: {0}', left.cause.parts.message));
  }
  await remove(ports.files, folder, FINISHED);
  await ports.files.move(toAbsolute(folder, UNFINISHED), toAbsolute(folder, FINISHED), folder);
}

/** The run that was stopped in the middle; undefined if there is none. @throws PairLensError if one is at work. */
export async function stoppedRun(folder: string, ports: FixPorts): Promise<StoppedRun | undefined> {
  const journal = await readJournal(ports.files, folder, UNFINISHED);
  if (journal === undefined) return undefined;
  const gone = ports.processes.isGone(journal.head.process);
  if (gone === false) throw otherRun(toAbsolute(folder, UNFINISHED));
  let changedFiles = 0;
  for (const entry of journal.entries) {
    if ((await stateOf(entry, folder, ports)) === 'new') changedFiles++;
  }
  const unchanged = journal.entries.length - changedFiles;
  return { journal, changed: changedFiles, unchanged, gone: gone === true };
}

/**
 * Takes back the run that was stopped, or else the last one: all its files, or none if one was changed since.
 * @returns its journal; undefined if there is nothing to take back.
 * @throws PairLensError `write-failed`, also if another process changes files of the folder.
 */
export async function takeBackRun(
  folder: string,
  ports: FixPorts,
): Promise<FixJournal | undefined> {
  const stopped = await claimedStopped(folder, ports);
  const finished = stopped === undefined ? await claimedFinished(folder, ports) : undefined;
  const journal = stopped ?? finished;
  if (journal === undefined) return undefined;
  const news: JournalEntry[] = [];
  try {
    for (const entry of journal.entries) {
      const state = await stateOf(entry, folder, ports);
      if (state === 'other') throw changedSince(folder, entry, finished !== undefined);
      if (state === 'new') news.push(entry);
    }
  } catch (error) {
    if (finished !== undefined) await remove(ports.files, folder, UNFINISHED);
    throw error;
  }
  // From here on each file is old or new, as in a run that was stopped.
  await remove(ports.files, folder, FINISHED);
  const left = await allOrNone(news, 'old', folder, ports);
  if (left !== undefined) {
    if (left.mixed === 0 && finished !== undefined) {
      await ports.files.move(toAbsolute(folder, UNFINISHED), toAbsolute(folder, FINISHED), folder);
    }
    throw notDone(left, sentence('Nothing was taken back: {0}', left.cause.parts.message));
  }
  await remove(ports.files, folder, UNFINISHED);
  return journal;
}

/** Writes the journal of a run that begins. @throws PairLensError `write-failed` if there is one. */
async function begin(journal: FixJournal, folder: string, { files }: FixPorts): Promise<void> {
  const path = toAbsolute(folder, UNFINISHED);
  await files.update(path, folder, (before) => {
    if (before !== undefined) throw otherRun(path);
    return journalBytes(journal);
  });
}

/**
 * The journal of the run that was stopped, which this process now continues: another one that comes at the same time
 * finds its mark in it.
 */
async function claimedStopped(folder: string, ports: FixPorts): Promise<FixJournal | undefined> {
  const { files, processes } = ports;
  const journal = await readJournal(files, folder, UNFINISHED);
  if (journal === undefined) return undefined;
  const path = toAbsolute(folder, UNFINISHED);
  const { process } = journal.head;
  if (processes.isGone(process) === false) throw otherRun(path);
  await files.update(path, folder, (now) => {
    if (now === undefined || parsedJournal(now)?.head.process !== process) throw otherRun(path);
    return journalBytes(claimed(journal, ports));
  });
  return journal;
}

/** The journal of the last run, after this process has begun to take it back. */
async function claimedFinished(folder: string, ports: FixPorts): Promise<FixJournal | undefined> {
  const journal = await readJournal(ports.files, folder, FINISHED);
  if (journal === undefined) return undefined;
  await begin(claimed(journal, ports), folder, ports);
  // Another run may have ended between the two: no other can from here on.
  const now = await readJournal(ports.files, folder, FINISHED);
  if (now !== undefined && JSON.stringify(now.head) === JSON.stringify(journal.head)) return now;
  await remove(ports.files, folder, UNFINISHED);
  if (now === undefined) return undefined;
  throw otherRun(toAbsolute(folder, FINISHED));
}

function claimed({ head, entries }: FixJournal, { processes }: FixPorts): FixJournal {
  return { head: { ...head, process: processes.own }, entries };
}

/** Why files were not changed, and how many could not be given back their content either. */
interface Undone {
  readonly cause: PairLensError;
  readonly mixed: number;
}

/** Changes the files of all entries; where one cannot be, changes the others back. @returns undefined if all were. */
async function allOrNone(
  entries: readonly JournalEntry[],
  to: 'new' | 'old',
  folder: string,
  ports: FixPorts,
): Promise<Undone | undefined> {
  const done: JournalEntry[] = [];
  const failures: unknown[] = [];
  const attempt = async (entry: JournalEntry): Promise<void> => {
    if (failures.length > 0) return;
    try {
      await change(entry, to, folder, ports);
      done.push(entry);
    } catch (error) {
      failures.push(error);
    }
  };
  await pMap(entries, attempt, AT_ONCE);
  if (failures.length === 0) return undefined;
  let mixed = 0;
  for (const entry of done.reverse()) {
    await change(entry, to === 'new' ? 'old' : 'new', folder, ports).catch(() => mixed++);
  }
  return { cause: PairLensError.from(failures[0]), mixed };
}

async function entryOf(
  change: FileChange,
  folder: string,
  { files, hasher }: FixPorts,
): Promise<JournalEntry> {
  if (change.kind === 'rename') {
    const { kind, from, to } = change;
    const bytes = change.before ?? (await files.read(toAbsolute(folder, from)));
    return { kind, from, to, hash: hasher.hash(bytes) };
  }
  if (change.kind === 'create') return { ...change, content: Uint8Array.from(change.content) };
  const { file, before, splices } = change;
  const after = spliced(before, splices);
  return {
    kind: 'write',
    file,
    before: hasher.hash(before),
    after: hasher.hash(after),
    splices: [...splices],
  };
}

/** Which content the file of an entry has; `other`: neither. */
async function stateOf(
  entry: JournalEntry,
  folder: string,
  { files, hasher }: FixPorts,
): Promise<'old' | 'new' | 'other'> {
  const hashAt = async (file: DatasetPath): Promise<string | undefined> => {
    const path = toAbsolute(folder, file);
    return (await files.exists(path)) ? hasher.hash(await files.read(path)) : undefined;
  };
  if (entry.kind === 'write') {
    const now = await hashAt(entry.file);
    return now === entry.before ? 'old' : now === entry.after ? 'new' : 'other';
  }
  if (entry.kind === 'create') {
    const now = await hashAt(entry.file);
    if (now === undefined) return 'old';
    return now === hasher.hash(entry.content) ? 'new' : 'other';
  }
  const [from, to] = [await hashAt(entry.from), await hashAt(entry.to)];
  if (from === entry.hash && to === undefined) return 'old';
  return from === undefined && to === entry.hash ? 'new' : 'other';
}

/** Gives the file of an entry its new or its old content; it must have the other one. */
async function change(
  entry: JournalEntry,
  to: 'new' | 'old',
  folder: string,
  { files, hasher }: FixPorts,
): Promise<void> {
  if (entry.kind === 'rename') {
    const ends = [entry.from, entry.to].map((file) => toAbsolute(folder, file));
    const [a = '', b = ''] = to === 'new' ? ends : ends.reverse();
    await files.move(a, b, folder);
    return;
  }
  const path = toAbsolute(folder, entry.file);
  if (entry.kind === 'create') {
    await files.update(path, folder, (bytes) => {
      const asExpected =
        to === 'new'
          ? bytes === undefined
          : bytes !== undefined && hasher.hash(bytes) === hasher.hash(entry.content);
      if (!asExpected) throw changedMeanwhile(path);
      return to === 'new' ? entry.content : undefined;
    });
    return;
  }
  const expected = to === 'new' ? entry.before : entry.after;
  const splices = to === 'new' ? entry.splices : inverted(entry.splices);
  await files.update(path, folder, (bytes) => {
    if (bytes === undefined || hasher.hash(bytes) !== expected) throw changedMeanwhile(path);
    return spliced(bytes, splices);
  });
}

/** @param nothing the message where all files have the content that they had */
function notDone({ cause, mixed }: Undone, nothing: Sentence): PairLensError {
  const { code, path, parts } = cause;
  if (mixed === 0) {
    return new PairLensError(code, nothing, {
      cause,
      ...(path !== undefined && { path }),
      ...(parts.remedy && { remedy: parts.remedy }),
    });
  }
  return new PairLensError(
    code,
    sentence('{0} {1} files were changed and could not be changed back.', parts.message, mixed),
    {
      cause,
      remedy: sentence('Take the run back with --undo when the disk can be written to.'),
    },
  );
}

async function remove(files: FileSystem, folder: string, name: DatasetPath): Promise<void> {
  const path = toAbsolute(folder, name);
  if (await files.exists(path)) await files.update(path, folder, () => undefined);
}

function fileOf(entry: JournalEntry): DatasetPath {
  return entry.kind === 'rename' ? entry.from : entry.file;
}

function changed(folder: string, entry: JournalEntry): PairLensError {
  return changedMeanwhile(toAbsolute(folder, fileOf(entry)));
}

function changedSince(folder: string, entry: JournalEntry, finished: boolean): PairLensError {
  const path = toAbsolute(folder, fileOf(entry));
  return new PairLensError(
    'write-failed',
    sentence('{0} was changed after the run, so nothing was taken back.', path),
    {
      path,
      remedy: sentence(
        'Put back what the run wrote, or delete {0} to keep all files as they are.',
        toAbsolute(folder, finished ? FINISHED : UNFINISHED),
      ),
    },
  );
}

function otherRun(path: string): PairLensError {
  return new PairLensError(
    'write-failed',
    sentence('Another run is changing files of this folder.'),
    { path, remedy: sentence('Wait until it has ended.') },
  );
}
