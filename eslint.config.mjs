// Typed lint, and the layers of docs/architecture.md (layers.mjs) as lint errors that name the right way.
import tseslint from 'typescript-eslint';
import { layersRule } from './layers.mjs';

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
  {
    files: ['src/**/*.ts', 'webview/**/*.ts'],
    plugins: { pairlens: { rules: { layers: layersRule } } },
    rules: { 'pairlens/layers': 'error' },
  },
  {
    // Loops over typed arrays stay within their bounds; a check on every element would cost half the speed.
    files: [
      'src/core/{matching,audit,projection}/**/*.ts',
      'src/engine/audit/{auditDataset,scorablePairs}.ts',
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
