// Trains the matching heads and writes docs/zoo.md: npm run zoo -- --data FLICKR8K --eval COCO_MINI [--budget quick|full]
// or writes trained heads as a method pack: npm run zoo -- pack --data FLICKR8K --out PACK
// Makes .venv/ with what models/build needs, unless it is there. Every other argument goes to pairlens_models.zoo or .zoo_pack.
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
const [first, ...others] = process.argv.slice(2);
if (first === 'pack') run(PYTHON, '-m', 'pairlens_models.zoo_pack', ...others);
else run(PYTHON, '-m', 'pairlens_models.zoo', ...process.argv.slice(2));
