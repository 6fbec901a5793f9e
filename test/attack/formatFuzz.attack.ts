import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { PairLensError } from '../../src/core/errors.ts';
import { applyEdits } from '../../src/core/formats/applyEdits.ts';
import type { CaptionFormat, CaptionRow, FormatRow } from '../../src/core/formats/captionFormat.ts';
import { CAPTION_FORMATS } from '../../src/core/formats/formatTable.ts';
import { FileHead, holdsJsonLines } from '../../src/core/formats/fileHead.ts';
import { decodeText } from '../../src/core/text/decodeText.ts';
import {
  decodeLeniently,
  encodeText,
  type FileEncoding,
} from '../../src/core/text/textEncoding.ts';
import { TextStream } from '../../src/core/text/textStream.ts';
import { FORMAT_EXAMPLES } from '../support/formatExamples.ts';
import { chosenSeed, trials } from './support/trials.ts';

/*
 * Valid files of every format, damaged at random: whatever the bytes, reading ends, throws nothing, says the same in
 * pieces of any size, and every caption it hands out can be replaced where it stands.
 */

const TRIALS = trials(300);
const SEED = chosenSeed();

/** Work that one small file may take: a reader whose work grows faster than the file goes far beyond. */
const MOST_ROWS_A_CHARACTER = 1;

const EXAMPLES: Readonly<Record<string, string>> = {
  ...FORMAT_EXAMPLES,
  'captions-jsonl':
    '{"image":"a.jpg","captions":["first 🐕", "second\\n\\t", null],"split":"test"}\n{"caption":"third","image":"b.jpg"}',
  'coco-captions':
    '{"info": {"caption": "not one"},\n "annotations":[{"caption":"A dog","image_id":1,"id":7},\r\n{"id":8,"image_id":2,"caption":"Two \\u00e9 dogs"}],"images":[{"id":1,"file_name":"a.jpg"},{"file_name":"b.jpg","id":2,"x":{"caption":"no"}}]}\n',
};

const ENCODINGS: readonly FileEncoding[] = [
  { encoding: 'utf-8', bom: false },
  { encoding: 'utf-8', bom: true },
  { encoding: 'utf-16le', bom: true },
  { encoding: 'utf-16be', bom: true },
];

/** What readers trip over, as bytes of UTF-8. */
const TROUBLE = [
  '"', '""', '"""', ',', '\n', '\r', '\r\n', '\t', '|', '#0\t', '\\', '\\u', '\\ud800', '{', '}', '[', ']', ':', 'null',
  '-', '1e999', '\0', '\ufeff', '\u2028', '\u0085', '🐕', '\u202e', '[[[[[[[[', '{"a":', '"caption":', '"file_name":"',
].map((text) => new TextEncoder().encode(text)); // prettier-ignore

interface Mutation {
  readonly kind: 'insert' | 'flip' | 'cut' | 'repeat' | 'swap';
  /** Shares of the file, 0..1. */
  readonly from: number;
  readonly to: number;
  readonly byte: number;
  readonly trouble: number;
}

const mutations = fc.array(
  fc.record<Mutation>({
    kind: fc.constantFrom('insert', 'insert', 'flip', 'cut', 'repeat', 'swap'),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    to: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.nat(255),
    trouble: fc.nat(TROUBLE.length - 1),
  }),
  { maxLength: 6 },
);

function mutated(bytes: Uint8Array, changes: readonly Mutation[]): Uint8Array {
  let now = [...bytes];
  for (const { kind, byte, trouble, ...shares } of changes) {
    const from = Math.floor(Math.min(shares.from, shares.to) * now.length);
    const to = Math.floor(Math.max(shares.from, shares.to) * now.length);
    if (kind === 'insert') now.splice(from, 0, ...TROUBLE[trouble]!);
    else if (kind === 'flip') now[from] = byte;
    else if (kind === 'cut') now.splice(from, to - from);
    else if (kind === 'repeat') now = [...now.slice(0, to), ...now.slice(from)];
    else now = [...now.slice(to), ...now.slice(0, to)];
  }
  return Uint8Array.from(now.slice(0, 4096));
}

async function* pieces<T extends string | Uint8Array>(whole: T, size: number): AsyncGenerator<T> {
  for (let at = 0; at < whole.length; at += size) {
    await Promise.resolve();
    yield whole.slice(at, at + size) as T;
  }
}

