import { plainFacts } from '../../src/core/pictureFacts.ts';
import { openEncoders, type Encoders } from '../../src/adapters/encoders.ts';
import { nodeHasher } from '../../src/adapters/nodeHasher.ts';
import { type Matrix, matrix, row } from '../../src/core/matching/matrix.ts';
import type { TextEncoder as CaptionEncoder } from '../../src/core/ports.ts';
import type { WorkspacePorts } from '../../src/engine/workspace/workspacePorts.ts';
import { openWorkspace } from '../../src/engine/workspace/openWorkspace.ts';
import { normaliseRows } from '../support/goldenVectors.ts';
import { memoryFiles } from '../support/memoryFiles.ts';
import { gaussian, seeded } from '../support/randomVectors.ts';

const ROOT = '/bench';
const FILE = `${ROOT}/metadata.jsonl`;
const KEYSTROKES = 200;
const SIDE = 32;
const LOOK = 256;

const WORDS = {
  who: 'a man|a woman|two children|a brown dog|three cyclists|an old couple|a small cat|a surfer|a baker|a girl in red|a grey horse|several students|a street vendor|a white bird|a football player|a tired nurse',
  what: 'walks along|looks at|jumps over|sits beside|carries a bag past|laughs near|runs from|points to|sleeps next to|paints|photographs|climbs|waits at|sings in front of|repairs|hides behind',
  where:
    'a wooden bridge|the wet sand of a beach|a market stall|an empty parking lot|a stone wall|a yellow tram|a frozen lake|the steps of a museum|a red tractor|a kitchen table|a tall pine tree|a broken fence|a crowded station|a field of sunflowers|an old lighthouse|a glass door',
  when: 'at dawn|in heavy rain|under a clear sky|at night|in the snow|on a hot afternoon|in thick fog|before a storm|in late autumn|under street lamps',
} as const;

/** `n` different captions, some of them much alike, as in a real set. */
function captionsOf(n: number, random: () => number): string[] {
  const pick = (list: string): string => {
    const words = list.split('|');
    return words[Math.floor(random() * words.length)] ?? '';
  };
  const captions = new Set<string>();
  while (captions.size < n) {
    captions.add(`${pick(WORDS.who)} ${pick(WORDS.what)} ${pick(WORDS.where)} ${pick(WORDS.when)}`);
  }
  return [...captions];
}

function jsonl(captions: readonly string[]): string {
  return captions.map((text, i) => `${JSON.stringify({ file_name: `${i}.jpg`, text })}\n`).join('');
}

/**
 * The real text encoder, and images that are seen as the encoder reads their caption, through noise: what is measured
 * is everything but decoding and encoding images.
 */
