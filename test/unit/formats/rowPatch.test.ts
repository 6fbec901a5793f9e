import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CaptionRow } from '../../../src/core/formats/captionFormat.ts';
import { moved, rowPatch } from '../../../src/core/formats/rowPatch.ts';
import { captionFormat } from '../../../src/core/formats/formatTable.ts';
import { runs } from '../../support/runs.ts';

/** Conversations are told to be lines by the name of their file. */
const NAME = 'x.jsonl';

async function rowsOf(id: string, text: string): Promise<CaptionRow[] | undefined> {
  const rows: CaptionRow[] = [];
  const format = captionFormat(id);
  async function* chunks() {
    await Promise.resolve();
    yield text;
  }
  for await (const row of format.read({ name: NAME, chunks })) {
    if (row.kind !== 'caption') return undefined;
    rows.push(row);
  }
  return rows;
}

const caption = fc.oneof(
  fc.constantFrom(
    'a dog',
    'a, b',
    'say "hi"',
    'two\nlines',
    'two\n\n\nparts',
    'ö é',
    'x',
    'a\n0.jpg,b\nc',
  ),
  fc.string({ minLength: 1, maxLength: 12 }).map((text) => text.replace(/[\r\n|\t]/g, ' ') + '.'),
);

const TABLES: Readonly<Record<string, (captions: readonly string[], end: string) => string>> = {
  'hf-metadata-jsonl': (captions, end) =>
    captions.map((text, i) => JSON.stringify({ file_name: `${i}.jpg`, text }) + end).join(''),
  'hf-metadata-csv': (captions, end) =>
    `file_name,text${end}` +
    captions
      .map((text, i) => `${i}.jpg,"${text.replaceAll('"', '""').replaceAll('\n', end)}"${end}`)
      .join(''),
  // What stands behind the caption, and quotes where they need not be.
  delimited: (captions, end) =>
    `caption,note,image${end}` +
    captions
      .map((text, i) => {
        const field = `"${text.replaceAll('"', '""').replaceAll('\n', end)}"`;
        return `${field},${i % 2 === 0 ? `"${end}${end}"` : 'a "b'},${i}.jpg${end}`;
      })
      .join(''),
  'delimited (tabs, several captions)': (captions, end) =>
    `filepath\tcaption_1\tcaption_2${end}` +
    captions
      .map((text, i) => {
        const field = `"${text.replaceAll('"', '""').replaceAll('\n', end)}"`;
        return `${i}.jpg\t${field}\tanother ${i}${end}`;
      })
      .join(''),
  'delimited (JSON lists)': (captions, end) =>
    `caption,filename${end}` +
    captions
      .map((text, i) => {
        const list = JSON.stringify([text, 'x']).replaceAll('"', '""');
        return `"${list}",${i}.jpg${end}`;
      })
      .join(''),
  'captions-json': (captions, end) =>
    JSON.stringify(
      captions.map((text, i) => ({ image: `${i}.jpg`, caption: text })),
      undefined,
      end === '\n' ? undefined : 1,
    ),
  'captions-map': (captions) =>
    JSON.stringify(Object.fromEntries(captions.map((text, i) => [`${i}.jpg`, [text, 'x']]))),
  karpathy: (captions) =>
    JSON.stringify({
      images: captions.map((raw, i) => ({ filename: `${i}.jpg`, sentences: [{ raw }] })),
    }),
  'conversations (lines)': (captions, end) =>
    captions
      .map(
        (content, i) =>
          JSON.stringify({
            messages: [
              { role: 'user', content: '<image>' },
              { role: 'assistant', content },
            ],
            images: [`${i}.jpg`],
          }) + end,
      )
      .join(''),
  'flickr-token': (captions, end) =>
    captions.map((text, i) => `${i}.jpg#0\t${text.replace(/\s+/g, ' ').trim()}${end}`).join(''),
  'coco-captions': (captions, end) =>
    JSON.stringify(
      {
        images: captions.map((_, i) => ({ id: i, file_name: `${i}.jpg` })),
        annotations: captions.map((text, i) => ({ id: i, image_id: i, caption: text })),
      },
      undefined,
      end === '\n' ? undefined : 1,
    ),
  'kohya-metadata': (captions, end) =>
    JSON.stringify(
      Object.fromEntries(captions.map((text, i) => [`${i}.jpg`, { caption: text }])),
      undefined,
      end === '\n' ? undefined : 1,
    ),
};

describe('a patch of a table', () => {
  for (const [title, write] of Object.entries(TABLES)) {
    const [id = ''] = title.split(' ');
    test(`${title}: any edit gives what reading the whole text gives, or nothing`, async () => {
      let patched = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(caption, { minLength: 1, maxLength: 8 }),
          fc.constantFrom('\n', '\r\n'),
          fc.tuple(fc.nat(), fc.boolean()),
          fc.nat(6),
          fc.oneof(caption, fc.constantFrom('', '"', '\n', '\n\n', ' \n', '","', '\\', '}\n{')),
          async (captions, lineEnd, [at, inCaption], length, inserted) => {
            const before = write(captions, lineEnd);
            const old = await rowsOf(id, before);
            if (old === undefined) return;
            const { range } = old[at % old.length] ?? {};
            const start =
              inCaption && range !== undefined
                ? range.start + (at % (range.end - range.start + 1))
                : at % (before.length + 1);
            const after = before.slice(0, start) + inserted + before.slice(start + length);
            const patch = await rowPatch(captionFormat(id), NAME, before, after, old);
            if (patch === undefined) return;
            patched++;
            const changed = new Map(
              patch.rows.map(({ before: was, after: is }) => [was.range.start, is]),
            );
            const rows = old.map((row) => {
              const is = changed.get(row.range.start);
              if (is !== undefined) return { ...row, ...is };
              return row.range.start < patch.from
                ? row
                : { ...row, range: moved(row.range, patch) };
            });
            const whole = await rowsOf(id, after);
            // Rows that the patch did not look at may only differ where it would be refused by their slots.
            if (old.filter((row) => changed.has(row.range.start)).length !== changed.size) return;
            assert.deepEqual(rows, whole);
          },
        ),
        { numRuns: runs(200) },
      );
      assert.ok(patched > runs(10), `only ${patched} edits were patched`);
    });
  }

  test('a keystroke in one row of many reads that row only', async () => {
    const format = captionFormat('hf-metadata-jsonl');
    const captions = Array.from({ length: 2000 }, (_, i) => `caption ${i}`);
    const write = TABLES['hf-metadata-jsonl']!;
    const before = write(captions, '\n');
    captions[1000] = 'caption 1000!';
    const patch = await rowPatch(format, 'x', before, write(captions, '\n'), []);
    assert.deepEqual(
      patch!.rows.map(({ after }) => after.caption),
      ['caption 1000!'],
    );
    const end = before.indexOf('\n', before.indexOf('caption 1000')) + 1;
    assert.deepEqual([patch!.from, patch!.lines, patch!.characters], [end, 0, 1]);
  });

  test('rows that come, go or name another image need the whole file', async () => {
    const format = captionFormat('hf-metadata-jsonl');
    const before = '{"file_name":"a.jpg","text":"x"}\n{"file_name":"b.jpg","text":"y"}\n';
    for (const after of [
      before + '{"file_name":"c.jpg","text":"z"}\n',
      before.slice(0, 33),
      before.replace('b.jpg', 'c.jpg'),
      before.replace('"y"', '""'),
      before.replace('"y"', '"y'),
    ]) {
      assert.equal(await rowPatch(format, 'x', before, after, []), undefined);
    }
  });
});
