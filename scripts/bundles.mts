// What is bundled, and how. Native packages stay outside the bundles; everything else goes in.
// `vscode` is external for the extension only: a bundle of the engine that imports it must fail to build.
import type { BuildOptions } from 'esbuild';
import { englishZod } from './englishZod.mts';
import { NATIVE } from './nativePackages.mts';

/** `development` has source maps and readable bundles; `release` is what ships. */
export type Mode = 'development' | 'release';

/** Some bundled CommonJS packages call `require` for Node's own modules. */
const REQUIRE_SHIM =
  "import { createRequire as pairlensCreateRequire } from 'node:module'; const require = pairlensCreateRequire(import.meta.url);";

function common(mode: Mode): BuildOptions {
  return {
    bundle: true,
    // Its CommonJS build requires files by computed names, which cannot be bundled.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    legalComments: 'linked',
    logLevel: 'warning',
    sourcemap: mode === 'development' ? 'linked' : false,
  };
}

/** The command line and the language server. */
export function programs(mode: Mode): BuildOptions {
  return {
    ...common(mode),
    entryPoints: { 'cli/main': 'src/cli/main.ts', 'server/main': 'src/server/stdioServer.ts' },
    outdir: 'dist',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: [...NATIVE],
    banner: { js: REQUIRE_SHIM },
  };
}

/** The webview pages: one script and one style sheet each, and the icon font they share. */
export function webviews(mode: Mode): BuildOptions {
  return {
    ...common(mode),
    entryPoints: {
      neighbours: 'webview/neighbours/neighboursPage.ts',
      review: 'webview/review/reviewPage.ts',
      browse: 'webview/browse/browsePage.ts',
      statistics: 'webview/statistics/statisticsPage.ts',
      map: 'webview/map/mapPage.ts',
    },
    outdir: 'dist/webview',
    // One classic script per page: the page's policy lets in a single script by its nonce, so no chunks.
    format: 'iife',
    platform: 'browser',
    // The Chromium of the oldest VS Code in package.json's engines.
    target: 'chrome132',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    plugins: [englishZod],
    minify: mode === 'release',
    tsconfig: 'webview/tsconfig.json',
  };
}

/** The extension. Its host loads CommonJS; it knows `vscode` and nothing native. */
export function extension(mode: Mode): BuildOptions {
  return {
    ...common(mode),
    entryPoints: { 'extension/main': 'src/extension/extension.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode'],
    plugins: [englishZod],
    // The extension starts in every window with pictures: what it loads is kept small.
    minify: mode === 'release',
  };
}
