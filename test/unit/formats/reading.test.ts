import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FormatRow } from '../../../src/core/formats/captionFormat.ts';
import { sidecarCaptions, guessCaptionsPerFile } from '../../../src/core/formats/sidecar.ts';
import { FileHead } from '../../../src/core/formats/fileHead.ts';
import { captionFormat, detectFormat } from '../../../src/core/formats/formatTable.ts';
import { inEnglish } from '../../../src/core/text/sentence.ts';
import { runs } from '../../support/runs.ts';

async function rowsOf(id: string, text: string): Promise<FormatRow[]> {
  const rows: FormatRow[] = [];
  const chunks = async function* () {
    for (let at = 0; at < text.length; at += 65536) {
      await Promise.resolve();
      yield text.slice(at, at + 65536);
    }
  };
  for await (const row of captionFormat(id).read({ name: 'the file', chunks })) rows.push(row);
  return rows;
}

const captions = (rows: readonly FormatRow[]) =>
  rows.flatMap((row) => (row.kind === 'caption' ? [[row.image, row.caption]] : []));
const problems = (rows: readonly FormatRow[]) =>
  rows.flatMap((row) => (row.kind === 'problem' ? [row] : []));

describe('recognising a format', () => {
  const cases: readonly (readonly [name: string, head: string, format: string | undefined])[] = [
    ['metadata.jsonl', '{"file_name":"a.jpg","text":"x"}', 'hf-metadata-jsonl'],
    ['metadata.csv', 'file_name,text\na.jpg,x', 'hf-metadata-csv'],
    ['captions.jsonl', '{"image":"a.jpg","captions":["x"]}', 'captions-jsonl'],
    ['train.jsonl', '{"image_path": "a.jpg", "caption": "x"}', 'captions-jsonl'],
    ['captions_val2017.json', '{"images":[],"annotations":[{"caption":"x"', 'coco-captions'],
    ['instances_val2017.json', '{"images":[],"annotations":[{"caption":"x"', undefined],
    ['meta_cap.json', '{ "img/a": {"caption": "x"', 'kohya-metadata'],
    ['results_20130124.token', '1.jpg#0\tA dog', 'flickr-token'],
    ['Flickr8k.token.txt', '1.jpg#0\tA dog', 'flickr-token'],
    ['Flickr8k.lemma.token.txt', '1.jpg#0\tA dog', undefined],
    ['captions.txt', 'image,caption\n1.jpg,A dog', 'delimited'],
    ['results.csv', 'image_name| comment_number| comment\n1.jpg| 0| A', 'kaggle-results'],
    ['package.json', '{"name":"x","files":["images"]}', undefined],
    ['tsconfig.json', '{"compilerOptions":{"strict":true}}', undefined],
    ['chat.jsonl', '{"messages":[{"role":"user"}]}', undefined],
    ['sales.csv', 'date,amount\n1,2', undefined],
    ['pairs.jsonl', '{"image":"a","caption":"b","similarity":0.3,"mismatch":0.1}', undefined],
  ];
  for (const [name, head, format] of cases) {
    test(`${name} is ${format ?? 'no caption file'}`, () => {
      assert.equal(detectFormat(new FileHead(name, head))?.id, format);
    });
  }
});

