import { Option } from '@commander-js/extra-typings';
import { ruleCode } from './options.ts';
import type { Program, RunCommand } from './program.ts';

/* The commands that change files of a dataset, with the journal that `fix --undo` takes back. */

export function addFix(program: Program, run: RunCommand): void {
  program
    .command('fix')
    .description('print the fixes of findings as a unified diff, or apply them')
    .argument('<folder>', 'folder of images and captions; it may hold several datasets')
    .option(
      '--rule <code>',
      'only findings of this rule, and all of its fixes; may be repeated. Without it the fixes that need no choice',
      ruleCode,
    )
    .addOption(
      new Option(
        '--suggestions <which>',
        'with --rule caption-mismatch: replace wrong captions by the suggestion that is likely meant, or by the first one in any case',
      ).choices(['likely', 'first'] as const),
    )
    .option(
      '--move-to <folder>',
      'with --rule exact-duplicate: keep the image with the best caption, move the others there',
    )
    .option('--write', 'change the files, all or none')
    .option('--undo', 'take the last run back')
    .action((folder, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { fixCommand } = await import('./fixCommand.ts');
        return fixCommand(folder, options, context);
      }),
    );
}

export function addMove(program: Program, run: RunCommand): void {
  program
    .command('move')
    .description('move pairs with captions, masks and caches to a folder, or print what would move')
    .argument('<folder>', 'folder of images and captions; it may hold several datasets')
    .argument('<query>', `which pairs, such as 'decision:ignored'; docs/cli.md explains it`)
    .requiredOption('--to <folder>', 'folder below it, such as .excluded')
    .option('--write', 'move the files, all or none; pairlens fix DIR --undo takes it back')
    .action((folder, query, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { moveCommand } = await import('./moveCommand.ts');
        return moveCommand(folder, query, options, context);
      }),
    );
}