async function rowsOf(format: CaptionFormat, text: string, size: number): Promise<FormatRow[]> {
  const rows: FormatRow[] = [];
  for await (const row of format.read({ name: 'file', chunks: () => pieces(text, size) })) {
    rows.push(row);
    assert.ok(rows.length <= 16 + text.length * MOST_ROWS_A_CHARACTER, 'reading ends');
  }
  return rows;
}

/** Reads the bytes as the engine does: damaged ones leniently. */
async function textOf(bytes: Uint8Array, size: number): Promise<string> {
  let text = '';
  for await (const chunk of new TextStream(pieces(bytes, size)).chunks()) text += chunk;
  return text;
}

const isCaption = (row: FormatRow): row is CaptionRow => row.kind === 'caption';

function isJsonLines({ files }: CaptionFormat, text: string): boolean {
  return files.extensions.includes('jsonl') && holdsJsonLines('file', text);
}

/** Where an offset stands, by the line ends that the readers of the format count. */
function placed(text: string, { range }: CaptionRow, json: boolean): boolean {
  const before = text.slice(0, range.start).split(json ? /\r\n|\r|\n/ : '\n');
  return before.length - 1 === range.line && before.at(-1)!.length === range.column;
}

describe(`${TRIALS} damaged files of each format, seed ${SEED}`, () => {
  // Formats that are never written have no text of their own: parquet reads as JSON Lines.
  for (const format of CAPTION_FORMATS.filter(({ isBinary }) => isBinary !== true)) {
    test(format.id, async () => {
      const example = EXAMPLES[format.id];
      assert.ok(example !== undefined, 'every format has an example');
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...ENCODINGS),
          mutations,
          fc.integer({ min: 1, max: 40 }),
          fc.constantFrom('a new caption', 'one "quoted" \\ 犬 🐕, two'),
          async (encoding, changes, size, caption) => {
            const bytes = mutated(encodeText(example, encoding), changes);
            const text = await textOf(bytes, bytes.length + 1);
            // Conversations are read line by line when the text looks like JSON Lines.
            const whole = format.rows === 'json-strings' && !isJsonLines(format, text);
            assert.equal(typeof format.detect(new FileHead('captions.json', text)), 'number');
            const rows = await rowsOf(format, text, text.length + 1);
            assert.deepEqual(await rowsOf(format, text, size), rows, 'pieces say the same');
            for (const row of rows) {
              const range = row.kind === 'unjudged' ? undefined : row.range;
              if (range === undefined) continue;
              assert.ok(0 <= range.start && range.start <= range.end, 'a range is one');
              assert.ok(range.end <= text.length, 'a range lies in the text');
            }
            const captions = rows.filter(isCaption);
            for (const row of captions) assert.ok(placed(text, row, whole), 'line and column');
            await replaces(format, bytes, captions, caption);
          },
        ),
        { numRuns: TRIALS, seed: SEED },
      );
    });
  }

  test('a decoder gives the same text in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ENCODINGS),
        mutations,
        fc.integer({ min: 4, max: 40 }),
        async (encoding, changes, size) => {
          const bytes = mutated(encodeText(EXAMPLES['coco-captions']!, encoding), changes);
          const decoded = decodeText(bytes);
          if (!('text' in decoded)) return;
          assert.equal(await textOf(bytes, size), decoded.text);
          assert.equal(
            decodeLeniently(encodeText(decoded.text, { ...decoded, bom: false }), decoded.encoding),
            decoded.text,
          );
        },
      ),
      { numRuns: TRIALS, seed: SEED },
    );
  });
});

/** The edit of a caption reads as the new one, and changes nothing else; or is refused in words. */
async function replaces(
  format: CaptionFormat,
  bytes: Uint8Array,
  captions: readonly CaptionRow[],
  caption: string,
): Promise<void> {
  const decoded = decodeText(bytes);
  if (!('text' in decoded)) return;
  const { text } = decoded;
  for (const [at, row] of captions.slice(0, 3).entries()) {
    if (row.caption.trim() === '') continue;
    let edit;
    try {
      edit = format.edit(text, row.range, caption);
    } catch (error) {
      assert.ok(PairLensError.is(error, 'invalid-argument'), 'a refusal is declared');
      continue;
    }
    const after = decodeText(applyEdits(bytes, [edit], 'file'));
    assert.ok('text' in after);
    const now = (await rowsOf(format, after.text, after.text.length + 1)).filter(isCaption);
    assert.deepEqual(
      now.map((each) => [each.image, each.caption]),
      captions.map((each, i) => [each.image, i === at ? caption : each.caption]),
      'only the caption changes',
    );
  }
}
