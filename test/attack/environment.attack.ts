import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { attackFolder, copyDataset, goodPairs } from './support/data.ts';
import { treeOf } from './support/report.ts';
import { CLI, outcomeOf, run, saidOf, type Ended, type RunOptions } from './support/run.ts';
import { full } from './support/trials.ts';

// Odd surroundings. Wanted: an audit that works, or an exit status that is documented and words that say what to do; never a
// stack, a hang or a changed file.

const root = await attackFolder('environment');
const dataset = path.join(root, 'set');
/** Where the programs are started: they have no business there. */
const start = path.join(root, 'start');
let count = 0;
/** A path that nothing has used yet. */
const fresh = () => path.join(root, `fresh-${count++}`);

/** A shell command in which $AUDIT is an audit with a cache of its own. */
function shell(script: string, options: RunOptions & { cache?: string; set?: string } = {}) {
  const { cache = fresh(), set = dataset, ...others } = options;
  const audit = `${process.execPath} ${CLI} --cache ${cache} audit ${set} --fail-on never`;
  return run('/bin/sh', ['-c', script.replaceAll('$AUDIT', audit)], {
    timeoutMs: 120_000,
    memoryMb: 2_500,
    cwd: start,
    ...others,
  });
}

function ends(ended: Ended, ...statuses: readonly string[]): void {
  assert.ok(statuses.includes(outcomeOf(ended)), `${outcomeOf(ended)}: ${saidOf(ended)}`);
  assert.doesNotMatch(ended.stderr, /\n\s+at |Maximum call stack|PAIRLENS_DEBUG/);
}

/** Runs and what they may end with. */
const SURROUNDINGS: Readonly<Record<string, readonly [() => Promise<Ended>, ...string[]]>> = {
  'standard output closed': [() => shell('$AUDIT >&-'), '0', '2'],
  'standard error closed': [() => shell('$AUDIT 2>&-'), '0'],
  'standard input closed': [() => shell('$AUDIT <&-'), '0'],
  'standard output full': [() => shell('$AUDIT > /dev/full'), '2'],
  'a report onto a full device': [() => shell('$AUDIT --out /dev/full'), '2'],
  'a reader that goes at once': [() => piped('$AUDIT 2>/dev/null'), '0'],
  'a reader of standard error that goes at once': [() => piped('$AUDIT 2>&1 >/dev/null'), '0'],
  'no home': [
    () =>
      shell(
        `env -u HOME -u XDG_CACHE_HOME ${process.execPath} ${CLI} audit ${dataset} --fail-on never`,
        {
          env: { PAIRLENS_CACHE: fresh() },
        },
      ),
    '0',
  ],
  'a cache folder of the system that is no path': [
    () =>
      shell(`${process.execPath} ${CLI} audit ${dataset} --fail-on never`, {
        env: { HOME: fresh(), XDG_CACHE_HOME: 'relative' },
      }),
    '0',
  ],
  'a home that is not there': [
    () =>
      shell(`${process.execPath} ${CLI} audit ${dataset} --fail-on never`, {
        env: { HOME: fresh(), XDG_CACHE_HOME: '' },
      }),
    '0',
  ],
  'no temporary folder': [() => shell('$AUDIT', { env: { TMPDIR: '/nonexistent' } }), '0'],
  'an empty environment': [() => shell('env -i $AUDIT'), '0'],
  'a locale that is not there': [
    () => shell('$AUDIT', { env: { LC_ALL: 'xx_YY.UTF-99', LANG: '\u0001' } }),
    '0',
  ],
  'the C locale': [() => shell('$AUDIT', { env: { LC_ALL: 'C' } }), '0'],
  'a time zone of nonsense': [() => shell('$AUDIT', { env: { TZ: '../../etc/passwd' } }), '0'],
  'a working folder that is gone': [
    () => shell(`mkdir ${root}/gone && cd ${root}/gone && rmdir ../gone && $AUDIT`),
    '0',
    '2',
  ],
  // Node itself opens all scripts that a program begins with at once, some thirty.
  'few open files': [() => shell('ulimit -n 48; $AUDIT'), '0', '2'],
  'small files only': [() => shell('ulimit -f 100; $AUDIT'), '0'],
  'a cache that is a file': [
    async () => {
      const cache = fresh();
      await writeFile(cache, 'x');
      return shell('$AUDIT', { cache });
    },
    '0',
  ],
  'a cache whose entries are pipes': [
    async () => {
      const cache = await usedCache();
      for (const name of execFileSync('ls', [cache], { encoding: 'utf8' }).trim().split('\n')) {
        await rm(path.join(cache, name), { recursive: true });
        execFileSync('mkfifo', [path.join(cache, name)]);
      }
      return shell('$AUDIT', { cache });
    },
    '0',
  ],
  'a cache that is removed meanwhile': [
    async () => {
      const cache = await usedCache();
      return shell(`(sleep 0.5; rm -rf ${cache}) & $AUDIT; s=$?; wait; exit $s`, { cache });
    },
    '0',
  ],
  'a dataset that is removed meanwhile': [
    async () => {
      const set = fresh();
      await copyDataset(dataset, set);
      return shell(`(sleep 0.7; rm -rf ${set}) & $AUDIT; s=$?; wait; exit $s`, { set });
    },
    '0',
    '2',
  ],
  'a device as the dataset': [() => shell('$AUDIT', { set: '/dev/null' }), '2'],
  'a folder of the system as the dataset': [
    () => shell('$AUDIT', { set: '/proc/self/fd' }),
    '0',
    '2',
  ],
  'more threads than a machine has': [() => threads('256'), '0', '2'],
  'a negative number of threads': [() => threads('-3'), '2'],
  'threads without end': [() => threads('1e999'), '2'],
  'a cache size without end': [() => command('cache prune --to 1e999'), '0', '2'],
  'encoders that are not there': [() => command(`--encoder /nonexistent audit ${dataset}`), '2'],
};

