import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runToCompletion } from '../../src/core/steps.ts';
import { Boilerplate } from '../../src/core/text/boilerplate.ts';
import { row } from '../../src/core/matching/matrix.ts';
import type { IndexPorts } from '../../src/engine/indexing/indexPorts.ts';
import { indexCaptions } from '../../src/engine/indexing/indexCaptions.ts';
import { fakeVector } from '../support/fakeWorkspace.ts';

/** Ports of an encoder that notes what it is given, over one store. */
function notingPorts(): IndexPorts & { readonly encoded: string[] } {
  const stored = new Map<string, Uint8Array>();
  const encoded: string[] = [];
  const encode: IndexPorts['textEncoder']['encode'] = (texts) => {
    encoded.push(...texts);
    const data = new Float32Array(texts.length * 16);
    texts.forEach((text, i) => data.set(fakeVector(text), i * 16));
    const all = { rows: texts.length, columns: 16, data };
    return Promise.resolve({ embedding: all, sentence: all });
  };
  const ports = {
    encoded,
    textEncoder: { modelId: 'noting', batchSize: 8, encode },
    store: {
      get: (key: string) => stored.get(key),
      put: (key: string, value: Uint8Array) => void stored.set(key, value),
    },
    hasher: { hash: (text: string) => text },
    clock: { now: () => 0 },
  };
  return ports as unknown as IndexPorts & { readonly encoded: string[] };
}

const THINGS = ['lake', 'house', 'bridge', 'tower', 'garden'];
const plain = THINGS.map((thing, i) => `${thing} in the rain, ${THINGS[(i + 2) % 5]!} behind it`);
const many = Array.from({ length: 40 }, (_, i) => `photo ${i} of a ${THINGS[i % 5]!}`);

describe('what is left out of captions', () => {
  test('a text is encoded once, whatever the boilerplate around it', async () => {
    const ports = notingPorts();
    await indexCaptions(plain, ports, {});
    assert.deepEqual([...ports.encoded].sort(), [...plain].sort());
    const tagged = plain.map((caption) => `xqz dog, ${caption}`);
    const boilerplate = runToCompletion(
      Boilerplate.of([...tagged, ...many.map((c) => `xqz dog, ${c}`)]),
    );
    const { table, rowOf } = await indexCaptions(tagged, ports, { boilerplate });
    assert.equal(ports.encoded.length, plain.length, 'what the store holds was encoded again');
    assert.deepEqual(table.texts, tagged);
    for (const [i, caption] of plain.entries()) {
      const found = row(table.embedding, rowOf.get(tagged[i]!)!);
      fakeVector(caption).forEach((value, c) => assert.ok(Math.abs(value - found[c]!) < 2e-3));
    }
  });

  test('captions that differ in boilerplate alone have the same row', async () => {
    const ports = notingPorts();
    const boilerplate = runToCompletion(Boilerplate.of(many, ['sks']));
    const { table } = await indexCaptions(['a sks dog', 'a dog'], ports, { boilerplate });
    assert.deepEqual(ports.encoded, ['a dog']);
    assert.deepEqual(row(table.embedding, 0), row(table.embedding, 1));
  });

  test('a caption between whole and left out is a unit row between both', async () => {
    const ports = notingPorts();
    const half = many.map((caption, i) => (i < 31 ? `xqz, ${caption}` : caption));
    const boilerplate = runToCompletion(Boilerplate.of(half));
    assert.equal(boilerplate.judged(half[0]!).length, 2);
    const { table } = await indexCaptions([half[0]!], ports, { boilerplate });
    assert.deepEqual([...ports.encoded].sort(), [many[0], half[0]].sort());
    assert.ok(Math.abs(Math.hypot(...row(table.embedding, 0)) - 1) < 1e-5);
  });

  test('of a caption that is nothing but boilerplate the whole is embedded', async () => {
    const ports = notingPorts();
    const boilerplate = runToCompletion(Boilerplate.of(many, ['sks dog']));
    await indexCaptions(['sks dog'], ports, { boilerplate });
    assert.deepEqual(ports.encoded, ['sks dog']);
  });
});
