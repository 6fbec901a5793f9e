import { Option } from '@commander-js/extra-typings';
import { MAX_LISTED, MAX_SEEDS, share, wholeNumber } from './options.ts';
import type { Program, RunCommand } from './program.ts';

/** Defines `pairlens methods`. */
export function addMethods(program: Program, run: RunCommand): void {
  program
    .command('methods')
    .description('list every matching method of the literature that PairLens has, with its paper')
    .option('--json', 'print JSON')
    .action((options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { methodsCommand } = await import('./methodsCommand.ts');
        return methodsCommand(options, context);
      }),
    );
}

/** Defines `pairlens encoders` and its subcommand. */
export function addEncoders(program: Program, run: RunCommand): void {
  const encoders = program
    .command('encoders')
    .description(
      'list the encoders, or measure them on a folder whose captions are taken to be right',
    )
    .argument('[folder]', 'folder of images and captions')
    .option('--with <folder...>', 'folders of further encoders')
    .option('--only <name...>', 'of the encoders listed, only these: shipped, an ID or a folder')
    .option('--json', 'print JSON')
    .option('--rate <share>', 'share of captions exchanged in memory', share, 0.4)
    .option('--seeds <n>', 'runs with exchanged captions', wholeNumber(1, MAX_SEEDS), 3)
    .option('--limit <n>', 'images in each of these runs at most', wholeNumber(2, MAX_LISTED), 1000)
    .action((folder, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { encodersCommand } = await import('./encodersCommand.ts');
        return encodersCommand(folder, options, context);
      }),
    );
  encoders
    .command('add')
    .description('show what an encoder of the Hugging Face hub would download; --yes downloads it')
    .argument('<id>', 'owner/name at the hub')
    .addOption(
      new Option('--hub <url>', 'address of the hub or of a copy of it')
        .env('HF_ENDPOINT')
        .default('https://huggingface.co'),
    )
    .option('--yes', 'download')
    .action((id, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { encodersAddCommand } = await import('./encodersAddCommand.ts');
        return encodersAddCommand(id, options, context);
      }),
    );
}
