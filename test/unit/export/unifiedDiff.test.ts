import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyPatch } from 'diff';
import fc from 'fast-check';
import { unifiedDiff } from '../../../src/core/export/unifiedDiff.ts';
import { runs } from '../../support/runs.ts';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

function applied(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((now, { start, end, newText }) => now.slice(0, start) + newText + now.slice(end), text);
}

const line = fc.constantFrom('a', 'bb', '', 'the same', ' c\r');
const text = fc
  .record({ lines: fc.array(line, { maxLength: 40 }), end: fc.constantFrom('', '\n') })
  .map(({ lines, end }) => lines.join('\n') + end);
const cases = text.chain((before) =>
  fc
    .array(
      fc.tuple(fc.nat(before.length), fc.nat(6), fc.constantFrom('', 'x', 'y\nz', '\n', 'a\n')),
      {
        maxLength: 5,
      },
    )
    .map((picked) => {
      let at = 0;
      const edits: Edit[] = [];
      for (const [start, length, newText] of picked.sort(([a], [b]) => a - b)) {
        if (start < at || edits.at(-1)?.start === start) continue;
        const end = Math.min(before.length, start + length);
        edits.push({ start, end, newText });
        at = end;
      }
      return { before, edits };
    }),
);

describe('a unified diff', () => {
  it('applied to the old text gives the new one', () => {
    fc.assert(
      fc.property(cases, ({ before, edits }) => {
        const diff = unifiedDiff('x.txt', before, edits);
        const after = applied(before, edits);
        assert.equal(diff === '', before === after);
        if (diff !== '')
          assert.equal(applyPatch(before, diff, { autoConvertLineEndings: false }), after);
      }),
      { numRuns: runs(1500) },
    );
  });

  it('has three lines of context, joins changes that are near, and says where no line ends', () => {
    const before = Array.from({ length: 30 }, (_, n) => `line ${n}`).join('\n');
    const at = (words: string) => before.indexOf(words);
    const edits = [
      { start: at('line 5'), end: at('line 5') + 6, newText: 'five' },
      { start: at('line 9'), end: at('line 9') + 6, newText: 'nine' },
      { start: before.length, end: before.length, newText: '!' },
    ];
    const expected = `--- "a/a \\"b\\".txt"\t
+++ "b/a \\"b\\".txt"\t
@@ -3,11 +3,11 @@
 line 2
 line 3
 line 4
-line 5
+five
 line 6
 line 7
 line 8
-line 9
+nine
 line 10
 line 11
 line 12
@@ -27,4 +27,4 @@
 line 26
 line 27
 line 28
-line 29
\\ No newline at end of file
+line 29!
\\ No newline at end of file
`;
    assert.equal(unifiedDiff('a "b".txt', before, edits), expected);
  });
});
