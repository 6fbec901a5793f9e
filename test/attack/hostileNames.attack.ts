import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { CodeActionRequest, HoverRequest } from 'vscode-languageserver/node';
import { uriOf, type LspClient } from '../support/lspClient.ts';
import { attackFolder } from './support/data.ts';
import { hostileDataset, type HostileDataset } from './support/hostileDataset.ts';
import { findingsIn, judgedIn, snapshotOf } from './support/report.ts';
import { audit, outcomeOf, pairlens } from './support/run.ts';
import {
  answers,
  orItsEnd,
  peakMbOf,
  refusalOf,
  startServer,
  stopServer,
  within,
} from './support/server.ts';
import { full } from './support/trials.ts';

// A downloaded dataset that tries every link, device and name at once: nothing outside of it is
// written, nothing blocks, each link out of it and each trick is named, and the good pairs beside them are judged.

const root = await attackFolder('names');
const cache = path.join(root, 'cache');
const LIMITS = { timeoutMs: 120_000, memoryMb: 1_500 };
const START = { line: 0, character: 0 };

describe('a dataset of links, devices and names', () => {
  let data: HostileDataset;
  let outside: readonly string[];
  let inside: readonly string[];

  before(async () => {
    data = await hostileDataset(root);
    outside = snapshotOf(data.outside);
    inside = snapshotOf(data.folder);
  });

  function untouched(what: string): void {
    assert.deepEqual(snapshotOf(data.outside), outside, `${what} wrote outside of the dataset`);
    assert.deepEqual(snapshotOf(data.folder), inside, `${what} wrote into the dataset`);
  }

  test('an audit judges what is good, names what is not', async () => {
    const [report, pairs] = [path.join(root, 'report.json'), path.join(root, 'pairs.jsonl')];
    const ended = await audit(data.folder, cache, report, ['--pairs', pairs], LIMITS);
    assert.equal(outcomeOf(ended), '0', ended.stderr);
    const judged = judgedIn(pairs);
    const missing = [...data.good, ...data.strange].filter((image) => !judged.has(image));
    assert.deepEqual(missing, [], 'good pairs are judged');
    const said = findingsIn(report).map((finding) => JSON.stringify(finding));
    const silent = data.tricks.filter((trick) => !said.some((line) => line.includes(trick)));
    assert.deepEqual(silent, [], 'every trick is named');
    const links = findingsIn(report).filter(({ code }) => code === 'outside-link');
    const quiet = data.links.filter(
      (link) => !links.some((one) => JSON.stringify(one).includes(link)),
    );
    assert.deepEqual(quiet, [], 'every link that leads out of the folder is named as one');
    untouched('an audit');
  });

  for (const format of full() ? ['human', 'markdown', 'github', 'sarif'] : ['human', 'github']) {
    test(`${format} on a terminal or in a log: no controls`, async () => {
      const options = ['--format', format, '--max', '100000', '--fail-on', 'never'];
      const args = ['--cache', cache, 'audit', data.folder, ...options];
      const ended = await pairlens(args, LIMITS);
      assert.equal(outcomeOf(ended), '0', ended.stderr);
      for (const output of [ended.stdout, ended.stderr]) {
        assert.doesNotMatch(
          output,
          /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
        );
      }
      untouched(format);
    });
  }

  test('a server answers for every file, writes nothing outside, and lives', async () => {
    const server = await startServer({ folder: data.folder, cache });
    await server.ready(120);
    const names = ['caption-outside', 'caption-passwd', 'fifo-image', 'fifo-caption', 'zero-image']
      .concat('zero-caption', 'fifo-link', 'socket-image', 'image-outside', 'broken', 'loop')
      .flatMap((name) => [`${name}.jpg`, `${name}.txt`])
      .concat(data.strange.flatMap((name) => [name, name.replace(/jpg$/, 'txt')]));
    for (const name of names) await askEverything(server, path.join(data.folder, name));
    await server.request('audit', {});
    await answers(server, 'another audit');
    assert.ok(peakMbOf(server) < LIMITS.memoryMb, `${peakMbOf(server)} MB`);
    untouched('a server');
    await stopServer(server);
  });

  test('a decision is not written through a link, and the refusal names the file', async () => {
    const server = await startServer({ folder: data.folder, cache });
    await server.ready(120);
    const pair = { root: uriOf(data.folder), image: data.good[0]!, captionIndex: 0 };
    const refusal = await refusalOf(
      orItsEnd(server, server.request('decide', { pair, decision: 'verified' })),
      'a decision',
    );
    assert.match(refusal ?? 'it was accepted', /decisions\.jsonl/);
    untouched('a decision');
    await stopServer(server);
  });

  /** What an editor asks about a file; answers may be errors, but they come. */
  async function askEverything(server: LspClient, file: string): Promise<void> {
    const uri = uriOf(file);
    const image = path.basename(file).replace(/txt$/, 'jpg');
    const pair = { root: uriOf(data.folder), image, captionIndex: 0 };
    const { connection } = server;
    const requests: readonly Promise<unknown>[] = [
      connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position: START }),
      connection.sendRequest(CodeActionRequest.type, {
        textDocument: { uri },
        range: { start: START, end: START },
        context: { diagnostics: [...(server.diagnostics.get(uri)?.diagnostics ?? [])] },
      }),
      server.request('thumbnail', { uri, size: 64 }),
      server.request('neighbours', { target: { kind: 'image', uri } }),
      server.request('pairsOfImage', { uri }),
      server.request('search', { query: { kind: 'image', uri }, want: 'captions' }),
      server.request('createCaptionEdit', { imageUri: uri, caption: 'x' }),
      server.request('captionEdit', { pair, caption: 'x' }),
      server.request('swapEdit', { pair, other: { ...pair, image: data.good[1]! } }),
    ];
    await within(
      orItsEnd(server, Promise.allSettled(requests)),
      `what an editor asks about ${JSON.stringify(path.basename(file))}`,
      60_000,
    );
  }
});
