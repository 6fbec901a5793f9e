import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { ESLint } from 'eslint';
import { mayImport, NATIVE, layerOf, LAYERS } from '../../layers.mjs';

/** A path in the layer; the file need not exist, because the rule uses paths only. */
function fileIn({ name, files }: (typeof LAYERS)[number]): string {
  if (files === undefined) return `src/${name}/x.ts`;
  return files
    .replace(
      '{cli/composeCli,cli/composeEncoders,cli/composeScorers,server/composeServer}',
      'cli/composeCli',
    )
    .replace(/\*\*?(\/\*)?/, 'x');
}

describe('the layers', () => {
  // The rule alone, without types: hundreds of made-up files.
  const eslint = new ESLint({
    overrideConfigFile: path.resolve('eslint.config.mjs'),
    overrideConfig: {
      languageOptions: { parserOptions: { projectService: false, project: null } },
    },
    ruleFilter: ({ ruleId }) => ruleId === 'pairlens/layers',
  });

  async function complaints(filePath: string, code: string): Promise<string[]> {
    const [result] = await eslint.lintText(`${code}\n`, { filePath });
    assert.ok(result);
    return result.messages.map(({ message }) => message);
  }

  test('every source file is in a layer', () => {
    for (const layer of LAYERS)
      assert.equal(layerOf(fileIn(layer).replace(/x$/, 'x.ts'))?.name, layer.name);
  });

  for (const layer of LAYERS) {
    test(`${layer.name} imports what the table allows, and nothing else`, async () => {
      const from = fileIn(layer).replace(/x$/, 'x.ts');
      for (const other of LAYERS) {
        const to = fileIn(other).replace(/x$/, 'x.ts');
        const relative = path.posix.relative(path.posix.dirname(from), to);
        const specifier = relative.startsWith('.') ? relative : `./${relative}`;
        const found = await complaints(from, `import '${specifier}';`);
        assert.equal(
          found.length,
          mayImport(layer, other) ? 0 : 1,
          `${from} imports ${to}: ${String(found)}`,
        );
        assert.ok(found.every((message) => message.includes(layer.advice)));
      }
      const modules = { 'node:fs': layer.node, vscode: layer.name === 'extension' };
      const native = Object.fromEntries(NATIVE.map((name) => [name, layer.native]));
      for (const [name, allowed = false] of Object.entries({ ...modules, ...native })) {
        assert.equal(
          (await complaints(from, `import '${name}';`)).length,
          allowed ? 0 : 1,
          `${from}: ${name}`,
        );
      }
    });
  }

  test('docs/architecture.md repeats the table of the linter', () => {
    const page = readFileSync('docs/architecture.md', 'utf8');
    for (const { name, may, node = false } of LAYERS) {
      const imports =
        may.length === 0 ? 'nothing of ours' : may.map((other) => `\`${other}\``).join(', ');
      const row = `| \`${name}\` | ${imports} | ${node ? 'yes' : 'no'} |`;
      assert.ok(page.includes(row), row);
    }
  });
});
