import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { spliced } from '../../../src/core/text/byteSplices.ts';
import { encodeText } from '../../../src/core/text/textEncoding.ts';
import type { CaptionChange } from '../../../src/core/text/captionChange.ts';
import { openDatasets } from '../../../src/engine/discovery/openDatasets.ts';
import { NotedReads } from '../../../src/engine/editing/notedReads.ts';
import { type ChangePlan, planChange } from '../../../src/engine/editing/planChange.ts';
import { memoryFiles, type MemoryEntry, type MemoryFiles } from '../../support/memoryFiles.ts';
import { runs } from '../../support/runs.ts';

const ROOT = '/data';

async function planned(
  entries: Record<string, MemoryEntry>,
  change: CaptionChange,
  meanwhile: (files: MemoryFiles) => void = () => undefined,
): Promise<ChangePlan> {
  const files = memoryFiles(ROOT, entries);
  const reads = new NotedReads(files);
  const datasets = await openDatasets(reads.files, ROOT, {});
  meanwhile(files);
  const chosen = datasets.map((dataset) => ({
    dataset,
    settings: {},
    chosen: dataset.pairs.keys(),
  }));
  return planChange(ROOT, chosen, change, reads);
}

/** The files after the changes. */
function written({ changes }: ChangePlan): Record<string, Uint8Array> {
  return Object.fromEntries(
    changes.flatMap((change) =>
      change.kind === 'write' ? [[change.file, spliced(change.before, change.splices)]] : [],
    ),
  );
}

describe('a change of many captions', () => {
  test('that renames a tag changes the bytes of its name and no others, whatever the file looks like', async () => {
    const spelled = fc.constantFrom<(name: string) => string>(
      (name) => name,
      (name) => `(${name}:1.2)`,
      (name) => `[ ${name} ]`,
    );
    const others = fc.uniqueArray(
      fc.constantFrom('hat', 'miku \\(vocaloid\\)', 'héllo', '日本', 'a "b"', '1girl'),
      { minLength: 1, maxLength: 4 },
    );
    const layout = fc.record({
      bom: fc.boolean(),
      utf16: fc.boolean(),
      separator: fc.constantFrom(', ', ',', ' ,\t'),
      head: fc.constantFrom('', ' ', '\t'),
      tail: fc.constantFrom('', '\n', '\r\n', ' \n\n', ','),
      spell: spelled,
      at: fc.nat(4),
      others,
    });
    await fc.assert(
      fc.asyncProperty(layout, async ({ bom, utf16, separator, head, tail, spell, at, others }) => {
        const text = (name: string): string =>
          head + [...others.slice(0, at), spell(name), ...others.slice(at)].join(separator) + tail;
        const bytes = (name: string): Uint8Array =>
          encodeText(text(name), { encoding: utf16 ? 'utf-16le' : 'utf-8', bom: bom || utf16 });
        const change = { kind: 'rename-tags' as const, tags: ['old_tag'], to: 'new 名前' };
        const entries = { 'a.jpg': 'jpg', 'a.txt': bytes('old tag'), 'b.jpg': 'x', 'b.txt': 'hat' };
        const plan = await planned(entries, change);
        assert.deepEqual(written(plan), { 'a.txt': bytes('new 名前') });
        assert.equal(plan.changed, 1);
      }),
      { numRuns: runs(200) },
    );
  });

  test('edits the rows of a table in place, with its escapes', async () => {
    const rows = [
      '{"file_name": "a.jpg", "text": "old \\u0074ag, \\"x\\", hat", "k": 1}',
      '{"file_name":"b.jpg","text":"hat"}',
      '',
    ];
    const change = { kind: 'rename-tags' as const, tags: ['old tag'], to: 'new' };
    const plan = await planned(
      { 'a.jpg': 'a', 'b.jpg': 'b', 'metadata.jsonl': rows.join('\n') },
      change,
    );
    const text = new TextDecoder().decode(written(plan)['metadata.jsonl']);
    assert.equal(
      text,
      ['{"file_name": "a.jpg", "text": "new, \\"x\\", hat", "k": 1}', ...rows.slice(1)].join('\n'),
    );
  });

  test('leaves a caption that would be empty, and stops if a file was written meanwhile', async () => {
    const entries = { 'a.jpg': 'a', 'a.txt': 'hat\n', 'b.jpg': 'b', 'b.txt': 'hat, girl\n' };
    const change = { kind: 'remove-tags' as const, tags: ['hat'] };
    const plan = await planned(entries, change);
    assert.deepEqual([plan.changed, plan.emptied, Object.keys(written(plan))], [1, 1, ['b.txt']]);
    await assert.rejects(
      planned(entries, change, (files) => files.entries.set(`${ROOT}/b.txt`, 'hat, boy, sky\n')),
      /b\.txt was changed in the meantime/u,
    );
  });
});
