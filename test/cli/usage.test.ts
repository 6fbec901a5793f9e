import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';

describe('using the command line', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => folder.remove());

  for (const command of ['audit', 'embed', 'search', 'eval', 'decisions', 'cache']) {
    test(`${command} --help names the options every command has, on standard output`, async () => {
      const { status, stdout, stderr } = await pairlens([command, '--help']);
      assert.equal(status, 0);
      assert.equal(stderr, '');
      for (const option of ['--quiet', '--no-color', '--cache', '--version']) {
        assert.ok(stdout.includes(option), option);
      }
    });
  }

  test('a mistyped option is answered with the right one, and status 2', async () => {
    const { status, stdout, stderr } = await pairlens(['audit', '.', '--formt', 'json']);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /Did you mean --format\?/);
  });

  test('a mistyped command is answered with the right one', async () => {
    const { status, stderr } = await pairlens(['adit', '.']);
    assert.equal(status, 2);
    assert.match(stderr, /Did you mean audit\?/);
  });

  test('no command at all shows the help and could not run', async () => {
    const { status, stderr } = await pairlens([]);
    assert.equal(status, 2);
    assert.match(stderr, /Usage: pairlens/);
  });

  test('--words without --pairs would say nothing, and says so', async () => {
    const { status, stderr } = await pairlens(['audit', folder.path, '--words']);
    assert.equal(status, 2);
    assert.match(stderr, /Give --pairs FILE as well/);
  });

  for (const [option, value, advice] of [
    ['--format', 'xml', /human, json, sarif, markdown, github/],
    ['--fail-on', 'sometimes', /error, warning, info, hint, never/],
    ['--rule', 'captoin-mismatch=off', /caption-mismatch/],
    ['--rule', 'caption-mismatch=loud', /error, warning, info, hint, off/],
    ['--max', 'many', /whole number/],
    ['--threads', '0', /from 1 to \d+/],
    ['--threads', '100000', /from 1 to \d+/],
    ['--max', '1' + '0'.repeat(30), /from 0 to \d+/],
  ] as const) {
    test(`${option} ${value} is refused with the choices`, async () => {
      const { status, stderr } = await pairlens(['audit', folder.path, option, value]);
      assert.equal(status, 2);
      assert.match(stderr, advice);
    });
  }

  test('a folder that is missing, a file, or empty is status 2 with the name and what to do', async () => {
    const file = path.join(folder.path, 'file.txt');
    await writeFile(file, 'x');
    const empty = path.join(folder.path, 'empty');
    await mkdir(empty);
    for (const target of [path.join(folder.path, 'none'), file, empty]) {
      const { status, stdout, stderr } = await pairlens(['audit', target]);
      assert.equal(status, 2, stderr);
      assert.equal(stdout, '');
      assert.ok(stderr.includes(path.basename(target)), stderr);
      assert.match(stderr, /what to do: /);
      assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
    }
  });

  test('an --out that cannot be written is found before any work', async () => {
    const out = path.join(folder.path, 'none', 'report.json');
    const { status, stderr } = await pairlens(['audit', folder.path, '--out', out]);
    assert.equal(status, 2);
    assert.ok(stderr.includes(out));
    assert.match(stderr, /what to do: Create the folder/);
  });

  test('search needs a text or an image, and not both', async () => {
    for (const args of [[], ['dog', '--image', 'x.jpg']]) {
      const { status, stderr } = await pairlens(['search', folder.path, ...args]);
      assert.equal(status, 2);
      assert.match(stderr, /either a text or --image/);
    }
  });
});
