import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CaptionRow, TextEdit } from '../../../src/core/formats/captionFormat.ts';
import { CAPTION_FORMATS, captionFormat } from '../../../src/core/formats/formatTable.ts';
import { removalEdits, renameEdits } from '../../../src/core/formats/imageReferences.ts';
import { FORMAT_EXAMPLES } from '../../support/formatExamples.ts';

const TABLES = CAPTION_FORMATS.filter(
  ({ layout, isBinary }) => layout === 'table' && isBinary !== true,
).map(({ id }) => id);

async function captionsIn(id: string, text: string): Promise<CaptionRow[]> {
  const rows: CaptionRow[] = [];
  const chunks = async function* () {
    await Promise.resolve();
    yield text;
  };
  for await (const row of captionFormat(id).read({ name: 'file', chunks })) {
    assert.equal(row.kind, 'caption', JSON.stringify(row));
    rows.push(row);
  }
  return rows;
}

function apply(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((now, { start, end, newText }) => now.slice(0, start) + newText + now.slice(end), text);
}

const facts = ({ image, caption, key, split }: CaptionRow) => ({ image, caption, key, split });
const tableOf = (id: string, text: string) => ({ format: captionFormat(id), name: 'file', text });

describe('image names in tables', () => {
  for (const id of TABLES) {
    const example = FORMAT_EXAMPLES[id] ?? '';

    test(`${id}: another image name is written, and every other character stays`, async () => {
      const before = await captionsIn(id, example);
      for (const image of new Set(before.map((row) => row.image))) {
        const name = `${image.replace(/[^/]*$/, '')}new, "犬" é.png`.replaceAll(
          '"',
          id === 'flickr-token' || id === 'kaggle-results' ? '' : '"',
        );
        const edits = await renameEdits(tableOf(id, example), new Map([[image, name]]));
        assert.ok(edits, `${id}: ${image}`);
        const after = apply(example, edits);
        assert.deepEqual(
          (await captionsIn(id, after)).map(facts),
          before.map((row) => ({ ...facts(row), image: row.image === image ? name : row.image })),
        );
        const back = await renameEdits(tableOf(id, after), new Map([[name, image]]));
        assert.deepEqual(
          (await captionsIn(id, apply(after, back ?? []))).map(facts),
          before.map(facts),
        );
        for (const { start, end } of edits) {
          assert.ok(before.every(({ range }) => range.end <= start || range.start >= end));
        }
      }
    });

    test(`${id}: the rows of an image are taken out, and the others stay as they were`, async () => {
      const before = await captionsIn(id, example);
      const images = [...new Set(before.map((row) => row.image))];
      for (const gone of [...images.map((image) => [image]), images.slice(0, 2)]) {
        if (gone.length === images.length) continue;
        const edits = await removalEdits(tableOf(id, example), new Set(gone));
        assert.ok(edits, `${id}: ${gone.join()}`);
        const after = apply(example, edits);
        const left = before.filter(({ image }) => !gone.includes(image));
        assert.deepEqual((await captionsIn(id, after)).map(facts), left.map(facts));
        assert.ok(gone.every((image) => !after.includes(JSON.stringify(image))));
      }
    });
  }

  test('a caption that is the name of its image is no name', async () => {
    const text = '{"file_name":"a.jpg","text":"a.jpg"}\n';
    const edits = await renameEdits(
      tableOf('hf-metadata-jsonl', text),
      new Map([['a.jpg', 'b.jpg']]),
    );
    assert.equal(apply(text, edits ?? []), '{"file_name":"b.jpg","text":"a.jpg"}\n');
  });

  test('an ID that is equal to a name without extension stays', async () => {
    const text =
      '{"x/a": {"caption": "a dog", "id": "x/a"}, "x/b": {"caption": "two", "id": "x/a"}}';
    const edits = await renameEdits(tableOf('kohya-metadata', text), new Map([['x/a', 'x/c']]));
    assert.equal(
      apply(text, edits ?? []),
      '{"x/c": {"caption": "a dog", "id": "x/a"}, "x/b": {"caption": "two", "id": "x/a"}}',
    );
  });

  test('two images that exchange their names are renamed in one edit', async () => {
    const text = 'file_name,text\na.jpg,one\nb.jpg,two\n';
    const renames = new Map([
      ['a.jpg', 'b.jpg'],
      ['b.jpg', 'a.jpg'],
    ]);
    const edits = await renameEdits(tableOf('hf-metadata-csv', text), renames);
    assert.equal(apply(text, edits ?? []), 'file_name,text\nb.jpg,one\na.jpg,two\n');
  });

  test('a control image named by other rows follows, too', async () => {
    const text =
      '{"image":"a.jpg","caption":"one","control":"c.png"}\n{"image":"b.jpg","caption":"two","control":"c.png"}\n';
    const edits = await renameEdits(tableOf('captions-jsonl', text), new Map([['c.png', 'd.png']]));
    assert.equal(apply(text, edits ?? []), text.replaceAll('c.png', 'd.png'));
  });
});
