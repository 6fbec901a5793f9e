import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { PairLensError } from '../../../src/core/errors.ts';
import { applyEdits } from '../../../src/core/formats/applyEdits.ts';
import type { CaptionRow } from '../../../src/core/formats/captionFormat.ts';
import { CAPTION_FORMATS, captionFormat } from '../../../src/core/formats/formatTable.ts';
import { decodeText } from '../../../src/core/text/decodeText.ts';
import { encodeText, type FileEncoding } from '../../../src/core/text/textEncoding.ts';
import { FORMAT_EXAMPLES } from '../../support/formatExamples.ts';
import { runs } from '../../support/runs.ts';

const ENCODINGS: readonly FileEncoding[] = [
  { encoding: 'utf-8', bom: false },
  { encoding: 'utf-8', bom: true },
  { encoding: 'utf-16le', bom: true },
  { encoding: 'utf-16be', bom: true },
];

async function captionsOf(id: string, text: string, chunk = 7): Promise<CaptionRow[]> {
  const rows: CaptionRow[] = [];
  const chunks = async function* () {
    for (let at = 0; at < text.length; at += chunk) {
      await Promise.resolve();
      yield text.slice(at, at + chunk);
    }
  };
  for await (const row of captionFormat(id).read({ name: 'file', chunks })) {
    assert.equal(row.kind, 'caption', JSON.stringify(row));
    rows.push(row);
  }
  return rows;
}

/** Any text the file's encodings can carry, with the characters that formats trip over. */
const anyCaption = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(
        '"',
        '\\',
        ',',
        '\n',
        '\r',
        '\t',
        '|',
        '#',
        "'",
        ' ',
        '犬',
        '🐕',
        'é',
        '\u2028',
      ),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
    ),
    maxLength: 20,
  })
  .filter((caption) => !caption.includes('\0') && !/\p{Surrogate}/u.test(caption));

/** What a format holds of a caption, where it is not every character. */
const TRIMMING = new Set(['sidecar', 'sidecar-lines', 'kaggle-results', 'named-lines']);

describe('every caption format', () => {
  test('has an example in this test', () => {
    assert.deepEqual(
      CAPTION_FORMATS.filter(({ isBinary }) => isBinary !== true)
        .map((format) => format.id)
        .sort(),
      Object.keys(FORMAT_EXAMPLES).sort(),
    );
  });

  for (const [id, example] of Object.entries(FORMAT_EXAMPLES)) {
    test(`${id}: the range of a caption holds its raw characters, wherever a chunk ends`, async () => {
      const whole = await captionsOf(id, example, 1e9);
      assert.ok(whole.length > 0);
      for (const chunk of [1, 2, 3, 5, 11])
        assert.deepEqual(await captionsOf(id, example, chunk), whole);
      for (const { range } of whole) {
        const before = example.slice(0, range.start);
        assert.equal(range.line, before.split('\n').length - 1);
        assert.equal(range.column, range.start - (before.lastIndexOf('\n') + 1));
      }
    });

    test(`${id}: an edited caption reads back as written and no other byte changes`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(),
          anyCaption,
          fc.constantFrom(...ENCODINGS),
          async (pick, caption, encoding) => {
            const before = await captionsOf(id, example, 64);
            const k = pick % before.length;
            const target = before[k];
            assert.ok(target);
            let edit;
            try {
              edit = captionFormat(id).edit(example, target.range, caption);
            } catch (error) {
              assert.ok(PairLensError.is(error, 'invalid-argument'), String(error));
              return;
            }
            const bytes = encodeText(example, encoding);
            const edited = decodeText(applyEdits(bytes, [edit], 'file'));
            assert.ok('text' in edited);
            assert.deepEqual({ encoding: edited.encoding, bom: edited.bom }, encoding);
            assert.ok(edited.text.startsWith(example.slice(0, target.range.start)));
            assert.ok(edited.text.endsWith(example.slice(target.range.end)));
            const after = (await captionsOf(id, edited.text, 64)).map((row) => row.caption);
            const expected = before.map((row) => row.caption);
            expected[k] = TRIMMING.has(id) ? caption.trim() : caption;
            assert.deepEqual(after, expected);
          },
        ),
        { numRuns: runs(60) },
      );
    });
  }

  test('a format that cannot hold a caption says so instead of writing another', () => {
    const at = { start: 8, end: 14 };
    for (const [id, caption] of [
      ['flickr-token', 'two\nlines'],
      ['kaggle-results', 'a | b'],
      ['sidecar-lines', 'two\nlines'],
      ['sidecar', ' \n'],
    ] as const) {
      assert.throws(() => captionFormat(id).edit(FORMAT_EXAMPLES[id] ?? '', at, caption), {
        name: 'PairLensError',
        code: 'invalid-argument',
      });
    }
  });

  test('a string of a JSON list in a CSV field is replaced, with both kinds of escapes', async () => {
    const text =
      'caption,filename\r\n"[""A \\""dog\\"""",\n ""two""]",a.jpg\r\n"[""three""]",b.jpg\r\n';
    const before = await captionsOf('delimited', text, 64);
    assert.deepEqual(
      before.map(({ caption, range }) => [
        caption,
        range.line,
        range.column,
        text.slice(range.start, range.end),
      ]),
      [
        ['A "dog"', 1, 4, 'A \\""dog\\""'],
        ['two', 2, 3, 'two'],
        ['three', 3, 4, 'three'],
      ],
    );
    for (const [k, { range }] of before.entries()) {
      const edit = captionFormat('delimited').edit(text, range, 'a "new", one\n犬');
      const edited = text.slice(0, edit.start) + edit.newText + text.slice(edit.end);
      const after = await captionsOf('delimited', edited, 64);
      assert.deepEqual(
        after.map(({ caption }) => caption),
        before.map(({ caption }, i) => (i === k ? 'a "new", one\n犬' : caption)),
      );
    }
  });

  test('JSON that escapes what is not ASCII stays ASCII', () => {
    const text = '{"file_name":"a.jpg","text":"caf\\u00e9"}';
    const at = { start: text.indexOf('caf'), end: text.length - 2 };
    assert.equal(captionFormat('hf-metadata-jsonl').edit(text, at, '犬').newText, '\\u72ac');
    const plain = '{"file_name":"a.jpg","text":"cafe"}';
    const there = { start: plain.indexOf('cafe'), end: plain.length - 2 };
    assert.equal(captionFormat('hf-metadata-jsonl').edit(plain, there, '犬').newText, '犬');
  });

  test('edits that overlap are refused', () => {
    const bytes = new TextEncoder().encode('abcdef');
    const edits = [
      { start: 0, end: 3, newText: 'x' },
      { start: 2, end: 4, newText: 'y' },
    ];
    assert.throws(() => applyEdits(bytes, edits, 'file'), { code: 'invalid-argument' });
  });
});

