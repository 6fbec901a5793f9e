import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { countCalls, countedCalls, crashAt, type CrashMode } from './support/crashShim.ts';
import { attackFolder, smallDataset } from './support/data.ts';
import { findingsOf, litterOf, treeOf } from './support/report.ts';
import { audit, outcomeOf, saidOf } from './support/run.ts';
import { full, seededRandom, trials } from './support/trials.ts';

// An audit is killed, torn in the middle of a write, or refused at one of the calls that write its cache and its outputs.
// The next run completes, finds the same, and leaves nothing of the broken run behind.

const root = await attackFolder('syscall');
const dataset = path.join(root, 'set');
/** Everything under this path counts: cache and outputs. */
const written = path.join(root, 'written');
const cache = path.join(written, 'cache');
const out = path.join(written, 'out');
const report = path.join(out, 'report.json');
const OUTPUTS = ['pairs.jsonl', 'report.json'];

const auditInto = (env: NodeJS.ProcessEnv = {}) =>
  audit(dataset, cache, report, ['--pairs', path.join(out, 'pairs.jsonl')], {
    env,
    timeoutMs: 60_000,
  });

async function startAnew(): Promise<void> {
  await rm(written, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
}

describe('an audit that dies or is refused at a call that writes', () => {
  let calls: readonly string[] = [];
  let wanted: readonly string[] = [];

  before(async () => {
    await smallDataset(dataset, 16);
    await startAnew();
    const log = path.join(root, 'calls.log');
    const ended = await auditInto(countCalls(written, log));
    assert.equal(outcomeOf(ended), '0', ended.stderr);
    calls = countedCalls(log);
    wanted = findingsOf(report);
    assert.ok(wanted.length > 0, 'the data gives an audit something to find');
    assert.ok(calls.includes('rename') && calls.some((call) => call.includes('write')));
  });

  async function completes(what: string): Promise<void> {
    const again = await auditInto();
    assert.equal(outcomeOf(again), '0', `${what}: ${again.stderr}`);
    assert.deepEqual(findingsOf(report), wanted, what);
    assert.deepEqual(treeOf(out), OUTPUTS, `${what}: litter beside the outputs`);
    assert.deepEqual(litterOf(cache), [], `${what}: litter in the cache`);
  }

  for (const mode of ['kill', 'torn'] satisfies CrashMode[]) {
    test(`${mode}: the next run completes, finds the same and tidies up`, async () => {
      for (const at of chosen(calls, mode)) {
        await startAnew();
        const ended = await auditInto(crashAt(written, { at, mode }));
        assert.ok(ended.signal === 'SIGKILL' || ended.status === 0, saidOf(ended));
        await completes(`${mode} at call ${at} (${calls[at - 1]})`);
      }
    });
  }

  for (const mode of ['enospc', 'eio'] satisfies CrashMode[]) {
    test(`${mode} from a call on: the run ends with 0 or says why not, and the next completes`, async () => {
      for (const at of chosen(calls, mode)) {
        const what = `${mode} from call ${at} (${calls[at - 1]})`;
        await startAnew();
        const ended = await auditInto(crashAt(written, { at, mode, sticky: true }));
        assert.ok(['0', '2'].includes(outcomeOf(ended)), `${what}: ${outcomeOf(ended)}`);
        assert.match(saidOf(ended), /warning|error/i, `${what}: says so`);
        if (ended.status === 0) assert.deepEqual(findingsOf(report), wanted, what);
        await completes(what);
      }
    });
  }
});

/** Numbers of calls: all of them in a full run, else a few, among them one of each kind. */
function chosen(calls: readonly string[], mode: CrashMode): readonly number[] {
  const random = seededRandom(`crashAtSyscall ${mode}`);
  const numbers = calls
    .map((_, i) => i + 1)
    .filter((n) => mode !== 'torn' || calls[n - 1]!.includes('write'));
  if (full()) return numbers;
  const count = Math.min(numbers.length, trials(2));
  while (numbers.length > count) numbers.splice(random.int(numbers.length), 1);
  return numbers;
}