/** Much like their neighbours; they run when all is asked for. */
const ONLY_FULL = [
  'standard input closed',
  'a report onto a full device',
  'a home that is not there',
  'the C locale',
  'a time zone of nonsense',
  'a device as the dataset',
  'a cache size without end',
  'more threads than a machine has',
];

const command = (words: string) => shell(`${process.execPath} ${CLI} --cache ${fresh()} ${words}`);
/** Into a reader that takes one byte; ends with the status of the audit. */
function piped(audit: string) {
  const status = fresh();
  return shell(`(${audit}; echo $? > ${status}) | head -c 1 >/dev/null; exit $(cat ${status})`);
}
const threads = (n: string) => command(`--threads=${n} audit ${dataset} --fail-on never`);

async function usedCache(): Promise<string> {
  const cache = fresh();
  ends(await shell('$AUDIT', { cache }), '0');
  return cache;
}

describe('odd surroundings', { concurrency: 2 }, () => {
  before(async () => {
    await goodPairs(dataset);
    await mkdir(start);
  });
  after(() => assert.deepEqual(treeOf(start), [], 'nothing is written where a program is started'));

  for (const [name, [attack, ...statuses]] of Object.entries(SURROUNDINGS)) {
    test(name, { skip: !full() && ONLY_FULL.includes(name) }, async () =>
      ends(await attack(), ...statuses),
    );
  }

  test('100,000 threads are bounded by what the machine has', async () => {
    let most = 0;
    const watch: NodeJS.Timeout[] = [];
    const ended = await run(
      process.execPath,
      [CLI, '--cache', fresh(), '--threads', '100000', 'audit', dataset, '--fail-on', 'never'],
      {
        timeoutMs: 60_000,
        onSpawn: (child) => {
          watch.push(
            setInterval(() => {
              const tasks = spawnSync('ls', [`/proc/${child.pid ?? 0}/task`], { encoding: 'utf8' });
              most = Math.max(most, tasks.stdout.split('\n').length);
              if (most > 1_000) child.kill('SIGKILL');
            }, 50),
          );
        },
      },
    );
    for (const timer of watch) clearInterval(timer);
    assert.ok(most < 1_000, `${most} threads`);
    ends(ended, '0', '2');
  });

  test('a cache that is a link to a file of mine, and one nobody may write', async () => {
    const victim = path.join(root, 'victim.txt');
    await writeFile(victim, 'precious\n');
    const cache = await usedCache();
    for (const name of execFileSync('ls', [cache], { encoding: 'utf8' }).trim().split('\n')) {
      await rm(path.join(cache, name), { recursive: true });
      await symlink(victim, path.join(cache, name));
    }
    ends(await shell('$AUDIT', { cache }), '0');
    assert.equal(await readFile(victim, 'utf8'), 'precious\n');

    const closed = fresh();
    await mkdir(closed);
    await chmod(closed, 0o555);
    if (process.getuid?.() === 0) {
      // Root may write everywhere: ask as nobody, who must reach the program and the data.
      await chmod(root, 0o755);
      const nobody = 'setpriv --reuid 65534 --regid 65534 --clear-groups';
      if (spawnSync('sh', ['-c', `${nobody} test -r ${CLI}`]).status === 0) {
        ends(await shell(`${nobody} $AUDIT`, { cache: closed }), '0');
      }
    } else ends(await shell('$AUDIT', { cache: closed }), '0');
  });

  test(
    'pictures of one size and time that were exchanged are told apart',
    { skip: !full() },
    async () => {
      const [set, cache] = [fresh(), fresh()];
      await copyDataset(dataset, set);
      const [one, two] = [path.join(set, 'good0.jpg'), path.join(set, 'good1.jpg')];
      const longest = Math.max((await readFile(one)).length, (await readFile(two)).length);
      for (const file of [one, two]) {
        execFileSync('truncate', ['-s', String(longest), file]);
        execFileSync('touch', ['-d', '2024-01-01', file]);
      }
      const pairs = fresh();
      ends(await shell(`$AUDIT --pairs ${pairs}`, { set, cache }), '0');
      await rename(one, `${one}.away`);
      await rename(two, one);
      await rename(`${one}.away`, two);
      ends(await shell(`$AUDIT --pairs ${pairs}`, { set, cache }), '0');
      const warm = await readFile(pairs, 'utf8');
      ends(await shell(`$AUDIT --pairs ${pairs}`, { set }), '0');
      assert.equal(warm, await readFile(pairs, 'utf8'));
    },
  );
});
