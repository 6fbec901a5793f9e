import { availableParallelism } from 'node:os';
import { Command, Option } from '@commander-js/extra-typings';
import { CAPTION_LAYOUTS } from '../core/export/captionLayouts.ts';
import { PAIR_LISTS } from '../core/export/pairLists.ts';
import { PRECISIONS } from '../core/encoderChoice.ts';
import { MATCHERS } from '../core/matching/matchers.ts';
import { MOST_RERANKED, RERANKED } from '../core/matching/pairReranking.ts';
import { SEARCH_MATCHERS } from '../core/retrieval/searchMatchers.ts';
import { visibleLines } from '../core/text/visibleText.ts';
import { SETTINGS } from '../core/settings/settingTable.ts';
import {
  byteSize,
  helpOf,
  matcherOf,
  MAX_LISTED,
  MAX_SEEDS,
  ruleLevel,
  share,
  wholeNumber,
  phrases,
  type GlobalOptions,
} from './options.ts';
import type { CommandContext } from './commandContext.ts';
import { addEncoders, addMethods } from './encodersProgram.ts';
import { addFit, addLearn, addShard } from './learningPrograms.ts';
import { addFix, addMove } from './changePrograms.ts';
import { addList, addStats, addTags } from './pairPrograms.ts';

const FORMATS = ['human', 'json', 'sarif', 'markdown', 'github', 'html'] as const;
const MATCHER_IDS = MATCHERS.map(({ id }) => id);
const RERANK = [
  '--rerank <n>',
  'results of each list that a scorer of pairs orders',
  wholeNumber(2, MOST_RERANKED),
  RERANKED,
] as const;
/** Runs a command with its context and records its exit status. */
export type RunCommand = (
  globals: GlobalOptions,
  work: (context: CommandContext) => Promise<number>,
) => Promise<void>;

/**
 * Defines the commands and their options. A command's code, and with it every native package, is imported when the
 * command runs, so that --help and option errors are fast.
 */
export function createProgram(version: string, run: RunCommand): Program {
  const program = globalProgram(version);
  addAudit(program, run);
  addInspect(program, run);
  addInit(program, run);
  addList(program, run);
  addStats(program, run);
  addTags(program, run);
  addEmbed(program, run);
  addSearch(program, run);
  addEval(program, run);
  addFit(program, run);
  addLearn(program, run);
  addShard(program, run);
  addFix(program, run);
  addEncoders(program, run);
  addMethods(program, run);
  addMove(program, run);
  addExport(program, run);
  addDecisions(program, run);
  addLsp(program, run);
  addCache(program, run);
  return program;
}

// No return type: commander infers the types of the global options.
function globalProgram(version: string) {
  return (
    new Command('pairlens')
      .description(
        'Finds mismatched captions, swaps, duplicates and hard negatives in image-caption datasets.\nEverything runs on this machine; nothing is uploaded.',
      )
      .version(version, '-V, --version', 'print the version')
      .helpOption('-h, --help', 'explain the options')
      .option('--quiet', 'no progress, notes or warnings on standard error')
      .option('--no-color', 'no colours')
      .option('--cache <folder>', 'folder of the cache of embeddings')
      .option(SETTINGS.encoder.flags, 'folder of another encoder than the shipped ones')
      .addOption(
        new Option('--precision <format>', 'of the files of --encoder, the one to use').choices(
          PRECISIONS,
        ),
      )
      .option('--threads <n>', 'threads for encoding', wholeNumber(1, availableParallelism()))
      .addOption(
        new Option(SETTINGS.captionsPerFile.flags, helpOf(SETTINGS.captionsPerFile)).choices(
          SETTINGS.captionsPerFile.choices,
        ),
      )
      .addOption(
        new Option(SETTINGS.trainer.flags, helpOf(SETTINGS.trainer)).choices(
          SETTINGS.trainer.choices,
        ),
      )
      .option(
        SETTINGS.triggerWords.flags,
        `${helpOf(SETTINGS.triggerWords)}; separated by commas`,
        phrases,
      )
      .option(SETTINGS.fitted.flags, helpOf(SETTINGS.fitted))
      .configureHelp({ showGlobalOptions: true })
      // Commander's messages quote arguments, which may contain control characters of file names.
      .configureOutput({ writeErr: (text) => process.stderr.write(visibleLines(text)) })
      .showHelpAfterError('Run it with --help for the options.')
      .exitOverride()
  );
}

