import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgedText } from '../../../webview/shared/score.ts';

test('a caption without a match says why: too few pairs, captions too alike, or not judged', () => {
  assert.equal(judgedText({ match: 0.95 }), 'match 0.95, fits well');
  assert.equal(judgedText({ incomparable: 'too-few' }), 'too few pairs to compare');
  assert.equal(judgedText({ incomparable: 'too-alike' }), 'too alike to be judged');
  assert.equal(judgedText({}), 'not judged');
});
