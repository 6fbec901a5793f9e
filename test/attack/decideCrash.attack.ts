import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { DECISIONS_FILE, parseDecisions } from '../../src/core/dataset/decisions.ts';
import { uriOf, type LspClient } from '../support/lspClient.ts';
import { countCalls, countedCalls, crashAt, type CrashMode } from './support/crashShim.ts';
import { attackFolder, copyDataset, goodPairs } from './support/data.ts';
import { treeOf } from './support/report.ts';
import { killServer, orItsEnd, refusalOf, startServer, stopServer } from './support/server.ts';
import { full, seededRandom, trials } from './support/trials.ts';

// The server dies, or its disk fails, at one of the calls that write a decision. The file holds what it held, or that and
// the decision; the next decision is written, and nothing else stays beside the file.

const OLD =
  '{"key":"x","decision":"verified","image":"q.jpg","caption":"kept"}\n# a note of mine\n';
const root = await attackFolder('decide');
const original = path.join(root, 'original');
const dataset = path.join(root, 'set');
const cache = path.join(root, 'cache');
const file = path.join(dataset, DECISIONS_FILE);

const decide = (server: LspClient, image: string) =>
  refusalOf(
    orItsEnd(
      server,
      server.request('decide', {
        pair: { root: uriOf(dataset), image, captionIndex: 0 },
        decision: 'verified',
      }),
    ),
    'a decision',
  );

async function serverWith(env: NodeJS.ProcessEnv = {}): Promise<LspClient> {
  const server = await startServer({ folder: dataset, cache, env });
  await server.ready(120);
  return server;
}

/** The text of the file after an attempt to decide, and how that attempt ended. */
async function attempt(env: NodeJS.ProcessEnv): Promise<{ text: string; refusal?: string }> {
  await rm(dataset, { recursive: true, force: true });
  await copyDataset(original, dataset);
  const server = await serverWith(env);
  const refusal = await decide(server, 'good0.jpg');
  const text = await readFile(file, 'utf8');
  if (env['CRASH_MODE'] === 'kill' || env['CRASH_MODE'] === 'torn') await killServer(server);
  else await stopServer(server);
  return { text, ...(refusal === undefined ? {} : { refusal }) };
}

describe('a decision during which the server dies or the disk fails', () => {
  let calls: readonly string[] = [];

  before(async () => {
    await goodPairs(original);
    await mkdir(path.join(original, path.dirname(DECISIONS_FILE)));
    await writeFile(path.join(original, DECISIONS_FILE), OLD);
    const log = path.join(root, 'calls.log');
    const { text, refusal } = await attempt(countCalls(path.dirname(file), log));
    assert.equal(refusal, undefined);
    assert.ok(text.startsWith(OLD));
    calls = countedCalls(log);
    assert.ok(
      calls.some((call) => call.includes('write')),
      calls.join(),
    );
  });

  for (const mode of ['kill', 'torn', 'enospc', 'eio'] satisfies CrashMode[]) {
    test(`${mode}: the file is the old one or the new one`, async () => {
      for (const at of chosen(calls, mode)) {
        const what = `${mode} at call ${at} (${calls[at - 1] ?? ''})`;
        const { text, refusal } = await attempt(crashAt(path.dirname(file), { at, mode }));
        assert.ok(text.startsWith(OLD), `${what}: what was there stays: ${text}`);
        const added = text.slice(OLD.length);
        assert.ok(
          added === '' || (added.endsWith('}\n') && parseDecisions(added).size === 1),
          `${what}: half a decision: ${added}`,
        );
        if (refusal === undefined) assert.notEqual(added, '', `${what}: acknowledged but not kept`);

        const next = await serverWith();
        assert.equal(await decide(next, 'good1.jpg'), undefined, `${what}: the next decision`);
        await stopServer(next);
        const last = await readFile(file, 'utf8');
        assert.ok(last.startsWith(OLD) && last.includes('good1.jpg'), `${what}: ${last}`);
        assert.deepEqual(treeOf(path.dirname(file)), [path.basename(file)], `${what}: litter`);
      }
    });
  }
});

/** All calls in a full run, else a few. */
function chosen(calls: readonly string[], mode: CrashMode): readonly number[] {
  const random = seededRandom(`decideCrash ${mode}`);
  const numbers = calls.map((_, i) => i + 1);
  const count = full() ? numbers.length : Math.min(numbers.length, trials(1));
  while (numbers.length > count) numbers.splice(random.int(numbers.length), 1);
  return numbers;
}
