// Bundles the two webview pages into dist/webview: one script, one style sheet each, and the icon font they share.
import { build } from 'esbuild';
import { englishZod } from './englishZod.mjs';

export async function buildWebviews() {
  await build({
    entryPoints: {
      neighbours: 'webview/neighbours/main.ts',
      review: 'webview/review/main.ts',
    },
    outdir: 'dist/webview',
    bundle: true,
    // One classic script per page: the page's policy lets in a single script by its nonce, so no chunks.
    format: 'iife',
    platform: 'browser',
    // The Chromium of the oldest VS Code in package.json's engines.
    target: 'chrome132',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    plugins: [englishZod],
    minify: true,
    legalComments: 'linked',
    logLevel: 'warning',
    tsconfig: 'webview/tsconfig.json',
  });
}

if (process.argv[1] === import.meta.filename) await buildWebviews();
