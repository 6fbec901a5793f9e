import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { findingsOf } from './report.ts';
import { audit, outcomeOf, type Ended, type RunOptions } from './run.ts';

/** One audit of `dataset` with a folder of its own for everything it writes. */
export class Trial {
  readonly cache: string;
  readonly report: string;
  readonly pairs: string;
  readonly #dataset: string;
  readonly #folder: string;

  constructor(dataset: string, folder: string) {
    this.#dataset = dataset;
    this.#folder = folder;
    this.cache = path.join(folder, 'cache');
    this.report = path.join(folder, 'report.json');
    this.pairs = path.join(folder, 'pairs.jsonl');
  }

  async run(options: RunOptions = {}): Promise<Ended> {
    await mkdir(this.#folder, { recursive: true });
    return audit(this.#dataset, this.cache, this.report, ['--pairs', this.pairs], options);
  }

  /** Findings and pairs; empty where there is no report. */
  get result(): readonly unknown[] {
    if (!existsSync(this.report) || !existsSync(this.pairs)) return [];
    const pairs = readFileSync(this.pairs, 'utf8').split('\n').filter(Boolean);
    return [...findingsOf(this.report), ...pairs].map((line): unknown => JSON.parse(line));
  }

  /** The audit came to its end by itself, with the findings it has without an attack. */
  check(ended: Ended, wanted: readonly unknown[], what: string): void {
    assert.equal(outcomeOf(ended), '0', `${what}: ${ended.stderr}`);
    const { result } = this;
    assert.equal(result.length, wanted.length, what);
    for (const [i, line] of result.entries()) {
      assert.ok(
        isSame(line, wanted[i]),
        `${what}: ${JSON.stringify(line)}\ninstead of ${JSON.stringify(wanted[i])}`,
      );
    }
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Encoders add up in another order when fewer images or captions are left to encode: some 1e-8 of a similarity. A damaged
 * embedding changes more, but for the last bits of a number; those `test/adapters/segmentStore.test.ts` tries one by one.
 */
const TOLERANCE = 1e-4;

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= TOLERANCE;
  if (!(a instanceof Object) || !(b instanceof Object)) return a === b;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length && left.every(([key, value]) => isSame(value, Reflect.get(b, key)))
  );
}