describe('reading rows', () => {
  test('one broken line of a thousand is one problem that names it, and costs no other row', async () => {
    const lines = Array.from({ length: 1000 }, (_, i) =>
      i === 36
        ? '{"file_name": "36.jpg", "text": "cut'
        : `{"file_name":"${i}.jpg","text":"c ${i}"}`,
    );
    const rows = await rowsOf('hf-metadata-jsonl', lines.join('\n'));
    assert.equal(captions(rows).length, 999);
    const [problem, ...others] = problems(rows);
    assert.equal(others.length, 0);
    assert.equal(problem?.code, 'unreadable-caption');
    assert.match(
      inEnglish(problem.message),
      /^Line 37 of the file is not valid JSON: .* column \d+/,
    );
    assert.notEqual(inEnglish(problem.remedy), '');
  });

  test('rows that lack a key or hold another type are told of by line', async () => {
    const rows = await rowsOf(
      'hf-metadata-jsonl',
      '{"text":"x"}\n{"file_name":"a.jpg"}\n{"file_name":"a.jpg","text":5}\n[1]\n{"file_name":7,"text":"x"}\n{"file_name":"b.jpg","text":["one","two"]}',
    );
    assert.deepEqual(captions(rows), [
      ['b.jpg', 'one'],
      ['b.jpg', 'two'],
    ]);
    assert.deepEqual(
      problems(rows).map((row) => row.range?.line),
      [0, 1, 2, 3, 4],
    );
  });

  test('JSON with comments or a trailing comma is refused, as every trainer refuses it', async () => {
    const rows = await rowsOf(
      'hf-metadata-jsonl',
      '{"file_name":"a.jpg","text":"x",}\n{"file_name":"b.jpg",/* no */"text":"y"}',
    );
    assert.equal(captions(rows).length, 0);
    assert.equal(problems(rows).length, 2);
  });

  test('of a key written twice the last counts, as in every JSON reader', async () => {
    const rows = await rowsOf('captions-jsonl', '{"image":"a.jpg","caption":"x","caption":"y"}');
    assert.deepEqual(captions(rows), [['a.jpg', 'y']]);
  });

  test('a lost quote in a CSV file costs its own row only', async () => {
    const rows = await rowsOf(
      'delimited',
      'image,caption\na.jpg,"never closed\nb.jpg,"fine, quoted"\nc.jpg,plain\nd.jpg,"open',
    );
    assert.deepEqual(captions(rows), [
      ['b.jpg', 'fine, quoted'],
      ['c.jpg', 'plain'],
    ]);
    assert.deepEqual(
      problems(rows).map((row) => row.range?.line),
      [1, 4],
    );
  });

  test('an unquoted comma in a CSV caption is told of instead of cutting the caption off', async () => {
    const rows = await rowsOf('delimited', 'image,caption\na.jpg,A dog, running\nb.jpg,A cat');
    assert.deepEqual(captions(rows), [['b.jpg', 'A cat']]);
    assert.match(inEnglish(problems(rows)[0]!.remedy), /quotes/);
  });

  test('the malformed row of the published Flickr30k results.csv is told of', async () => {
    const rows = await rowsOf(
      'kaggle-results',
      'image_name| comment_number| comment\n2199200615.jpg| 3| A dog .\n2199200615.jpg| 4   A dog runs across the grass .\n',
    );
    assert.deepEqual(captions(rows), [['2199200615.jpg', 'A dog .']]);
    assert.equal(problems(rows)[0]?.range?.line, 2);
  });

  test('a COCO annotation of an unlisted image, and one whose caption is no text, are told of', async () => {
    const rows = await rowsOf(
      'coco-captions',
      '{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"id":1,"image_id":9,"caption":"x"},{"id":2,"image_id":1,"caption":3},{"id":3,"image_id":1,"caption":"ok"}]}',
    );
    assert.deepEqual(captions(rows), [['a.jpg', 'ok']]);
    assert.deepEqual(
      problems(rows)
        .map((row) => row.code)
        .sort(),
      ['missing-image', 'unreadable-caption'],
    );
  });

  test('a broken COCO file is one problem with the line', async () => {
    const rows = await rowsOf('coco-captions', '{"images":[],\n"annotations":[{"caption":"x"},,]}');
    assert.equal(rows.length, 1);
    assert.match(inEnglish(problems(rows)[0]!.message), /line 2/);
  });

  test('JSON nested a hundred thousand deep is a problem, not a crash', async () => {
    const deep = '['.repeat(100_000);
    for (const id of ['hf-metadata-jsonl', 'coco-captions', 'kohya-metadata']) {
      assert.ok(problems(await rowsOf(id, deep)).length > 0);
    }
  });

  test('many thousand rows of every row format are read', async () => {
    const n = runs(10_000);
    const caption = (i: number) => `A caption, number ${i}, about a dog 犬`;
    const many = (row: (i: number) => string, head = '') =>
      head + Array.from({ length: n }, (_, i) => row(i)).join('\n') + '\n';
    const sources = {
      'hf-metadata-jsonl': many((i) => JSON.stringify({ file_name: `${i}.jpg`, text: caption(i) })),
      'captions-jsonl': many((i) => JSON.stringify({ image: `${i}.jpg`, captions: [caption(i)] })),
      'hf-metadata-csv': many((i) => `${i}.jpg,"${caption(i)}"`, 'file_name,text\n'),
      'flickr-token': many((i) => `${i}.jpg#0\t${caption(i)}`),
      'coco-captions': JSON.stringify({
        images: Array.from({ length: n }, (_, i) => ({ id: i, file_name: `${i}.jpg` })),
        annotations: Array.from({ length: n }, (_, i) => ({
          id: i,
          image_id: i,
          caption: caption(i),
        })),
      }),
    };
    for (const [id, text] of Object.entries(sources)) {
      const found = captions(await rowsOf(id, text));
      assert.equal(found.length, n, id);
      assert.deepEqual(found[n - 1], [`${n - 1}.jpg`, caption(n - 1)]);
    }
  });

  test('a caption of a megabyte is read whole', async () => {
    const long = 'dog, '.repeat(200_000);
    for (const [id, text] of [
      ['hf-metadata-jsonl', JSON.stringify({ file_name: 'a.jpg', text: long })],
      ['hf-metadata-csv', `file_name,text\na.jpg,"${long}"`],
      ['flickr-token', `a.jpg#0\t${long}`],
    ] as const) {
      assert.equal(captions(await rowsOf(id, text))[0]?.[1], long);
    }
  });
});

describe('captions of a sidecar', () => {
  test('a file is one caption, one a line, or its first line', () => {
    const text = 'A dog runs.\n\n A cat sleeps. \n';
    const read = (mode: 'whole' | 'lines' | 'first-line') =>
      sidecarCaptions(text, mode).map((row) => row.caption);
    assert.deepEqual(read('whole'), ['A dog runs.\n\n A cat sleeps.']);
    assert.deepEqual(read('lines'), ['A dog runs.', 'A cat sleeps.']);
    assert.deepEqual(read('first-line'), ['A dog runs.']);
    assert.deepEqual(sidecarCaptions(' \r\n\t\n', 'whole'), []);
  });

  const guesses: readonly (readonly [what: string, texts: readonly string[], mode: string])[] = [
    ['single lines', ['A dog runs.', 'A cat.\n'], 'whole'],
    ['five captions a file', ['A dog runs.\nA brown dog outside.\nThe dog is fast.\n'], 'lines'],
    ['paragraphs', ['A dog runs in a park.\n\nThe sky is blue above it.'], 'whole'],
    ['one tag a line', ['1girl\nsolo\nlong hair\n'], 'whole'],
    ['wrapped prose', ['A dog runs across the wide\ngreen lawn of the park.'], 'whole'],
    ['a bulleted list', ['- a dog that runs\n- a cat that sleeps'], 'whole'],
    ['mixed sets', ['A dog runs.\nA dog is here.', 'A cat sits\n\nin the sun.'], 'whole'],
  ];
  for (const [what, texts, mode] of guesses) {
    test(`${what}: ${mode}`, () => {
      assert.equal(guessCaptionsPerFile(texts), mode);
    });
  }
});
