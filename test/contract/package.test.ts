import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { ROOT } from '../support/product.ts';

const manifest = z
  .object({
    version: z.string(),
    license: z.string(),
    bin: z.record(z.string(), z.string()),
    scripts: z.record(z.string(), z.string()),
    dependencies: z.record(z.string(), z.string()),
    optionalDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')));

function run(program: string, ...args: string[]): ReturnType<typeof spawnSync> {
  return spawnSync(process.execPath, [path.join(ROOT, program), ...args], { encoding: 'utf8' });
}

describe('the package', () => {
  test('the command line exists after the build, is executable and tells its version', () => {
    const program = manifest.bin['pairlens'];
    assert.ok(program);
    const file = path.join(ROOT, program);
    assert.ok(readFileSync(file, 'utf8').startsWith('#!/usr/bin/env node\n'));
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o111, 0o111);
    assert.equal(run(program, '--version').stdout, `${manifest.version}\n`);
  });

  test('the scripts that documentation and people rely on are there', () => {
    for (const name of [
      'build',
      'watch',
      'demo',
      'check',
      'lint:fix',
      'test',
      'test:all',
      'bench',
    ]) {
      assert.ok(manifest.scripts[name], `npm run ${name}`);
    }
  });

  test('hnswlib-node is optional, and every version is exact', () => {
    assert.ok('hnswlib-node' in manifest.optionalDependencies);
    assert.ok(!('hnswlib-node' in manifest.dependencies));
    for (const [name, version] of Object.entries(manifest.dependencies)) {
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
    }
  });

  test('no bundle imports the editor', () => {
    const bundles = readdirSync(path.join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' });
    const scripts = bundles.filter((name) => name.endsWith('.js'));
    assert.ok(scripts.length > 0);
    for (const name of scripts) {
      const text = readFileSync(path.join(ROOT, 'dist', name), 'utf8');
      assert.doesNotMatch(text, /(?:from|import|require\()\s*["']vscode["']/, name);
    }
  });

  test('--help needs no native package: it runs where none can be loaded', () => {
    const blocker = `data:text/javascript,${encodeURIComponent(
      "import Module from 'node:module'; Module._extensions['.node'] = () => { throw new Error('native code was loaded'); };",
    )}`;
    const result = spawnSync(
      process.execPath,
      ['--import', blocker, path.join(ROOT, 'dist/cli/main.js'), 'audit', '--help'],
      { encoding: 'utf8' },
    );
    assert.equal(result.status, 0, result.stderr);
    assert.match(result.stdout, /--fail-on/);
  });
});
