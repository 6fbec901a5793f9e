// Bundles the programs into dist/: node --import tsx scripts/build.mts [--watch]
// With --watch it builds for development, with source maps, and again after each change until it is interrupted.
import { build, context, type BuildOptions, type PluginBuild } from 'esbuild';
import { chmod, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { extension, programs, webviews, type Mode } from './bundles.mts';

const PROGRAM = 'dist/cli/main.js';

const { values } = parseArgs({ options: { watch: { type: 'boolean', default: false } } });
await rm('dist', { recursive: true, force: true });
await (values.watch ? watch() : buildOnce());

function bundles(mode: Mode): readonly BuildOptions[] {
  return [programs(mode), webviews(mode), extension(mode)];
}

async function buildOnce(): Promise<void> {
  for (const options of bundles('release')) await build(options);
  await chmod(PROGRAM, 0o755);
}

/** .vscode/tasks.json looks for the two messages that each build prints. */
async function watch(): Promise<void> {
  const announce = {
    name: 'announce',
    setup(bundle: PluginBuild): void {
      bundle.onStart(() => {
        console.error('build started');
      });
      bundle.onEnd(async ({ errors }) => {
        if (bundle.initialOptions.format === 'esm' && errors.length === 0)
          await chmod(PROGRAM, 0o755);
        console.error(`build finished, ${errors.length} errors`);
      });
    },
  };
  const contexts = await Promise.all(
    bundles('development').map((options) =>
      context({ ...options, plugins: [...(options.plugins ?? []), announce] }),
    ),
  );
  await Promise.all(contexts.map((each) => each.watch()));
}
