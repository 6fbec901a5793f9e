// Runs test tiers with Node's own test runner: node --import tsx scripts/test.mts [all | TIER ...]
// Without a name the tiers that need nothing installed; `all` adds those that `npm run setup:ide` prepares.
// Node 20 takes no globs after --test, hence this small driver. A tier that holds no test fails: a gate must be able to close.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

/** Tiers that run on every platform, as any user, with what `npm ci` brings. */
const TIERS = ['unit', 'contract', 'engine', 'adapters', 'cli', 'server'];
/** Tiers that drive programs of the system: Neovim, Chromium. */
const INSTALLED_TIERS = ['neovim', 'webview'];
/** Tiers that drive the packaged extension in a real VS Code: one file at a time, in a network that ends at loopback. */
const IDE_TIERS = ['extension', 'e2e'];
/** Attacks (files ending in .attack.ts): one file at a time, for they use all of the machine. */
const ATTACK_TIERS = ['attack'];
const ALL_TIERS = [...TIERS, ...INSTALLED_TIERS, ...ATTACK_TIERS, ...IDE_TIERS];

/** Random choices of property tests and attacks: always the same, or new ones each time with `TEST_SEED=clock`. */
const { TEST_SEED: askedSeed = '1' } = process.env;
process.env['TEST_SEED'] = askedSeed === 'clock' ? String(Date.now() % 1e6) : askedSeed;
console.log(`TEST_SEED=${process.env['TEST_SEED']}`);

const wanted = process.argv.slice(2);
const tiers = wanted.length === 0 ? TIERS : wanted[0] === 'all' ? ALL_TIERS : wanted;
const unknown = tiers.filter((tier) => !ALL_TIERS.includes(tier));
if (unknown.length > 0) {
  console.error(
    `Unknown test tier: ${unknown.join(', ')}. Choose from all, ${ALL_TIERS.join(', ')}.`,
  );
  process.exit(2);
}

/** The wanted tiers of these, and how to run their files. */
const groups: readonly [readonly string[], (files: readonly string[]) => number][] = [
  [[...TIERS, ...INSTALLED_TIERS], (files) => runNode(files, availableParallelism())],
  [ATTACK_TIERS, (files) => runNode(files, 1)],
  [IDE_TIERS, runInIde],
];
const status = groups.map(([ofTiers, runFiles]) => {
  const files = testFiles(tiers.filter((tier) => ofTiers.includes(tier)));
  return files.length > 0 ? runFiles(files) : 0;
});
process.exit(Math.max(...status));

function testFiles(ofTiers: readonly string[]): readonly string[] {
  return ofTiers.flatMap((tier) => {
    const folder = path.join('test', tier);
    const ending = ATTACK_TIERS.includes(tier) ? '.attack.ts' : '.test.ts';
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(ending))
      .map((name) => path.join(folder, name))
      .sort();
    if (found.length === 0) {
      console.error(`No test file in test/${tier}.`);
      process.exit(2);
    }
    return found;
  });
}

/** @param atOnce How many files run at the same time; by itself Node leaves one core idle. */
function nodeTest(ofFiles: readonly string[], atOnce: number): readonly string[] {
  const options = ['--test', '--test-reporter=spec', `--test-concurrency=${atOnce}`];
  return ['--import', 'tsx', '--import', './test/support/propertySeed.ts', ...options, ...ofFiles];
}

function runNode(files: readonly string[], atOnce: number): number {
  return run(process.execPath, nodeTest(files, atOnce));
}

function run(command: string, args: readonly string[]): number {
  const result = spawnSync(command, args, { stdio: 'inherit' });
  if (result.error !== undefined) console.error(`${command}: ${result.error.message}`);
  return result.status ?? 1;
}

function runInIde(files: readonly string[]): number {
  const missing = run(process.execPath, ['--import', 'tsx', 'scripts/setupIde.mts', '--check']);
  if (missing !== 0) return missing;
  // Outside containers an ordinary user may make networks only together with a user namespace.
  const unshare = [
    ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
    ...['--net', '--mount', '--', 'sh', 'scripts/loopbackOnly.sh'],
  ];
  if (run('unshare', [...unshare, 'true']) !== 0) {
    console.error(
      'The extension and e2e tiers prove that nothing beyond loopback is reached, and need network namespaces for it. ' +
        'Allow `unshare --net` here (as root, or with unprivileged user namespaces).',
    );
    return 1;
  }
  return run('unshare', [...unshare, process.execPath, ...nodeTest(files, 1)]);
}
