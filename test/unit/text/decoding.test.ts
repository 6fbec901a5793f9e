import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeText } from '../../../src/core/text/decodeText.ts';
import { eachLine, readLines } from '../../../src/core/text/lines.ts';
import { encodeText } from '../../../src/core/text/textEncoding.ts';
import { TextStream } from '../../../src/core/text/textStream.ts';

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

async function streamed(bytes: Uint8Array, size: number) {
  const stream = new TextStream(pieces(bytes, size));
  let text = '';
  for await (const chunk of stream.chunks()) text += chunk;
  return { text, damage: stream.damage };
}

const text = fc
  .string({ unit: 'binary', maxLength: 60 })
  .filter((value) => !value.includes('\0') && !/\p{Surrogate}|^\uFEFF/u.test(value));

describe('decoding', () => {
  test('what is read in UTF-8 or marked UTF-16 is written back byte for byte', () => {
    fc.assert(
      fc.property(
        text,
        fc.constantFrom('utf-8' as const, 'utf-16le' as const, 'utf-16be' as const),
        fc.boolean(),
        (value, encoding, bom) => {
          const file = { encoding, bom: bom || encoding !== 'utf-8' };
          const bytes = encodeText(value, file);
          const decoded = decodeText(bytes);
          assert.ok('text' in decoded);
          assert.equal(decoded.text, value);
          assert.deepEqual(encodeText(decoded.text, decoded), bytes);
        },
      ),
    );
  });

  test('chunks of any size decode to the same text', async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.constantFrom('utf-8' as const, 'utf-16le' as const, 'utf-16be' as const),
        fc.integer({ min: 1, max: 9 }),
        async (value, encoding, size) => {
          const read = await streamed(encodeText(value, { encoding, bom: true }), size);
          assert.deepEqual(read, { text: value, damage: undefined });
        },
      ),
    );
  });

  test('UTF-16 without a mark is recognised in Latin text only', () => {
    const plain = { encoding: 'utf-16le', bom: false } as const;
    const decoded = decodeText(encodeText('A dog on a lawn', plain));
    assert.ok('text' in decoded);
    assert.equal(decoded.text, 'A dog on a lawn');
    assert.ok('guess' in decodeText(encodeText('犬が芝生の上にいるよ', plain)));
  });

  test('other encodings are named, never read', () => {
    const latin = Buffer.from('Ein schöner Hund läuft über die grüne Wiese', 'latin1');
    const decoded = decodeText(latin);
    assert.ok('guess' in decoded);
    assert.match(decoded.guess ?? '', /1252|8859-1/);
    const shiftJis = Buffer.from('8ca282aa8e8f90b682cc8fe382c982a282e98261', 'hex');
    assert.ok('guess' in decodeText(shiftJis));
  });

  test('binary data, a cut character and UTF-32 are no text', () => {
    for (const bytes of [
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1]),
      Buffer.from([0x61, 0xe7, 0x8a]),
      Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]),
      Buffer.from([0xff, 0xfe, 0x61]),
    ]) {
      assert.ok('guess' in decodeText(bytes));
    }
  });

  test('damage is told of before the text that holds it, and the rest still comes', async () => {
    const bytes = Buffer.concat([
      Buffer.from('good \uFFFD line\n'.repeat(3)),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from('fine again'),
    ]);
    const stream = new TextStream(pieces(bytes, 16));
    let read = '';
    for await (const chunk of stream.chunks()) {
      read += chunk;
      if (read.includes('\uFFFD\uFFFD')) assert.ok(stream.damage !== undefined);
    }
    assert.ok(read.endsWith('\nfine again'));
  });
});

describe('lines', () => {
  test('streamed lines equal those of the whole text, and their offsets point into it', async () => {
    const unit = fc.constantFrom('a', '犬', '🐕', '\n', '\r\n', ' ');
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit, maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        async (value, size) => {
          const chunks = async function* () {
            for (let at = 0; at < value.length; at += size) {
              await Promise.resolve();
              yield value.slice(at, at + size);
            }
          };
          const lines = [];
          for await (const line of readLines(chunks())) lines.push(line);
          assert.deepEqual(lines, [...eachLine(value)]);
          for (const line of lines) {
            assert.equal(value.slice(line.start, line.start + line.text.length), line.text);
          }
        },
      ),
    );
  });
});
