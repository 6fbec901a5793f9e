import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  columnsAnswer,
  likelyAnswer,
  rootAnswer,
  withSettings,
} from '../../../src/core/settings/configAnswers.ts';
import { readConfigText } from '../../../src/core/settings/configText.ts';

describe('writing a config file', () => {
  test('an answer is added beside the others, and nothing else changes', () => {
    const before =
      '{\r\n\t"failOn": "error",\r\n\t"exclude": ["a", "b"],\r\n\t"columns": {"a.csv": {"caption": "x"}}\r\n}\r\n';
    const after = withSettings(before, columnsAnswer('b.csv', { image: 'pic', caption: 'left' }));
    assert.ok(after.includes('\t"exclude": ["a", "b"],\r\n'), after);
    assert.doesNotMatch(after, /[^\r]\n/);
    assert.deepEqual(readConfigText(after), {
      settings: {
        failOn: 'error',
        exclude: ['a', 'b'],
        columns: { 'a.csv': { caption: 'x' }, 'b.csv': { image: 'pic', caption: 'left' } },
      },
      flaws: [],
    });
  });

  test('an answer replaces an earlier one for the same file or beginning', () => {
    const once = withSettings(undefined, rootAnswer('D:\\ai', 'one'));
    assert.deepEqual(readConfigText(withSettings(once, rootAnswer('D:\\ai', ''))).settings, {
      roots: { 'D:\\ai': '.' },
    });
  });

  test('the example for a table names the column of images and the first of words', () => {
    const columns = [
      { name: 'id', samples: ['1'], holds: 'other' },
      { name: 'left', samples: ['a dog'], holds: 'words' },
      { name: 'pic', samples: ['a.jpg'], holds: 'images' },
    ] as const;
    assert.deepEqual(likelyAnswer({ kind: 'columns', file: 't.csv', columns }), {
      columns: { 't.csv': { image: 'pic', caption: 'left' } },
    });
  });
});
