import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeText } from '../../../src/core/text/decodeText.ts';
import { readingIn, reencoded } from '../../../src/core/text/reencode.ts';

const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const utf8 = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

describe('saving as UTF-8', () => {
  test('reads the bytes in the given encoding, and keeps line ends', () => {
    const bytes = latin('un caf\u00e9 cr\u00e8me\r\nsans rien\r\n');
    assert.equal(text(reencoded(bytes, 'windows-1252', 'a.txt')), 'un café crème\r\nsans rien\r\n');
  });

  test('lines that are UTF-8 already stay as they are, for files put together of several', () => {
    const mixed = joined(utf8('château\n'), latin('ch\u00e2teau\n'), utf8('日本\n'));
    assert.equal(text(reencoded(mixed, 'ISO-8859-1', 'a.csv')), 'château\nchâteau\n日本\n');
  });

  test('reads encodings of several bytes a character', () => {
    // 猫 in Shift_JIS, whose second byte is that of an ASCII letter.
    const bytes = joined(Uint8Array.of(0x94, 0x4c), latin(' on a roof'));
    assert.equal(text(reencoded(bytes, 'Shift_JIS', 'a.txt')), '猫 on a roof');
  });

  test('refuses an encoding that does not fit, and one that nobody knows', () => {
    const bytes = latin('caf\u00e9');
    for (const encoding of ['utf-8', 'Shift_JIS', 'UTF-32', 'nonsense']) {
      assert.throws(() => reencoded(bytes, encoding, 'a.txt'), { code: 'invalid-argument' });
    }
  });

  test('a sample shows the first line that needs it, around the letter that is told apart', () => {
    const bytes = latin(`plain\n${'x'.repeat(100)} caf\u00e9 ${'y'.repeat(200)}\n`);
    const reading = readingIn(bytes, 'windows-1252');
    assert.match(reading?.sample ?? '', /^…x+ café y+…$/u);
    assert.ok((reading?.sample.length ?? 0) < 130);
    assert.equal(readingIn(utf8('all fine'), 'windows-1252'), undefined);
  });

  test('what cannot be decoded comes with its reading', () => {
    const undecodable = decodeText(
      latin(
        'Une tasse de caf\u00e9 cr\u00e8me pos\u00e9e sur une table \u00e0 c\u00f4t\u00e9 de la fen\u00eatre.',
      ),
    );
    assert.ok('guess' in undecodable);
    assert.match(undecodable.reading?.sample ?? '', /café crème/u);
  });
});
