import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { createProgram } from '../../src/cli/program.ts';
import { ROOT } from '../support/product.ts';

// The pages that users read name every command and option that there is, and no command that there isn't.

const program = createProgram('0', () => Promise.resolve());
const read = (file: string): Promise<string> => readFile(path.join(ROOT, file), 'utf8');
const named = (text: string): string[] =>
  [...text.matchAll(/^(?: {4}|\| `)pairlens (\w+)/gm)].map(([, name]) => name ?? '');

test('README and docs/cli.md begin with all commands', async () => {
  const known = program.commands.map((command) => command.name()).sort();
  const [first] = (await read('docs/cli.md')).split('\n## ');
  for (const [page, text] of [
    ['docs/cli.md', first ?? ''],
    ['README.md', await read('README.md')],
  ] as const)
    assert.deepEqual([...new Set(named(text))].sort(), known, page);
});

test('docs/cli.md explains every option', async () => {
  const page = await read('docs/cli.md');
  for (const command of [program, ...program.commands])
    for (const { long, hidden } of command.options)
      if (!hidden)
        assert.match(
          page,
          new RegExp(`${String(long)}(?![\\w-])`),
          `${command.name()} ${String(long)}`,
        );
});
