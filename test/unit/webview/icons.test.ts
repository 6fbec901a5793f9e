import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ICONS } from '../../../webview/shared/icon.ts';

test('every icon in use has the code point of the font that is shipped', () => {
  const css = readFileSync(
    path.resolve(import.meta.dirname, '../../../node_modules/@vscode/codicons/dist/codicon.css'),
    'utf8',
  );
  for (const [name, code] of Object.entries(ICONS)) {
    const own = new RegExp(`\\.codicon-${name}:before \\{ content: "\\\\([0-9a-f]+)"`, 'u').exec(
      css,
    );
    assert.equal(own?.[1], code.toString(16), name);
  }
});