describe('a row that is added', () => {
  const added = (id: string, text: string, caption = 'a new caption'): string | undefined => {
    const edit = captionFormat(id).append?.(text, { image: '5.jpg', caption });
    return edit && text.slice(0, edit.start) + edit.newText + text.slice(edit.end);
  };

  /** Each with the text before, and behind it whether a row can be added. */
  const TEXTS: readonly [id: string, text: string][] = [
    ['hf-metadata-csv', '"note, by whom",file_name,text\nx,a.jpg,a dog\n'],
    ['hf-metadata-csv', ',file_name,text\r\n0,a.jpg,"a\r\ndog"'],
    ['hf-metadata-jsonl', '{"file_name": "a.jpg", "text": "d\\u00e9j\\u00e0"}\n'],
    ['hf-metadata-jsonl', '{"text":"a dog","file_name":"a.jpg","x":1}\r\n{"broken'],
    ['captions-jsonl', '{"image_path":"a.jpg","captions":["one","two"]}'],
    ['delimited', 'filepath\ttitle\tscore\r\na.jpg\t"a\tdog"\t1'],
    ['delimited', 'Datei;image;text\nx;a.jpg;ein Hund\n'],
  ];
  for (const [id, text] of TEXTS) {
    test(`${id}: ${JSON.stringify(text)} gains one pair and keeps every byte`, async () => {
      await fc.assert(
        fc.asyncProperty(
          anyCaption.filter((caption) => caption.trim() !== ''),
          async (caption) => {
            const after = added(id, text, caption) ?? '';
            assert.ok(after.startsWith(text));
            const rows: CaptionRow[] = [];
            const chunks = async function* () {
              await Promise.resolve();
              yield after;
            };
            for await (const row of captionFormat(id).read({ name: 'file', chunks })) {
              if (row.kind === 'caption') rows.push(row);
            }
            assert.deepEqual([rows.at(-1)?.image, rows.at(-1)?.caption], ['5.jpg', caption]);
          },
        ),
      );
    });
  }

  const LISTS: readonly string[] = [
    '[{"image":"a.jpg","caption":"a dog"}]',
    '[\r\n  {\r\n    "file_name": "a.jpg",\r\n    "text": ["d\\u00e9j\\u00e0"],\r\n    "id": 1\r\n  }\r\n]\r\n',
  ];
  for (const text of LISTS) {
    test(`captions-json: ${JSON.stringify(text)} gains one pair and keeps every byte`, async () => {
      await fc.assert(
        fc.asyncProperty(
          anyCaption.filter((caption) => caption.trim() !== ''),
          async (caption) => {
            const after = added('captions-json', text, caption) ?? '';
            const end = /\s*\]\s*$/.exec(text)?.[0] ?? '';
            assert.ok(after.startsWith(text.slice(0, -end.length)) && after.endsWith(end));
            const rows = await captionsOf('captions-json', after);
            assert.equal(rows.length, 2);
            assert.deepEqual([rows[1]?.image, rows[1]?.caption], ['5.jpg', caption]);
          },
        ),
      );
    });
  }

  test('is none where the neighbours lie in another folder: the trainer knows the root, PairLens does not', () => {
    assert.equal(added('captions-json', '[{"image":"train/a.jpg","caption":"a dog"}]'), undefined);
    assert.equal(added('delimited', 'filepath,title\ntrain/a.jpg,a dog\n'), undefined);
  });

  test('is none where nothing is a model for it', () => {
    assert.equal(added('hf-metadata-csv', ''), undefined);
    assert.equal(added('hf-metadata-csv', 'a,b\n1,2\n'), undefined);
    assert.equal(added('captions-jsonl', '{"broken\n'), undefined);
  });
});
