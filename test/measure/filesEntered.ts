import { Session } from 'node:inspector/promises';
import { openWorkspace } from '../../src/engine/workspace/openWorkspace.ts';
import { jsonl, jsonlDataset, liveMemory, scenes } from '../support/liveMemory.ts';

const ROOT = '/data/set';
const FILE = `${ROOT}/metadata.jsonl`;
const PAIRS = 120;

/**
 * How many source files and functions of the engine and the core one event enters, by V8's precise coverage: a measure of
 * how far a reader has to follow it. Encoders and files are those of the engine's tests, so that nothing else is counted.
 */
export async function measureFilesEntered(): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const entered = async (event: string, run: () => Promise<unknown>): Promise<void> => {
    // Taking the coverage sets the counters back.
    await session.post('Profiler.takePreciseCoverage');
    await run();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const files = new Map<string, number>();
    for (const { url, functions } of result) {
      const file = /\/src\/((?:core|engine)\/.+\.ts)/.exec(url)?.[1];
      const called = functions.filter(
        ({ functionName, ranges }) => functionName !== '' && ranges[0]!.count > 0,
      );
      if (file !== undefined && called.length > 0) files.set(file, called.length);
    }
    const functions = [...files.values()].reduce((sum, n) => sum + n, 0);
    console.log(
      `${event.padEnd(24)} ${String(files.size).padStart(3)} files  ${String(functions).padStart(4)} functions`,
    );
    if (process.env['PAIRLENS_LIST_FILES'] !== undefined) {
      for (const [file, n] of [...files].sort()) console.log(`    ${file} ${n}`);
    }
  };
  const memory = liveMemory(ROOT, jsonlDataset(PAIRS, []));
  const live = openWorkspace(memory.files, () => Promise.resolve(memory.ports), {
    dataset: {},
  });
  const captions = scenes(PAIRS);
  console.log(`${PAIRS} pairs in one metadata.jsonl, encoders of the tests`);
  await entered('whole audit', () => live.refresh([ROOT], {}));
  captions[7] = 'old boat river lamp';
  await entered('keystroke to findings', async () => {
    await live.captionsChanged(FILE, jsonl(captions));
    live.findings();
  });
  await entered('neighbours of a pair', () =>
    live.neighbours({ root: ROOT, image: '7.jpg', captionIndex: 0 }, 5),
  );
  session.disconnect();
}
