import os from 'node:os';
import { benchActivation } from './activation.ts';
import { benchAllPairs } from './allPairs.ts';
import { benchFormats } from './formats.ts';
import { benchIndex } from './indexing.ts';
import { benchKeystroke } from './keystroke.ts';
import { benchLive } from './live.ts';
import { benchMap } from './map.ts';
import { benchMatching } from './matching.ts';
import { benchMemory } from './memory.ts';
import { benchResponses } from './responses.ts';
import { benchScale } from './scale.ts';
import { benchStatistics } from './statistics.ts';

// `npm run bench` runs every section, `npm run bench -- index` only those named.
const SECTIONS: Readonly<Record<string, () => Promise<void>>> = {
  index: () => benchIndex(),
  memory: () => benchMemory(),
  formats: () => benchFormats(),
  'all-pairs': () => benchAllPairs(),
  scale: () => benchScale(),
  live: () => benchLive(),
  keystroke: () => benchKeystroke(),
  responses: () => benchResponses(),
  matching: () => benchMatching(),
  map: () => benchMap(),
  statistics: () => benchStatistics(),
  activation: () => benchActivation(),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in SECTIONS));
if (unknown.length > 0) {
  console.error(
    `Unknown section: ${unknown.join(', ')}. Choose from ${Object.keys(SECTIONS).join(', ')}.`,
  );
  process.exit(2);
}
console.log(
  `${os.cpus()[0]?.model ?? 'unknown processor'}, ${os.availableParallelism()} cores, ` +
    `${(os.totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}, load ${(os.loadavg()[0] ?? 0).toFixed(1)}`,
);
for (const [name, section] of Object.entries(SECTIONS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n${name}`);
  await section();
}
