// Trains the matching heads and writes docs/zoo.md: npm run zoo -- --data FLICKR8K --eval COCO_MINI [--budget quick|full]
// Makes .venv/ with what models/build needs, unless it is there. Every argument goes to pairlens_models.zoo.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const VENV = path.join(ROOT, '.venv');
const PYTHON = path.join(
  VENV,
  ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
);
const READY = path.join(VENV, 'ready');

function run(command: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) throw new Error(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(READY)) {
  run(process.platform === 'win32' ? 'python' : 'python3.11', '-m', 'venv', VENV);
  run(PYTHON, '-m', 'pip', 'install', '--quiet', '-e', path.join(ROOT, 'models/build'));
  run(PYTHON, '-c', 'import pathlib, sys; pathlib.Path(sys.argv[1]).touch()', READY);
}
run(PYTHON, '-m', 'pairlens_models.zoo', ...process.argv.slice(2));
