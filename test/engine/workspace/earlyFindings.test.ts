import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import type { LiveFinding } from '../../../src/engine/workspace/workspace.ts';
import { liveMemory, scenes, SETTINGS } from '../../support/liveMemory.ts';
import type { MemoryEntry } from '../../support/memoryFiles.ts';
import { runs } from '../../support/runs.ts';

const ROOT = '/data/set';
const SHOWN = scenes(12);
/** One mistake each, as files. */
const MISTAKES: readonly Readonly<Record<string, MemoryEntry>>[] = [
  { 'bare.jpg': 'picture without words' },
  { 'lost.txt': 'a caption without a picture\n' },
  { 'blank.jpg': 'picture with nothing', 'blank.txt': '\n' },
  { 'coded.jpg': 'coffee', 'coded.txt': Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x20, 0x61, 0x0a) },
  { 'two.jpg': 'left picture', 'two.png': 'right picture', 'two.txt': 'one caption for both\n' },
  { 'z.jpg': SHOWN[3]!, 'z.txt': 'a copy\n', 'a.jpg': SHOWN[3]!, 'a.txt': 'another copy\n' },
  { 'other/b.jpg': SHOWN[5]!, 'other/b.txt': 'a copy in another folder\n' },
  {
    'train/c.jpg': SHOWN[7]!,
    'train/c.txt': 'seen\n',
    'val/c.jpg': SHOWN[7]!,
    'val/c.txt': 'seen\n',
  },
  { 'bom.jpg': 'marked', 'bom.txt': '\ufeffa caption with a mark\n' },
  { 'bom2.jpg': 'marked too', 'bom2.txt': '\ufeffanother caption with a mark\n' },
  { 'notes.csv': 'what,ever\n1,2\n' },
];

test('an early finding is the same in the whole audit, whichever file is read first', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.subarray([...MISTAKES], { minLength: 1 }),
      fc.array(fc.nat(5), { minLength: 3, maxLength: 12 }),
      async (mistakes, waits) => {
        const entries: Record<string, MemoryEntry> = {};
        SHOWN.forEach((scene, i) => {
          entries[`${i}.jpg`] = scene;
          entries[`${i}.txt`] = `${scene}\n`;
        });
        for (const mistake of mistakes) Object.assign(entries, mistake);
        const memory = liveMemory(ROOT, entries);
        let reads = 0;
        const files = {
          ...memory.files,
          async read(...asked: Parameters<typeof memory.files.read>) {
            for (let turn = waits[reads++ % waits.length]!; turn > 0; turn--) {
              await new Promise((resolve) => setImmediate(resolve));
            }
            return memory.files.read(...asked);
          },
        };
        const { hasher } = memory.ports;
        const load = (): Promise<typeof memory.ports> =>
          Promise.resolve({ ...memory.ports, files });
        const live = openWorkspace(files, load, SETTINGS, { hasher });
        let early: readonly LiveFinding[] = [];
        live.onChange(() => {
          if (live.datasets.length === 0) early = live.findings();
        });
        await live.refresh([ROOT], {});
        const late = new Set(live.findings().map(({ id }) => id));
        const codes = live.findings().map(({ finding }) => `${finding.code} ${finding.file}`);
        for (const { id, finding } of early) {
          compared++;
          assert.ok(late.has(id), `${finding.code} ${finding.file}; late: ${codes.join(', ')}`);
        }
        await live.close();
      },
    ),
    { numRuns: runs(40) },
  );
  assert.ok(compared > 50, 'there are early findings');
});
