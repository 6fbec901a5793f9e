// Trains the matching heads and writes docs/zoo.md: npm run zoo -- --data FLICKR8K --eval COCO_MINI [--budget quick|full]
// Makes .venv/ with what models/build needs, unless it is there. Every argument goes to models/build/zoo.py.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const venv = join(root, '.venv');
const python = join(
  venv,
  ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
);
const done = join(venv, 'ready');

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd: process.cwd(), stdio: 'inherit' });
  if (error) throw new Error(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(done)) {
  run(process.platform === 'win32' ? 'python' : 'python3.11', '-m', 'venv', venv);
  run(python, '-m', 'pip', 'install', '--quiet', '-r', join(root, 'models/build/requirements.txt'));
  run(python, '-c', 'import pathlib, sys; pathlib.Path(sys.argv[1]).touch()', done);
}
run(python, join(root, 'models/build/zoo.py'), ...process.argv.slice(2));
