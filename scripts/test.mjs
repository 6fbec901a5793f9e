// Runs the test tiers named on the command line (all of them by default) with Node's own test runner.
// Node 20 takes no globs after --test, hence this small driver. A tier that holds no test fails: a gate must be able to close.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const TIERS = ['unit', 'contract', 'engine', 'adapters', 'cli'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((tier) => !TIERS.includes(tier));
if (unknown.length > 0) {
  console.error(`Unknown test tier: ${unknown.join(', ')}. Choose from ${TIERS.join(', ')}.`);
  process.exit(2);
}

function testFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join(folder, name))
    .sort();
}

const files = (wanted.length > 0 ? wanted : TIERS).flatMap((tier) => {
  const found = testFiles(path.join('test', tier));
  if (found.length === 0) {
    console.error(`No test file in test/${tier}.`);
    process.exit(2);
  }
  return found;
});
const run = spawnSync(
  process.execPath,
  ['--import', 'tsx', '--test', '--test-reporter=spec', ...files],
  { stdio: 'inherit' },
);
process.exit(run.status ?? 1);
