import { Option } from '@commander-js/extra-typings';
import { SORT_KEYS } from '../core/query/query.ts';
import { MAX_LISTED, sortOrder, wholeNumber } from './options.ts';
import type { Program, RunCommand } from './program.ts';

/* The commands that list and count pairs and their tags. */

export function addList(program: Program, run: RunCommand): void {
  program
    .command('list')
    .description('list the pairs of a folder, or those that a query selects')
    .argument('<folder>', 'folder of images and captions; it may hold several datasets')
    .argument('[query]', `such as 'match<0.3 -tag:portrait'; docs/cli.md explains it`, '')
    .option(
      '--sort <key>',
      `one of ${SORT_KEYS.join(', ')}; with - before it in reverse`,
      sortOrder,
    )
    .option('--view <name>', 'a saved view of the folder in place of a query')
    .option('--limit <n>', 'pairs printed at most', wholeNumber(0, MAX_LISTED))
    .option('--json', 'one JSON object for each pair')
    .action((folder, query, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { listCommand } = await import('./listCommand.ts');
        return listCommand(folder, query, options, context);
      }),
    );
}

export function addStats(program: Program, run: RunCommand): void {
  program
    .command('stats')
    .description(
      'count the pairs of a folder by match, finding, folder, caption length, word and tag',
    )
    .argument('<folder>', 'folder of images and captions; it may hold several datasets')
    .option(
      '--calibration',
      'measure on exchanged captions how often a caption with some match is right',
    )
    .option('--json', 'print JSON')
    .action((folder, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { statsCommand } = await import('./statsCommand.ts');
        return statsCommand(folder, options, context);
      }),
    );
}

export function addTags(program: Program, run: RunCommand): void {
  program
    .command('tags')
    .description('list the tags of a folder with the number of their captions, or change them')
    .argument('<folder>', 'folder of images and captions; it may hold several datasets')
    .argument('[query]', 'only the pairs that it selects; all without it', '')
    .option('--json', 'one JSON object for each tag')
    .option('--limit <n>', 'tags printed at most', wholeNumber(0, MAX_LISTED))
    .option('--rename <tag...>', 'give tags the name of --to; several become one')
    .option('--to <tag>', 'the new name')
    .option('--add <tag...>', 'add tags to the captions that lack them')
    .option('--remove <tag...>', 'remove tags')
    .option('--first <tag...>', 'put tags first, in this order')
    .addOption(
      new Option('--sort <order>', 'put the tags of each caption in order').choices([
        'name',
        'count',
      ] as const),
    )
    .option('--write', 'change the files, all or none; without it the change is printed')
    .action((folder, query, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { tagsCommand } = await import('./tagsCommand.ts');
        return tagsCommand(folder, query, options, context);
      }),
    );
}