export type Program = ReturnType<typeof globalProgram>;

function addAudit(program: Program, run: RunCommand): void {
  program
    .command('audit')
    .description('find what is wrong with the captions and images of a folder')
    .argument('<folder>', 'folder of images and captions; it may hold several datasets')
    .addOption(
      new Option('--format <format>', 'form of the report')
        .choices(FORMATS)
        .default('human' as const),
    )
    .option('--out <file>', 'write the report to a file instead of standard output')
    .option('--pairs <file>', 'also write one JSON object for each readable pair')
    .option('--words', 'say in --pairs what each word adds to the match; takes some minutes more')
    .addOption(
      new Option(
        SETTINGS.failOn.flags,
        'exit with 1 where a finding is at least this bad (default: warning)',
      ).choices(SETTINGS.failOn.choices),
    )
    .option(
      SETTINGS.rules.flags,
      `set the level of a finding: ${SETTINGS.rules.choices.join(', ')}; may be repeated`,
      ruleLevel,
    )
    .option(
      '--max <n>',
      'findings listed per code by human, markdown, github and html',
      wholeNumber(0, MAX_LISTED),
      10,
    )
    .option('--baseline <file>', 'leave out the findings that this file holds: only new ones fail')
    .option('--model <file>', 'judge by what pairlens learn learnt of another dataset')
    .option('--write-baseline <file>', 'write all findings to a file for --baseline')
    .addHelpText(
      'after',
      '\nExit status: 0 clean, 1 findings at or above --fail-on, 2 could not run, 130 stopped by Ctrl-C.',
    )
    .action((folder, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { auditCommand } = await import('./auditCommand.ts');
        return auditCommand(folder, options, context);
      }),
    );
}

function addInspect(program: Program, run: RunCommand): void {
  program
    .command('inspect')
    .description(
      'list the datasets of a folder, and the files that may hold captions and were not read',
    )
    .argument('<folder>', 'folder of images and captions')
    .option('--json', 'print JSON')
    .action((folder, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { inspectCommand } = await import('./inspectCommand.ts');
        return inspectCommand(folder, options, context);
      }),
    );
}

function addInit(program: Program, run: RunCommand): void {
  program
    .command('init')
    .description('show what a folder holds, and write a pairlens.config.json for it')
    .argument('<folder>', 'folder of images and captions')
    .action((folder, _options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { initCommand } = await import('./initCommand.ts');
        return initCommand(folder, context);
      }),
    );
}

/** Of 384 dimensions they are 2 x 77 MB on disk, and twice that in memory. */
const SHARD_PAIRS = 100_000;

function addEmbed(program: Program, run: RunCommand): void {
  program
    .command('embed')
    .description('write the embeddings of all pairs in the layout of clip-retrieval')
    .argument('<folder>', 'folder of images and captions')
    .requiredOption('--out <folder>', 'folder to write to')
    .option('--shard-size <n>', 'pairs in one shard', wholeNumber(1, MAX_LISTED), SHARD_PAIRS)
    .action((folder, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { embedCommand } = await import('./embedCommand.ts');
        return embedCommand(folder, options, context);
      }),
    );
}

function addSearch(program: Program, run: RunCommand): void {
  program
    .command('search')
    .description('find the images that fit a text, or the captions that fit an image')
    .argument('<folder>', 'folder of images and captions')
    .argument('[text]', 'what the image should show; - reads one text a line from standard input')
    .option('--image <file>', 'find captions for this image instead; it may lie anywhere')
    .option('--top <n>', 'number of results', wholeNumber(1, MAX_LISTED), 10)
    .option(
      '--matcher <id>',
      `how results are ranked: ${SEARCH_MATCHERS.join(', ')}, or the folder of a scorer of pairs, which orders the best of nnn`,
      matcherOf(SEARCH_MATCHERS),
      'nnn',
    )
    .option(...RERANK)
    .option('--json', 'one JSON object for each query')
    .action((folder, text, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { searchCommand } = await import('./searchCommand.ts');
        return searchCommand(folder, text, options, context);
      }),
    );
}

