// Runs the test tiers named on the command line (all of them by default) with Node's own test runner.
// Node 20 takes no globs after --test, hence this small driver. A tier that holds no test fails: a gate must be able to close.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const TIERS = ['unit', 'contract', 'engine', 'adapters', 'cli', 'server'];
/** Tiers that need Chromium (`npm run setup:ide`). */
const BROWSER_TIERS = ['webview'];
/** Tiers that drive the packaged extension in a real VS Code: one file at a time, in a network that ends at loopback. */
const IDE_TIERS = ['extension', 'e2e'];
/** Attacks (files ending in .attack.ts) run only when asked for: one file at a time, for they use all of the machine. */
const ATTACK_TIERS = ['attack'];
const wanted = process.argv.slice(2);
const DEFAULT_TIERS = [...TIERS, ...BROWSER_TIERS, ...IDE_TIERS];
const ALL_TIERS = [...DEFAULT_TIERS, ...ATTACK_TIERS];
const unknown = wanted.filter((tier) => !ALL_TIERS.includes(tier));
if (unknown.length > 0) {
  console.error(`Unknown test tier: ${unknown.join(', ')}. Choose from ${ALL_TIERS.join(', ')}.`);
  process.exit(2);
}
const tiers = wanted.length > 0 ? wanted : DEFAULT_TIERS;
const ideFiles = testFiles(tiers.filter((tier) => IDE_TIERS.includes(tier)));
const attackFiles = testFiles(tiers.filter((tier) => ATTACK_TIERS.includes(tier)));
const files = testFiles(
  tiers.filter((tier) => !IDE_TIERS.includes(tier) && !ATTACK_TIERS.includes(tier)),
);

const status = [
  ...(files.length > 0 ? [run(process.execPath, nodeTest(files))] : []),
  ...(attackFiles.length > 0
    ? [run(process.execPath, nodeTest(attackFiles, '--test-concurrency=1'))]
    : []),
  ...(ideFiles.length > 0 ? [runInIde()] : []),
];
process.exit(Math.max(...status));

function testFiles(ofTiers) {
  return ofTiers.flatMap((tier) => {
    const folder = path.join('test', tier);
    const ending = ATTACK_TIERS.includes(tier) ? '.attack.ts' : '.test.ts';
    const found = readdirSync(folder, { recursive: true })
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

function nodeTest(testFiles, ...options) {
  return ['--import', 'tsx', '--test', '--test-reporter=spec', ...options, ...testFiles];
}

function run(command, args) {
  const result = spawnSync(command, args, { stdio: 'inherit' });
  if (result.error !== undefined) console.error(`${command}: ${result.error.message}`);
  return result.status ?? 1;
}

function runInIde() {
  const missing = run(process.execPath, ['scripts/setupIde.mjs', '--check']);
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
  const node = nodeTest(ideFiles, '--test-concurrency=1');
  return run('unshare', [...unshare, process.execPath, ...node]);
}
