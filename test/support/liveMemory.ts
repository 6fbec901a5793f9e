import { plainFacts } from '../../src/core/pictureFacts.ts';
import { createHash } from 'node:crypto';
import { type Matrix, matrix, row } from '../../src/core/matching/matrix.ts';
import type { WorkspacePorts } from '../../src/engine/workspace/workspacePorts.ts';
import type { LiveSettings } from '../../src/engine/workspace/workspace.ts';
import { fakeVector } from './fakeWorkspace.ts';
import { memoryFiles, type MemoryEntry, type MemoryFiles } from './memoryFiles.ts';
import { syntheticBank } from './syntheticWorld.ts';

const D = 24;
const SIZE = 8;

export interface LiveMemory {
  readonly ports: WorkspacePorts;
  readonly files: MemoryFiles;
  /** Everything the encoders were given so far. */
  readonly encoded: { images: string[]; texts: string[] };
}

export const SETTINGS: LiveSettings = { dataset: {} };

/**
 * Ports over files in memory. An image's bytes say in words what it shows; encoders see the words, so that an image of
 * "red dog" fits the caption "red dog". Bytes that begin with `broken` cannot be decoded.
 */
export function liveMemory(
  root: string,
  entries: Readonly<Record<string, MemoryEntry>>,
): LiveMemory {
  const files = memoryFiles(root, entries);
  const encoded = { images: [] as string[], texts: [] as string[] };
  const store = new Map<string, Uint8Array>();
  const hash = (bytes: Uint8Array | string): string =>
    createHash('sha256').update(bytes).digest('hex');
  const rows = (texts: readonly string[]): Matrix => {
    const out = matrix(texts.length, D);
    texts.forEach((text, i) => row(out, i).set(fakeVector(text, D)));
    return out;
  };
  return {
    files,
    encoded,
    ports: {
      files,
      hasher: { hash },
      reader: {
        read(bytes) {
          const rgb = new Uint8Array(SIZE * SIZE * 3);
          rgb.set(bytes.subarray(0, rgb.length));
          const thumbnail = new Uint8Array(256);
          let state = parseInt(hash(bytes).slice(0, 8), 16);
          for (let i = 0; i < 256; i++) {
            state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
            thumbnail[i] = state >>> 24;
          }
          return Promise.resolve({ size: SIZE, rgb, facts: plainFacts(SIZE, SIZE), thumbnail });
        },
      },
      imageEncoder: {
        modelId: 'words',
        size: SIZE,
        batchSize: 4,
        async encode(images) {
          await new Promise((resolve) => setImmediate(resolve));
          const shown = images.map(({ rgb }) =>
            new TextDecoder().decode(rgb).replaceAll('\0', ' ').trim(),
          );
          encoded.images.push(...shown);
          return { embedding: rows(shown), prior: rows(shown), visual: rows(shown) };
        },
      },
      textEncoder: {
        modelId: 'words',
        batchSize: 8,
        async encode(texts) {
          await new Promise((resolve) => setImmediate(resolve));
          encoded.texts.push(...texts);
          return { embedding: rows(texts), sentence: rows(texts) };
        },
      },
      store: {
        get: (key) => store.get(key),
        put: (key, value) => void store.set(key, value),
        flush: () => Promise.resolve(),
        close: () => Promise.resolve(),
      },
      clock: { now: () => performance.now() },
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      reference: syntheticBank(),
    },
  };
}

function quiet(): void {
  // Nobody reads it.
}

const ADJECTIVES = ['red', 'blue', 'small', 'old', 'wet', 'green', 'broken', 'huge'];
const THINGS = ['dog', 'car', 'house', 'tree', 'boat', 'horse', 'cup', 'bird', 'clock', 'lamp'];
const PLACES = ['beach', 'street', 'kitchen', 'field', 'roof', 'river', 'garden'];

/** `n` different scenes in words. */
export function scenes(n: number): string[] {
  return Array.from({ length: n }, (_, i) => {
    const words = [ADJECTIVES[i % 8], THINGS[i % 10], PLACES[i % 7], THINGS[(i * 3 + 4) % 10]];
    return `${words.join(' ')} ${spelt(i)}`;
  });
}

/** A word of its own for each number. */
function spelt(i: number): string {
  return `x${String(i).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))}`;
}

/** A dataset of `n` images in `metadata.jsonl`; `captions` replaces the captions that fit. */
export function jsonlDataset(
  n: number,
  captions: readonly (string | undefined)[] = [],
): Record<string, MemoryEntry> {
  const shown = scenes(n);
  const entries: Record<string, MemoryEntry> = {};
  shown.forEach((scene, i) => (entries[`${i}.jpg`] = scene));
  entries['metadata.jsonl'] = jsonl(shown.map((scene, i) => captions[i] ?? scene));
  return entries;
}

export function jsonl(captions: readonly string[]): string {
  return captions.map((text, i) => `${JSON.stringify({ file_name: `${i}.jpg`, text })}\n`).join('');
}
