import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { commandFor, type KeyPlace, type KeyPress } from '../../../webview/review/keys.ts';

function press(key: string, more: Partial<KeyPress> = {}): KeyPress {
  return { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more };
}

function kindOf(key: string, place: KeyPlace, more: Partial<KeyPress> = {}): string | undefined {
  return commandFor(press(key, more), place)?.kind;
}

describe('keys of the review', () => {
  test('digits 1 to 9 apply that suggestion; 0 means nothing', () => {
    for (let digit = 1; digit <= 9; digit++) {
      assert.deepEqual(commandFor(press(String(digit)), 'page'), {
        kind: 'suggestion',
        number: digit,
      });
    }
    assert.equal(kindOf('0', 'page'), undefined);
  });

  test('letters work in both cases, on the page and on buttons', () => {
    const expected = {
      v: 'verified',
      s: 'swap',
      i: 'ignore',
      x: 'exclude',
      j: 'next',
      k: 'back',
      e: 'edit',
      o: 'open',
      z: 'undo',
      '?': 'help',
    };
    for (const [key, kind] of Object.entries(expected)) {
      for (const place of ['page', 'control'] as const) {
        assert.equal(kindOf(key, place), kind);
        assert.equal(kindOf(key.toUpperCase(), place), kind);
      }
    }
  });

  test('in a field only Escape and Ctrl+Enter do anything', () => {
    for (const key of ['v', 's', 'x', 'j', 'k', 'e', 'o', 'z', '?', '1', '9', 'Enter', 'V']) {
      assert.equal(kindOf(key, 'field'), undefined, key);
    }
    assert.equal(kindOf('Escape', 'field'), 'leave');
    assert.equal(kindOf('Enter', 'field', { ctrlKey: true }), 'apply');
    assert.equal(kindOf('Enter', 'field', { metaKey: true }), 'apply');
  });

  test('Enter edits on the page and stays the button’s own on a button', () => {
    assert.equal(kindOf('Enter', 'page'), 'edit');
    assert.equal(kindOf('Enter', 'control'), undefined);
  });

  test('keys with Ctrl, Alt or Meta are left to the editor', () => {
    for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) {
      for (const key of ['v', 'z', 'j', '1', 's']) {
        assert.equal(kindOf(key, 'page', more), undefined);
      }
    }
  });
});
