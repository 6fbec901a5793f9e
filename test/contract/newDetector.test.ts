import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { LspClient, uriOf } from '../support/lspClient.ts';
import { ROOT } from '../support/product.ts';

/*
 * CONTRIBUTING promises that a detector is one file and one line. Here is one, added to a copy of the sources as a
 * contributor would, and looked for wherever findings are shown.
 */
const FILE = 'src/core/audit/detectors/zebraCaption.ts';
const DETECTOR = `
import { sentence } from '../../text/sentence.ts';
import { aboutPair, type Detector, perPair } from './detector.ts';

export const zebraCaption: Detector = {
  rules: [
    {
      code: 'zebra-caption',
      level: 'warning',
      title: sentence('Zebra captions'),
      shortTitle: sentence('Zebra caption'),
      meaning: sentence('The caption speaks of a zebra.'),
    },
  ],
  track: perPair((context, p) =>
    /zebra/.test(context.pair(p).caption)
      ? {
          code: 'zebra-caption',
          ...aboutPair(context, p),
          message: sentence('A zebra is named.'),
          evidence: [],
          confidence: 1,
          relatedPairs: [],
          relatedFiles: [],
          fixes: [{ kind: 'mark-verified' }],
        }
      : undefined,
  ),
};
`;

describe('a detector added as one file and one line', () => {
  let work = '';
  let data = '';
  let program = '';

  before(async () => {
    // Inside the repository: models and packages are looked for in the folders above the program.
    const results = path.join(ROOT, 'test-results');
    await mkdir(results, { recursive: true });
    work = await mkdtemp(path.join(results, 'new-detector-'));
    await cp(path.join(ROOT, 'src'), path.join(work, 'src'), { recursive: true });
    await writeFile(path.join(work, FILE), DETECTOR);
    const table = path.join(work, path.dirname(FILE), 'detectorTable.ts');
    const lines = (await readFile(table, 'utf8')).split('\n');
    lines.splice(lines.indexOf('];'), 0, '  zebraCaption,');
    lines.unshift("import { zebraCaption } from './zebraCaption.ts';");
    await writeFile(table, lines.join('\n'));
    program = path.join(work, 'dist/cli/main.js');
    await build({
      entryPoints: { 'cli/main': path.join(work, 'src/cli/main.ts') },
      outdir: path.join(work, 'dist'),
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'error',
    });
    data = path.join(work, 'photos');
    await mkdir(data);
    for (const [image, caption] of [
      ['duck', 'a zebra in tall grass'],
      ['koala', 'a kitten at a window'],
    ] as const) {
      await cp(
        path.join(ROOT, `samples/tour/animals/${image}.jpg`),
        path.join(data, `${image}.jpg`),
      );
      await writeFile(path.join(data, `${image}.txt`), `${caption}\n`);
    }
  });
  after(() => rm(work, { recursive: true, force: true }));

  function audit(...args: string[]): { status: number | null; stdout: string } {
    const cache = path.join(work, 'cache');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [program, '--quiet', '--no-color', '--cache', cache, 'audit', data, ...args],
      { encoding: 'utf8' },
    );
    assert.notEqual(status, 2, stderr);
    return { status, stdout };
  }

  test('reports on the command line, in every output, at the level that is chosen', () => {
    assert.match(audit().stdout, /Zebra captions[^]*zebra-caption[^]*duck\.txt|duck\.jpg/);
    for (const format of ['json', 'sarif', 'markdown', 'github']) {
      assert.match(audit('--format', format).stdout, /zebra-caption/, format);
    }
    const off = audit('--rule', 'zebra-caption=off', '--format', 'json');
    assert.doesNotMatch(off.stdout, /zebra-caption/);
    assert.equal(audit('--rule', 'zebra-caption=error', '--fail-on', 'error').status, 1);
  });

  test('reports in the editor, live: edited away, typed anew, deleted, switched off', async () => {
    const client = await LspClient.start({
      folders: [data],
      cache: path.join(work, 'cache'),
      command: [program, 'lsp', '--stdio'],
    });
    try {
      await client.ready();
      const duck = path.join(data, 'duck.txt');
      const isShown = (file: string): boolean => client.codes(file).includes('zebra-caption');
      await client.until(() => isShown(duck), 'the made-up finding');
      const { findings } = await client.request('findings', {});
      const found = findings.find(({ code }) => code === 'zebra-caption');
      assert.deepEqual([found?.title, found?.shortTitle], ['Zebra captions', 'Zebra caption']);

      await client.open(duck, 'a zebra in tall grass\n');
      await client.change(duck, 'a duck in tall grass\n');
      await client.until(() => !isShown(duck), 'an edit that mends it');
      const koala = path.join(data, 'koala.txt');
      await client.open(koala, 'a kitten at a window\n');
      await client.change(koala, 'a zebra at a window\n');
      await client.until(() => isShown(koala), 'an edit that brings it about');
      await client.change(koala, '');
      await client.until(() => !isShown(koala), 'a caption that is deleted');

      await client.change(koala, 'a zebra again\n');
      await client.until(() => isShown(koala), 'it, before it is switched off');
      client.settings = { levels: { 'zebra-caption': 'off' } };
      await client.connection.sendNotification('workspace/didChangeConfiguration', {
        settings: null,
      });
      await client.until(() => !isShown(koala), 'its level off');
      assert.deepEqual(client.messages, [], 'the setting is known');
      assert.equal(client.diagnostics.get(uriOf(koala))?.diagnostics.length, 0);
    } finally {
      await client.stop();
    }
  });
});
