import { FIT_DEFAULTS } from '../core/audit/fitting/fitDefaults.ts';
import { MAX_SEEDS, wholeNumber } from './options.ts';
import type { Program, RunCommand } from './program.ts';

/** Rounds of `fit`: more than any dataset uses, because one that is no better ends it. */
const MAX_ROUNDS = 20;
/** Pairs of a learnt model: some kilobytes each, and each is compared with every pair that is judged. */
const DEFAULT_BANK = 20_000;
const MAX_BANK = 200_000;

/** `pairlens fit`. */
export function addFit(program: Program, run: RunCommand): void {
  program
    .command('fit')
    .description(
      'learn from the pairs of a dataset to judge it better; used by its audits if it is better on held-out captions',
    )
    .argument('<folder>', 'folder of images and captions; it may hold several datasets')
    .option('--rounds <n>', 'rounds at most', wholeNumber(1, MAX_ROUNDS), FIT_DEFAULTS.rounds)
    .option(
      '--folds <n>',
      'parts; each is scored by what the others taught',
      wholeNumber(2, 20),
      FIT_DEFAULTS.folds,
    )
    .option(
      '--seed <n>',
      'for the parts and the exchanged captions',
      wholeNumber(0, MAX_SEEDS),
      FIT_DEFAULTS.seed,
    )
    .option('--out <file>', 'write it to a file instead, for audit --fitted')
    .option('--drop', 'remove what was fitted')
    .action((folder, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { fitCommand } = await import('./fitCommand.ts');
        return fitCommand(folder, options, context);
      }),
    );
}

/** `pairlens learn`. */
export function addLearn(program: Program, run: RunCommand): void {
  program
    .command('learn')
    .description(
      'learn from a dataset to judge the pairs of others by it: audit --model and shard --model',
    )
    .argument('<folder>', 'folder of images and captions, or of shards')
    .requiredOption('--out <file>', 'file to write, such as model.safetensors')
    .option(
      '--bank <n>',
      'pairs to learn from, drawn evenly',
      wholeNumber(100, MAX_BANK),
      DEFAULT_BANK,
    )
    .action((folder, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { learnCommand } = await import('./learnCommand.ts');
        return learnCommand(folder, options, context);
      }),
    );
}

/** `pairlens shard`. */
export function addShard(program: Program, run: RunCommand): void {
  program
    .command('shard')
    .description(
      'judge one tar or parquet file by a learnt model: JSON lines of its images, pairs and findings',
    )
    .argument('<shard>', 'a .tar or .parquet file; - reads it from standard input')
    .requiredOption('--model <file>', 'what pairlens learn wrote')
    .option('--name <name>', 'its name in the output, such as 00000.tar; default: that of the file')
    .action((shard, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { shardCommand } = await import('./shardCommand.ts');
        return shardCommand(shard, options, context);
      }),
    );
}
