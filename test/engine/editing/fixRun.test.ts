import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createHash } from 'node:crypto';
import { PairLensError } from '../../../src/core/errors.ts';
import type { FileSystem } from '../../../src/core/ports.ts';
import { editChange, type FileChange } from '../../../src/engine/editing/fileChange.ts';
import {
  applyChanges,
  type FixPorts,
  stoppedRun,
  takeBackRun,
} from '../../../src/engine/editing/fixRun.ts';
import { memoryFiles, type MemoryFiles } from '../../support/memoryFiles.ts';

const ROOT = '/data';
const FACTS = { rules: ['captions-swapped'], started: '2026-01-01T00:00:00Z' };
const COUNT = 6;

function portsOf(files: FileSystem, gone: boolean | undefined = true): FixPorts {
  return {
    files,
    hasher: { hash: (bytes) => createHash('sha256').update(bytes).digest('hex') },
    processes: { own: 'me', isGone: () => gone },
  };
}

function dataset(): MemoryFiles {
  const texts = Object.fromEntries(
    Array.from({ length: COUNT }, (_, n) => [`${n}.txt`, `caption ${n} é\n`]),
  );
  return memoryFiles(ROOT, { ...texts, 'odd.txt': 'renamed\n' });
}

async function changesOf(files: FileSystem): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  for (let n = 0; n < COUNT; n++) {
    const path = `${ROOT}/${n}.txt`;
    changes.push(
      editChange(ROOT, path, await files.read(path), [{ start: 0, end: 7, newText: 'new' }]),
    );
  }
  const before = await files.read(`${ROOT}/odd.txt`);
  return [...changes, { kind: 'rename', from: 'odd.txt', to: 'sub/even.txt', before }];
}

