import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FormatRow } from '../../../src/core/formats/captionFormat.ts';
import { LIMITS } from '../../../src/core/formats/limits.ts';
import { guessCaptionsPerFile, sidecarCaptions } from '../../../src/core/formats/sidecar.ts';
import { captionFormat } from '../../../src/core/formats/formatTable.ts';
import { inEnglish } from '../../../src/core/text/sentence.ts';

async function rowsOf(id: string, chunks: Iterable<string>): Promise<FormatRow[]> {
  const rows: FormatRow[] = [];
  const pieces = async function* () {
    await Promise.resolve();
    yield* chunks;
  };
  for await (const row of captionFormat(id).read({ name: 'the file', chunks: pieces })) {
    rows.push(row);
  }
  return rows;
}

const said = (row: FormatRow): string =>
  row.kind === 'caption'
    ? `${row.image}: ${row.caption.slice(0, 20)}`
    : inEnglish(row.kind === 'problem' ? row.message : row.what);

/** So many characters, a mebi at a time. */
function* filler(characters: number): Generator<string> {
  const piece = 'a dog and '.repeat(104_858);
  for (let left = characters; left > 0; left -= piece.length) yield piece.slice(0, left);
}

const OVER = LIMITS.rowCharacters + 5;

describe('a row beyond the limit is named, and its neighbours are read', () => {
  const cases: Readonly<Record<string, readonly [before: string, long: string, after: string]>> = {
    'hf-metadata-jsonl': [
      '{"file_name":"a.jpg","text":"a cat"}\n{"file_name":"b.jpg","text":"',
      '"}\n',
      '{"file_name":"c.jpg","text":"a cow"}\n',
    ],
    'captions-jsonl': [
      '{"image":"a.jpg","caption":"a cat"}\n{"image":"b.jpg","caption":"',
      '"}\n',
      '{"image":"c.jpg","caption":"a cow"}\n',
    ],
    'flickr-token': ['a.jpg#0\ta cat\nb.jpg#0\t', '\n', 'c.jpg#0\ta cow\n'],
    'kaggle-results': [
      'image_name| comment_number| comment\na.jpg| 0| a cat\nb.jpg| 0| ',
      '\n',
      'c.jpg| 0| a cow\n',
    ],
    'hf-metadata-csv': ['file_name,text\na.jpg,a cat\nb.jpg,', '\n', 'c.jpg,a cow\n'],
    delimited: ['image,caption\na.jpg,a cat\nb.jpg,"', '"\n', 'c.jpg,a cow\n'],
  };
  for (const [id, [before, end, after]] of Object.entries(cases)) {
    test(id, async () => {
      const rows = await rowsOf(id, [before, ...filler(OVER), end, after]);
      assert.equal(rows.length, 3);
      assert.equal(said(rows[0]!), 'a.jpg: a cat');
      assert.match(said(rows[1]!), /^Line [23] of the file has .*1677\d+ characters/);
      assert.equal(said(rows[2]!), 'c.jpg: a cow');
    });
  }

  test('a quote that is never closed costs its line, not the rows behind it', async () => {
    const line = `never closed,${'x'.repeat(1000)}\n`;
    const lines = Math.ceil(OVER / line.length);
    const rows = await rowsOf('hf-metadata-csv', [
      'file_name,text\na.jpg,"a cat\n',
      'b.jpg,a dog\n',
      ...Array.from({ length: lines }, () => line),
    ]);
    assert.match(
      said(rows[0]!),
      /^Line 2 of the file has more than .* a quote may never be closed/,
    );
    assert.equal(said(rows[1]!), 'b.jpg: a dog');
    assert.equal(rows.length, 2 + lines);
  });
});

describe('JSON', () => {
  const DEEP = 100_000;

  test('nests as deep as it likes beside the captions', async () => {
    const deep = '['.repeat(DEEP) + ']'.repeat(DEEP);
    const document = `{"x":${deep},"images":[{"id":1,"file_name":"a.jpg","y":${deep}}],"annotations":[{"image_id":1,"caption":"a cat"}]}`;
    assert.deepEqual((await rowsOf('coco-captions', [document])).map(said), ['a.jpg: a cat']);
    const rows = await rowsOf('hf-metadata-jsonl', [
      `{"file_name":"a.jpg","text":${deep}}\n${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}\n`,
      '{"file_name":"c.jpg","text":"a cow"}\n',
    ]);
    assert.deepEqual(rows.map(said), [
      'Line 1 of the file has an array where the caption should be.',
      'Line 2 of the file has no text under "file_name".',
      'c.jpg: a cow',
    ]);
  });

  test('that only opens is refused at the limit', async () => {
    const rows = await rowsOf('coco-captions', ['{"images":', '['.repeat(LIMITS.jsonDepth + 1)]);
    assert.equal(rows.length, 1);
    assert.match(said(rows[0]!), /more than 1000000 lists or objects in each other/);
  });

  test('a document of any size costs what its captions do', async () => {
    const start = '{"images":[{"id":1,"file_name":"a.jpg"}],"pad":"';
    const end = '","annotations":[{"image_id":1,"caption":"a cat"}]}';
    const piece = 'x'.repeat(1 << 20);
    const before = process.memoryUsage().heapUsed;
    let most = 0;
    const chunks = function* () {
      yield start;
      for (let i = 0; i < 300; i++) {
        most = Math.max(most, process.memoryUsage().heapUsed - before);
        yield piece;
      }
      yield end;
    };
    assert.deepEqual((await rowsOf('coco-captions', chunks())).map(said), ['a.jpg: a cat']);
    assert.ok(most < 100e6, `${most} bytes`);
  });

  test('is strict: what no JSON reader takes is named with its place', async () => {
    const flawed: readonly [text: string, what: RegExp][] = [
      ['{"images":[}', /value expected at line 1, column 12/],
      ['{"images":[1,]}', /value expected/],
      ['{"images":[1],}', /property name expected/],
      ['{"images" [1]}', /colon expected/],
      ['{"images":[1 2]}', /comma expected/],
      ['{"images":[01]}', /invalid symbol/],
      ['{"images":[nul]}', /invalid symbol/],
      ['{"images":["a\nb"]}', /unexpected end of string/],
      ['{"images":["a\tb"]}', /invalid character/],
      ['{"images":["\\x"]}', /invalid escape character/],
      ['{"images":["\\u00g0"]}', /invalid unicode/],
      ['{"images":[]}\n,', /end of file expected at line 2, column 1/],
      ['{"images":[', /close bracket expected/],
      ['{"images":[]', /close brace expected/],
      ['{"images', /unexpected end of string/],
    ];
    for (const [text, what] of flawed) {
      for (const chunks of [[text], text.split(/(?:)/u)]) {
        const rows = await rowsOf('coco-captions', chunks);
        assert.equal(rows.length, 1, text);
        assert.match(said(rows[0]!), what);
      }
    }
  });
});

describe('a text file of one image', () => {
  test('hands out no more captions than are read, and one that tells of the rest', () => {
    const text = 'A caption about a dog\n'.repeat(200_000);
    assert.equal(sidecarCaptions(text, 'lines').length, LIMITS.captionsPerImage + 1);
    assert.equal(sidecarCaptions(text, 'first-line').length, 1);
    assert.equal(guessCaptionsPerFile([text]), 'lines');
  });
});