function addEval(program: Program, run: RunCommand): void {
  program
    .command('eval')
    .description('measure retrieval and the detection of wrong captions on a clean dataset')
    .argument('<folder>', 'folder of images and captions that are taken to be right')
    .option('--json', 'print JSON')
    .option(
      '--matcher <id>',
      `measure only this matcher beside the cosine and NNN: ${MATCHER_IDS.join(', ')}, or the folder of a scorer of pairs; "pairlens methods" explains them`,
      matcherOf(MATCHER_IDS),
    )
    .option(...RERANK)
    .option('--split <name>', 'measure only the pairs of this split, such as test')
    .option('--rate <share>', 'share of captions exchanged in memory', share, 0.4)
    .option('--seeds <n>', 'runs with exchanged captions', wholeNumber(0, MAX_SEEDS), 3)
    .option('--limit <n>', 'images in each of these runs at most', wholeNumber(2, MAX_LISTED), 2000)
    .action((folder, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { evalCommand } = await import('./evalCommand.ts');
        return evalCommand(folder, options, context);
      }),
    );
}

function addExport(program: Program, run: RunCommand): void {
  program
    .command('export')
    .description(
      'write the pairs of a folder, or those that a query selects, as a new dataset or a list for a trainer',
    )
    .argument('<folder>', 'folder of images and captions; it may hold several datasets')
    .argument('[query]', 'which pairs; all without it. Ignored pairs are never written')
    .option('--view <name>', 'a saved view of the folder in place of a query')
    .requiredOption('--out <folder>', 'new folder for the dataset')
    .addOption(
      new Option(
        '--as <layout>',
        'how the captions are written, or a list of the pictures, which then stay where they are',
      )
        .choices([...CAPTION_LAYOUTS, ...PAIR_LISTS].map(({ id }) => id))
        .default('captions.jsonl'),
    )
    .addOption(
      new Option('--pictures <how>', 'how the pictures get there')
        .choices(['copy', 'hardlink', 'symlink'] as const)
        .default('copy' as const),
    )
    .action((folder, query, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { exportCommand } = await import('./exportCommand.ts');
        return exportCommand(folder, query ?? '', options, context);
      }),
    );
}

function addDecisions(program: Program, run: RunCommand): void {
  program
    .command('decisions')
    .description('list the pairs that are marked as verified or ignored, or take that back')
    .argument('<folder>', 'folder of images and captions; it may hold several datasets')
    .option('--json', 'print JSON')
    .option('--undo <image...>', 'take back what was decided of these images')
    .action((folder, options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { decisionsCommand } = await import('./decisionsCommand.ts');
        return decisionsCommand(folder, options, context);
      }),
    );
}

function addLsp(program: Program, run: RunCommand): void {
  program
    .command('lsp')
    .description('run the language server for an editor')
    .requiredOption('--stdio', 'talk over standard input and output')
    .addOption(new Option('--clientProcessId <pid>', 'end with this process').hideHelp())
    .action((_options, command) =>
      run(command.optsWithGlobals(), async ({ globals }) => {
        const { lspCommand } = await import('./lspCommand.ts');
        return lspCommand(globals);
      }),
    );
}

function addCache(program: Program, run: RunCommand): void {
  const cache = program
    .command('cache')
    .description('show what the cache of embeddings holds')
    .option('--json', 'print JSON')
    .action((options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { showCache } = await import('./cacheCommand.ts');
        return showCache(options, context);
      }),
    );
  cache
    .command('clear')
    .description('forget all embeddings; the next run encodes everything again')
    .action((_options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { clearCache } = await import('./cacheCommand.ts');
        return clearCache(context);
      }),
    );
  cache
    .command('prune')
    .description('forget the embeddings that were not used for longest')
    .option('--to <size>', 'size to shrink to, such as 500MB; the size limit without it', byteSize)
    .action((options, command) =>
      run(command.optsWithGlobals(), async (context) => {
        const { pruneCache } = await import('./cacheCommand.ts');
        return pruneCache(options, context);
      }),
    );
}
