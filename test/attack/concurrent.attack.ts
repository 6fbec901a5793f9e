import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { DECISIONS_FILE } from '../../src/core/dataset/decisions.ts';
import { uriOf } from '../support/lspClient.ts';
import { attackFolder, smallDataset, tableDataset } from './support/data.ts';
import { findingsIn, findingsOf, litterOf, snapshotOf } from './support/report.ts';
import { audit, outcomeOf } from './support/run.ts';
import { startServer, stopServer, within } from './support/server.ts';
import { full, trials } from './support/trials.ts';

// Several processes at once on one dataset and one cold cache: equal findings, no deadlock, every decision kept.

const root = await attackFolder('concurrent');

test('audits and servers at once find the same', async () => {
  const dataset = path.join(root, 'set');
  await smallDataset(dataset, full() ? 200 : 24);
  const before = snapshotOf(dataset);
  const reportOf = (name: string | number) => path.join(root, `report-${name}.json`);
  const alone = await audit(dataset, path.join(root, 'cache-alone'), reportOf('alone'));
  assert.equal(outcomeOf(alone), '0', alone.stderr);
  const wanted = findingsOf(reportOf('alone'));
  const wantedShown = shown(findingsIn(reportOf('alone')));

  for (let round = 0; round < (full() ? trials(3) : 1); round++) {
    const cache = path.join(root, `cache-${round}`);
    const [servers, ...audits] = await Promise.all([
      Promise.all([0, 1].map(() => startServer({ folder: dataset, cache }))),
      ...[0, 1, 2].map((n) => audit(dataset, cache, reportOf(n), [], { timeoutMs: 240_000 })),
    ]);
    for (const [n, ended] of audits.entries()) {
      assert.equal(outcomeOf(ended), '0', ended.stderr);
      assert.doesNotMatch(ended.stderr, /warning|error/i);
      assert.deepEqual(findingsOf(reportOf(n)), wanted);
    }
    for (const server of servers) {
      await server.ready(240);
      const { findings } = await server.request('findings', {});
      assert.deepEqual(shown(findings), wantedShown);
      await stopServer(server);
    }
    assert.deepEqual(litterOf(cache), []);
  }
  assert.deepEqual(snapshotOf(dataset), before, 'nothing was written into the dataset');
});

test('decisions of eight processes at once are all kept', async () => {
  const dataset = path.join(root, 'decided');
  const cache = path.join(root, 'cache-decided');
  const perProcess = full() ? trials(500) : trials(5);
  const processes = 8;
  const imageOfRow = await tableDataset(dataset, 20, processes * perProcess);
  // Warm: the servers below shall decide, not encode.
  const ended = await audit(dataset, cache, path.join(root, 'decided.json'), [], {
    timeoutMs: 600_000,
  });
  assert.equal(outcomeOf(ended), '0', ended.stderr);

  const servers = await Promise.all(
    Array.from({ length: processes }, () => startServer({ folder: dataset, cache })),
  );
  await Promise.all(servers.map((server) => server.ready(600)));
  const acknowledged = await Promise.all(
    imageOfRow.map((image, row) => {
      const captionIndex = Math.floor(row / 20);
      const pair = { root: uriOf(dataset), image, captionIndex };
      const server = servers[row % processes]!;
      return within(
        server.request('decide', { pair, decision: 'verified' }).then(() => row),
        `the decision of row ${row}`,
        full() ? 1_800_000 : 300_000,
      );
    }),
  );
  const lines = (await readFile(path.join(dataset, DECISIONS_FILE), 'utf8')).trimEnd().split('\n');
  const kept = new Set(lines.map((line) => decisionLine.parse(JSON.parse(line)).key));
  assert.equal(kept.size, acknowledged.length, 'every acknowledged decision is in the file');
  assert.equal(kept.size, lines.length, 'one line a decision');
  for (const server of servers) await stopServer(server);
  assert.deepEqual(litterOf(dataset), []);
});

const decisionLine = z.object({ key: z.string(), decision: z.literal('verified') });

function shown(
  findings: readonly { readonly code: string; readonly level: string; readonly message: string }[],
): readonly string[] {
  return findings.map(({ code, level, message }) => `${code} ${level} ${message}`).sort();
}