/** The texts of all files but the journals. */
function texts(files: MemoryFiles): Record<string, string> {
  return Object.fromEntries(
    [...files.entries]
      .filter(([path]) => !path.includes('.pairlens'))
      .map(([path, entry]): [string, string] => [
        path,
        typeof entry === 'string' ? entry : new TextDecoder().decode(entry as Uint8Array),
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function journals(files: MemoryFiles): string[] {
  return [...files.entries.keys()].filter((path) => path.includes('.pairlens'));
}

/** Fails at the nth write or rename of a file of the dataset; `dies` never answers again, as a killed process. */
function failingAt(files: MemoryFiles, n: number, dies = false): FileSystem {
  let left = n;
  let dead = false;
  const guard = async (path: string): Promise<void> => {
    if (dead) await new Promise(() => undefined);
    if (path.includes('.pairlens') || left-- !== 0) return;
    dead = dies;
    if (dies) await new Promise(() => undefined);
    throw new PairLensError('write-failed', 'The disk is full.', { path });
  };
  return {
    ...files,
    update: async (path, ...rest) => {
      await guard(path);
      return files.update(path, ...rest);
    },
    move: async (from, to, folder) => {
      await guard(from);
      return files.move(from, to, folder);
    },
  };
}

describe('a run of changes', () => {
  test('changes all files, and is taken back byte for byte', async () => {
    const files = dataset();
    const ports = portsOf(files);
    const before = texts(files);
    await applyChanges(ROOT, await changesOf(files), FACTS, ports);
    const after = texts(files);
    assert.equal(after[`${ROOT}/0.txt`], 'new 0 é\n');
    assert.equal(after[`${ROOT}/sub/even.txt`], 'renamed\n');
    assert.deepEqual(journals(files), [`${ROOT}/.pairlens/last-fix.jsonl`]);
    assert.equal((await takeBackRun(ROOT, ports))?.entries.length, COUNT + 1);
    assert.deepEqual(texts(files), before);
    assert.deepEqual(journals(files), []);
    assert.equal(await takeBackRun(ROOT, ports), undefined);
  });

  test('a write that fails, whichever it is, leaves all files as they were', async () => {
    for (let n = 0; n <= COUNT; n++) {
      const files = dataset();
      const before = texts(files);
      const changes = await changesOf(files);
      await assert.rejects(
        applyChanges(ROOT, changes, FACTS, portsOf(failingAt(files, n))),
        /Nothing was changed: The disk is full/u,
      );
      assert.deepEqual(texts(files), before, `write ${n}`);
      assert.deepEqual(journals(files), []);
    }
  });

  test('a run that is killed at any write is known and can be taken back', async () => {
    for (let n = 0; n <= COUNT; n++) {
      const files = dataset();
      const before = texts(files);
      const changes = await changesOf(files);
      void applyChanges(ROOT, changes, FACTS, portsOf(failingAt(files, n, true)));
      await new Promise((resolve) => setImmediate(resolve));
      const stopped = await stoppedRun(ROOT, portsOf(files));
      // Some files are written at once, so it is not known which of them came first.
      assert.equal((stopped?.changed ?? 0) + (stopped?.unchanged ?? 0), COUNT + 1);
      assert.ok((stopped?.unchanged ?? 0) > 0);
      await assert.rejects(applyChanges(ROOT, [], FACTS, portsOf(files)), /Another run/u);
      await takeBackRun(ROOT, portsOf(files));
      assert.deepEqual(texts(files), before);
      assert.equal(await stoppedRun(ROOT, portsOf(files)), undefined);
    }
  });

  test('taking back that is killed can be continued', async () => {
    for (let n = 0; n <= COUNT; n++) {
      const files = dataset();
      const before = texts(files);
      await applyChanges(ROOT, await changesOf(files), FACTS, portsOf(files));
      void takeBackRun(ROOT, portsOf(failingAt(files, n, true)));
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(((await stoppedRun(ROOT, portsOf(files)))?.changed ?? 0) > 0);
      await takeBackRun(ROOT, portsOf(files));
      assert.deepEqual(texts(files), before);
    }
  });

  test('taking back that fails at any write leaves the run as it was', async () => {
    for (let n = 0; n <= COUNT; n++) {
      const files = dataset();
      const before = texts(files);
      await applyChanges(ROOT, await changesOf(files), FACTS, portsOf(files));
      const after = texts(files);
      await assert.rejects(
        takeBackRun(ROOT, portsOf(failingAt(files, n))),
        /Nothing was taken back: The disk is full/u,
      );
      assert.deepEqual(texts(files), after, `write ${n}`);
      assert.deepEqual(journals(files), [`${ROOT}/.pairlens/last-fix.jsonl`]);
      await takeBackRun(ROOT, portsOf(files));
      assert.deepEqual(texts(files), before);
    }
  });

  test('two that take it back at once: one does, and the other says so', async () => {
    const messages = new Set<string>();
    // The second begins when the first has accessed files so many times.
    for (let late = 0; late < 60; late++) {
      const files = dataset();
      const before = texts(files);
      await applyChanges(ROOT, await changesOf(files), FACTS, portsOf(files));
      const processes = (own: string): FixPorts['processes'] => ({
        own,
        isGone: (mark) => !['first', 'second'].includes(mark),
      });
      let accesses = 0;
      let reach = (): void => undefined;
      const reached = new Promise<void>((resolve) => (reach = resolve));
      const count = (): void => {
        if (accesses++ === late) reach();
      };
      const counted = {
        ...files,
        exists: (path: string) => (count(), files.exists(path)),
        read: (path: string) => (count(), files.read(path)),
        update: (...args: Parameters<FileSystem['update']>) => (count(), files.update(...args)),
      };
      const first = takeBackRun(ROOT, { ...portsOf(counted), processes: processes('first') });
      await Promise.race([reached, first]);
      const second = takeBackRun(ROOT, { ...portsOf(files), processes: processes('second') });
      const ended = await Promise.allSettled([first, second]);
      const done = ended.filter((each) => each.status === 'fulfilled' && each.value !== undefined);
      assert.equal(done.length, 1, `after ${late} accesses`);
      for (const each of ended) {
        if (each.status === 'rejected') messages.add(PairLensError.from(each.reason).message);
      }
      assert.deepEqual(texts(files), before);
      assert.deepEqual(journals(files), []);
    }
    assert.deepEqual([...messages], ['Another run is changing files of this folder.']);
  });

  test('a run that ends while another is about to take back the one before it keeps its journal', async () => {
    const files = dataset();
    await applyChanges(ROOT, await changesOf(files), FACTS, portsOf(files));
    const later = { ...FACTS, started: '2026-01-02T00:00:00Z' };
    const path = `${ROOT}/new.txt`;
    let reads = 0;
    const slow: FileSystem = {
      ...files,
      read: async (file, options) => {
        const bytes = await files.read(file, options);
        if (reads++ === 0) {
          const content = new TextEncoder().encode('made\n');
          const made: FileChange = { kind: 'create', file: 'new.txt', content };
          await applyChanges(ROOT, [made], later, portsOf(files));
        }
        return bytes;
      },
    };
    await assert.rejects(takeBackRun(ROOT, portsOf(slow)), /Another run/u);
    assert.equal(texts(files)[path], 'made\n');
    assert.equal((await takeBackRun(ROOT, portsOf(files)))?.head.started, later.started);
    assert.equal(texts(files)[path], undefined);
  });

  test('writes nothing if a file is not the one that was read', async () => {
    const files = dataset();
    const changes = await changesOf(files);
    files.entries.set(`${ROOT}/3.txt`, 'someone else wrote this\n');
    const before = texts(files);
    await assert.rejects(
      applyChanges(ROOT, changes, FACTS, portsOf(files)),
      /3\.txt was changed in the meantime/u,
    );
    assert.deepEqual(texts(files), before);
    assert.deepEqual(journals(files), []);
  });

  test('is not taken back over a change that came after it', async () => {
    const files = dataset();
    await applyChanges(ROOT, await changesOf(files), FACTS, portsOf(files));
    files.entries.set(`${ROOT}/3.txt`, 'better\n');
    const now = texts(files);
    await assert.rejects(takeBackRun(ROOT, portsOf(files)), /3\.txt was changed after the run/u);
    assert.deepEqual(texts(files), now);
  });

  test('leaves the run of a living process alone', async () => {
    const files = dataset();
    const changes = await changesOf(files);
    void applyChanges(ROOT, changes, FACTS, portsOf(failingAt(files, 2, true)));
    await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(takeBackRun(ROOT, portsOf(files, false)), /Another run/u);
  });

  test('says that a damaged journal is of no use', async () => {
    const files = dataset();
    await applyChanges(ROOT, await changesOf(files), FACTS, portsOf(files));
    const path = `${ROOT}/.pairlens/last-fix.jsonl`;
    const whole = await files.read(path);
    files.entries.set(path, whole.subarray(0, whole.length - 40));
    await assert.rejects(takeBackRun(ROOT, portsOf(files)), /damaged/u);
  });
});
