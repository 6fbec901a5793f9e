// Typed lint, and the layers of docs/architecture.md as lint errors that name the right way.
import tseslint from 'typescript-eslint';

const NATIVE = ['onnxruntime-node', 'onnxruntime-common', 'sharp', 'hnswlib-node'];

/** A ban that says what to do instead. `patterns` are gitignore-style import paths. */
function ban(patterns, message) {
  return { group: patterns, message };
}
function layer(files, ...patterns) {
  return {
    files,
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
}

const noVscode = ban(
  ['vscode'],
  'Only src/extension may know the editor; return plain data and convert it there.',
);
const noNative = ban(
  [...NATIVE, ...NATIVE.map((name) => `${name}/*`)],
  'Native packages live in src/adapters, one per file; take a port from src/core/ports.ts instead.',
);

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      'samples/**',
      'test/fixtures/**',
      'models/**',
      'test-results/**',
      'test/ide/**',
    ],
  },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'webview/**/*.ts', 'scripts/**/*.mts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-restricted-imports': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': 'allow-with-description', minimumDescriptionLength: 10 },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Use a named export.' },
        { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file itself.' },
      ],
      'max-lines': ['error', { max: 400, skipBlankLines: true }],
      eqeqeq: 'error',
    },
  },
  layer(
    ['src/core/**/*.ts'],
    noVscode,
    noNative,
    ban(
      ['node:*', 'fs', 'path', 'os', 'child_process', 'worker_threads'],
      'The core is pure: ask for a port (src/core/ports.ts) and let src/adapters bring Node.',
    ),
    ban(
      ['**/engine/**', '**/adapters/**', '**/cli/**', '**/server/**', '**/extension/**'],
      'Imports go downwards: the core imports nothing outside src/core.',
    ),
  ),
  layer(
    ['src/engine/**/*.ts'],
    noVscode,
    noNative,
    ban(
      ['**/adapters/**'],
      'The engine sees ports only (src/core/ports.ts); src/cli/composeCli.ts brings the adapters.',
    ),
    ban(
      ['**/cli/**', '**/server/**'],
      'Imports go downwards: a use case knows none of its callers.',
    ),
  ),
  layer(
    ['src/adapters/**/*.ts'],
    noVscode,
    ban(
      ['**/engine/**', '**/cli/**', '**/server/**'],
      'An adapter implements a port of src/core/ports.ts and imports nothing above it.',
    ),
  ),
  {
    ...layer(
      ['src/cli/**/*.ts'],
      noVscode,
      noNative,
      ban(
        ['**/adapters/**'],
        'Only src/cli/composeCli.ts joins the engine and the adapters; take what you need from it.',
      ),
    ),
    ignores: ['src/cli/composeCli.ts'],
  },
  layer(
    ['src/protocol/**/*.ts'],
    noVscode,
    noNative,
    ban(
      ['**/engine/**', '**/adapters/**', '**/cli/**', '**/server/**', '**/extension/**', 'node:*'],
      'The protocol is types and schemas shared by server, extension and webviews: it may import types of src/core only.',
    ),
  ),
  {
    ...layer(
      ['src/server/**/*.ts'],
      noVscode,
      noNative,
      ban(
        ['**/adapters/**'],
        'Only src/server/composeServer.ts joins the engine and the adapters; take what you need from it.',
      ),
      ban(
        ['**/extension/**', '**/webview/**'],
        'The server serves any editor: it talks through src/protocol and knows no client.',
      ),
    ),
    ignores: ['src/server/composeServer.ts'],
  },
  layer(
    ['src/extension/**/*.ts'],
    noNative,
    ban(
      ['**/engine/**', '**/adapters/**', '**/cli/**', '**/server/**'],
      'The extension host runs no engine: ask the language server through src/protocol, so that a native crash cannot take the editor down.',
    ),
  ),
  layer(
    ['webview/**/*.ts'],
    noVscode,
    noNative,
    ban(
      [
        '**/src/engine/**',
        '**/src/adapters/**',
        '**/src/cli/**',
        '**/src/server/**',
        '**/src/extension/**',
        '**/src/core/**',
        'node:*',
      ],
      'A webview is browser code: it knows src/protocol and asks the extension for the rest.',
    ),
  ),
  {
    // Loops over typed arrays stay within their bounds; a check on every element would cost half the speed.
    files: [
      'src/core/{matching,audit}/**/*.ts',
      'src/engine/audit/auditDataset.ts',
      'src/engine/workspace/**/*.ts',
    ],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // node:test registers tests synchronously and owns their promises.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'suite'] },
          ],
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
