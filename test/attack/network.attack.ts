import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { uriOf } from '../support/lspClient.ts';
import { witnessedNetwork } from './support/crashShim.ts';
import { attackFolder, goodPairs } from './support/data.ts';
import { outcomeOf, pairlens, run } from './support/run.ts';
import { startServer, stopServer, within } from './support/server.ts';

// Whatever a dataset holds, nothing of PairLens opens a connection or asks for a name: no process of it makes a socket of the
// internet, loopback included. The tiers of the editor count packets as well (test/e2e/witness.test.ts).

const root = await attackFolder('network');
const dataset = path.join(root, 'set');
const cache = path.join(root, 'cache');
const log = path.join(root, 'network.log');
const env = witnessedNetwork(log);
const REMOTE = 'http://127.0.0.1:9/x.png';

/** What was reached for since the last question. */
async function reached(): Promise<string> {
  const lines = await readFile(log, 'utf8').catch(() => '');
  await rm(log, { force: true });
  return lines;
}

describe('what reaches for the network', () => {
  before(async () => {
    await goodPairs(dataset);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"><image xlink:href="${REMOTE}" width="9" height="9"/></svg>`;
    const entity = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "${REMOTE}">]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&x;</text></svg>`;
    for (const [name, bytes] of Object.entries({ svg, entity })) {
      await writeFile(path.join(dataset, `${name}.png`), bytes);
      await writeFile(path.join(dataset, `${name}.txt`), `see ${REMOTE} ![x](${REMOTE})`);
    }
    await mkdir(path.join(dataset, 'rows'));
    const row = JSON.stringify({ file_name: REMOTE, text: 'a picture of the network' });
    await writeFile(path.join(dataset, 'rows/metadata.jsonl'), `${row}\n`);
  });

  test('the instrument sees a connection and a name', async () => {
    const reach = `require('node:net').connect(9, '127.0.0.1').on('error', () => 0); require('node:dns').lookup('example.invalid', () => 0)`;
    assert.equal(outcomeOf(await run(process.execPath, ['-e', reach], { env })), '0');
    const seen = await reached();
    assert.match(seen, /socket/);
    assert.match(seen, /example\.invalid/);
  });

  test('the command line does not', async () => {
    const commands = {
      audit: [
        'audit',
        dataset,
        '--fail-on',
        'never',
        '--format',
        'json',
        '--out',
        path.join(root, 'a.json'),
      ],
      search: ['search', dataset, 'a dog', '--json'],
      image: ['search', dataset, '--image', path.join(dataset, 'good0.jpg')],
      embed: ['embed', dataset, '--out', path.join(root, 'embedded')],
      cache: ['cache'],
    };
    for (const [name, args] of Object.entries(commands)) {
      const ended = await pairlens(['--cache', cache, ...args], { env });
      assert.equal(outcomeOf(ended), '0', `${name}: ${ended.stderr}`);
      assert.equal(await reached(), '', name);
    }
  });

  test('the server does not', async () => {
    const server = await startServer({ folder: dataset, cache, env });
    await server.ready(240);
    const uri = uriOf(path.join(dataset, 'good0.jpg'));
    const pair = { root: uriOf(dataset), image: 'good0.jpg', captionIndex: 0 };
    await within(
      Promise.allSettled([
        server.request('thumbnail', { uri, size: 200 }),
        server.request('thumbnail', { uri: uriOf(path.join(dataset, 'svg.png')), size: 200 }),
        server.request('search', { query: { kind: 'text', text: 'dog' }, want: 'images' }),
        server.request('words', { pair, caption: 'a dog' }),
        server.request('neighbours', { target: { kind: 'image', uri } }),
        server.request('decide', { pair, decision: 'verified' }),
        server.request('audit', { rebuild: true }),
      ]),
      'requests of every kind ',
      240_000,
    );
    await stopServer(server);
    assert.equal(await reached(), '');
  });
});
