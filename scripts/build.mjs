// Bundles the programs into dist/. Native packages stay outside the bundle; everything else goes in.
// `vscode` is not external on purpose: a bundle of the engine that imports it must fail to build.
import { build } from 'esbuild';
import { chmod, rm } from 'node:fs/promises';
import { buildWebviews } from './buildWebviews.mjs';
import { englishZod } from './englishZod.mjs';

const NATIVE = ['onnxruntime-node', 'sharp', 'lmdb', 'hnswlib-node'];
/** Some bundled CommonJS packages call `require` for Node's own modules. */
const REQUIRE_SHIM =
  "import { createRequire as pairlensCreateRequire } from 'node:module'; const require = pairlensCreateRequire(import.meta.url);";

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: { 'cli/main': 'src/cli/main.ts', 'server/main': 'src/server/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: NATIVE,
  // Its main file is UMD, whose inner `require` calls a bundler cannot follow.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  banner: { js: REQUIRE_SHIM },
  legalComments: 'linked',
  logLevel: 'warning',
});
await chmod('dist/cli/main.js', 0o755);
await buildWebviews();
// The extension host loads CommonJS; it knows `vscode` and nothing native.
await build({
  entryPoints: { 'extension/main': 'src/extension/extension.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  plugins: [englishZod],
  // The extension starts in every window with pictures: what it loads is kept small.
  minify: true,
  legalComments: 'linked',
  logLevel: 'warning',
});
