import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ESLint } from 'eslint';

/** Each forbidden import, written where it is forbidden, and the words that must show the right way. */
const FORBIDDEN: readonly [file: string, code: string, advice: RegExp][] = [
  ['src/core/errors.ts', "import 'node:fs';", /ask for a port/],
  ['src/core/errors.ts', "import 'sharp';", /src\/adapters, one per file/],
  ['src/core/errors.ts', "import 'vscode';", /Only src\/extension/],
  ['src/core/errors.ts', "import '../engine/workspace.ts';", /the core imports nothing/],
  ['src/core/errors.ts', "import '../adapters/nodeFiles.ts';", /the core imports nothing/],
  ['src/engine/batch/batchPorts.ts', "import '../adapters/nodeFiles.ts';", /composeCli\.ts brings/],
  ['src/engine/batch/batchPorts.ts', "import 'onnxruntime-node';", /take a port/],
  ['src/engine/batch/batchPorts.ts', "import '../cli/terminal.ts';", /knows none of its callers/],
  ['src/engine/batch/batchPorts.ts', "import 'vscode';", /Only src\/extension/],
  ['src/adapters/nodeOutputFiles.ts', "import '../engine/workspace.ts';", /nothing above it/],
  ['src/adapters/nodeOutputFiles.ts', "import '../cli/terminal.ts';", /nothing above it/],
  ['src/cli/terminal.ts', "import '../adapters/nodeFiles.ts';", /Only src\/cli\/composeCli\.ts/],
  ['src/cli/terminal.ts', "import 'sharp';", /take a port/],
  ['src/protocol/shapes.ts', "import '../engine/workspace.ts';", /types of src\/core only/],
  ['src/protocol/shapes.ts', "import 'vscode';", /Only src\/extension/],
  ['src/core/errors.ts', "export * from './progress.ts';", /No barrels/],
  ['src/core/errors.ts', 'export default 1;', /Use a named export/],
];

const ALLOWED: readonly [file: string, code: string][] = [
  ['src/cli/composeCli.ts', "import '../adapters/nodeFiles.ts';"],
  ['src/engine/batch/batchPorts.ts', "import '../core/errors.ts';"],
  ['src/adapters/nodeOutputFiles.ts', "import 'sharp';"],
];

describe('the layers', () => {
  const eslint = new ESLint();

  async function complaints(filePath: string, code: string): Promise<string[]> {
    const [result] = await eslint.lintText(`${code}\n`, { filePath });
    assert.ok(result);
    return result.messages.map(({ message }) => message);
  }

  for (const [file, code, advice] of FORBIDDEN) {
    test(`in ${file} \`${code}\` is an error that shows the right way`, async () => {
      const messages = await complaints(file, code);
      assert.ok(
        messages.some((message) => advice.test(message)),
        `expected ${String(advice)} in ${JSON.stringify(messages)}`,
      );
    });
  }

  for (const [file, code] of ALLOWED) {
    test(`in ${file} \`${code}\` is fine`, async () => {
      assert.deepEqual(
        (await complaints(file, code)).filter((message) => /import/i.test(message)),
        [],
      );
    });
  }
});