async function benchPorts(
  captions: readonly string[],
): Promise<{ ports: WorkspacePorts; encoders: Encoders }> {
  const encoders = await openEncoders(undefined, undefined);
  const entries: Record<string, string> = { 'metadata.jsonl': jsonl(captions) };
  captions.forEach((caption, i) => (entries[`${i}.jpg`] = caption));
  const files = memoryFiles(ROOT, entries, 1 << 20);
  const store = new Map<string, Uint8Array>();
  const random = seeded(3);
  const noisy = (m: Matrix, columns = m.columns, noise = 0.03): Matrix => {
    const out = matrix(m.rows, columns);
    for (let r = 0; r < m.rows; r++) {
      const from = row(m, r);
      const to = row(out, r);
      for (let c = 0; c < columns; c++) to[c] = from[c]! + noise * gaussian(random);
    }
    return normaliseRows(out);
  };
  const seen = cached(encoders.textEncoder);
  const ports: WorkspacePorts = {
    files,
    hasher: nodeHasher,
    reader: {
      read(bytes) {
        const rgb = new Uint8Array(SIDE * SIDE * 3);
        rgb.set(bytes);
        const thumbnail = new Uint8Array(256).map(() => Math.floor(256 * random()));
        return Promise.resolve({ size: SIDE, rgb, facts: plainFacts(SIDE, SIDE), thumbnail });
      },
    },
    imageEncoder: {
      modelId: encoders.imageEncoder.modelId,
      size: SIDE,
      batchSize: 32,
      async encode(images) {
        const shown = images.map(({ rgb }) => new TextDecoder().decode(rgb).replaceAll('\0', ''));
        const { embedding, sentence } = await seen.encode(shown);
        return {
          embedding: noisy(embedding),
          prior: noisy(sentence),
          visual: noisy(sentence, LOOK),
        };
      },
    },
    textEncoder: seen,
    store: {
      get: (key) => store.get(key),
      put: (key, value) => void store.set(key, value),
      flush: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    clock: { now: () => performance.now() },
    reference: encoders.reference,
    languages: encoders.languages,
    innerProducts: encoders.innerProducts,
    log: console,
  };
  return { ports, encoders };
}

/** Captions are encoded once for both sides of the set-up. */
function cached(encoder: CaptionEncoder): CaptionEncoder {
  const known = new Map<string, { embedding: Float32Array; sentence: Float32Array }>();
  const stacked = (rows: Float32Array[]): Matrix => {
    const out = matrix(rows.length, rows[0]?.length ?? 0);
    rows.forEach((values, r) => row(out, r).set(values));
    return out;
  };
  return {
    modelId: encoder.modelId,
    batchSize: encoder.batchSize,
    async encode(texts) {
      const fresh = texts.filter((text) => !known.has(text));
      if (fresh.length > 0) {
        const { embedding, sentence } = await encoder.encode(fresh);
        fresh.forEach((text, r) =>
          known.set(text, { embedding: row(embedding, r), sentence: row(sentence, r) }),
        );
      }
      const rows = texts.map((text) => known.get(text)!);
      return {
        embedding: stacked(rows.map((each) => each.embedding)),
        sentence: stacked(rows.map((each) => each.sentence)),
      };
    },
  };
}

function percentiles(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(1);
  return `median ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms`;
}

/** From a keystroke in a caption file to its new findings and neighbours, and from one changed caption to a whole audit. */
export async function benchLive(pairs = 10_000): Promise<void> {
  const random = seeded(1);
  const captions = captionsOf(pairs, random);
  const { ports, encoders } = await benchPorts(captions);
  const live = openWorkspace(ports.files, () => Promise.resolve(ports), {
    dataset: {},
  });
  const seconds = async (work: () => Promise<unknown>): Promise<string> => {
    const start = performance.now();
    await work();
    return ((performance.now() - start) / 1000).toFixed(2);
  };
  console.log(`first refresh, ${pairs} pairs: ${await seconds(() => live.refresh([ROOT], {}))} s`);
  console.log(`refresh of an unchanged folder: ${await seconds(() => live.refresh([ROOT], {}))} s`);

  const typed = [...captions];
  const keystroke = async (n: number): Promise<number> => {
    const i = Math.floor(random() * pairs);
    typed[i] = `${captions[i] ?? ''} and a ${'newspaper'.slice(0, 1 + (n % 9))}`;
    const text = jsonl(typed);
    const start = performance.now();
    await live.captionsChanged(FILE, text);
    live.findings();
    await live.neighbours({ root: ROOT, image: `${i}.jpg`, captionIndex: 0 }, 20);
    return performance.now() - start;
  };
  for (let n = 0; n < 20; n++) await keystroke(n);
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let n = 0; n < KEYSTROKES; n++) times.push(await keystroke(n));
  const { user, system } = process.cpuUsage(before);
  console.log(
    `keystroke to findings and neighbours, ${pairs} pairs: ${percentiles(times)} (target p95 60 ms); ` +
      `${((user + system) / 1000 / KEYSTROKES).toFixed(1)} ms of processor time each`,
  );
  const start = performance.now();
  typed[0] = 'a single caption that changed';
  await live.captionsChanged(FILE, jsonl(typed));
  live.findings();
  console.log(
    `re-audit after one caption changed: ${(performance.now() - start).toFixed(0)} ms (target 1000 ms)`,
  );
  const searches: number[] = [];
  for (let n = 0; n < 50; n++) {
    const from = performance.now();
    await live.searchText(`${WORDS.who.split('|')[n % 16] ?? ''} number ${n}`, 'images', 20);
    searches.push(performance.now() - from);
  }
  console.log(`images for a new text: ${percentiles(searches)}`);
  const during: number[] = [];
  const refreshing = live.refresh([ROOT], {});
  for (let n = 0; n < KEYSTROKES && live.status.state !== 'ready'; n++) {
    during.push(await keystroke(n));
  }
  await refreshing;
  console.log(`keystroke while the dataset is audited anew: ${percentiles(during)}`);
  await live.close();
  await encoders.close();
}
