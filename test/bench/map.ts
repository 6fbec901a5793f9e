import { onnxInnerProducts } from '../../src/adapters/onnxInnerProducts.ts';
import { type Matrix, matrix } from '../../src/core/matching/matrix.ts';
import { selfNeighbours } from '../../src/core/matching/neighbourLists.ts';
import { projectRows } from '../../src/core/projection/projectRows.ts';
import { normaliseRows } from '../support/goldenVectors.ts';
import { mapAnswers, someMap } from '../support/mapPages.ts';
import { randomRows, seeded } from '../support/randomVectors.ts';
import { ScriptedHost } from '../support/scriptedHost.ts';
import { openHarness } from '../support/webviewHarness.ts';
import { reportTimes } from './times.ts';

const DIMENSIONS = 384;
const SUBJECTS = 200;
/** As in src/core/audit/pairScorer.ts. */
const LISTED = 42;
const MOVES = 120;

/** Rows around subjects, as the pictures of a dataset are. */
function subjects(n: number): Matrix {
  const random = seeded(3);
  const middles = randomRows(SUBJECTS, DIMENSIONS, random);
  const rows = matrix(n, DIMENSIONS);
  for (let at = 0; at < rows.data.length; at++) {
    const subject = Math.floor(at / DIMENSIONS) % SUBJECTS;
    rows.data[at] = middles.data[subject * DIMENSIONS + (at % DIMENSIONS)]! + (random() - 0.5) / 10;
  }
  return normaliseRows(rows);
}

/** Laying out n pairs, whose neighbours are known from the audit; and frames of the page in Chromium while the map of n is moved. */
export async function benchMap(
  n = Number(process.env['PAIRLENS_BENCH_ITEMS'] ?? 50_000),
): Promise<void> {
  const space = subjects(n);
  const lists = await selfNeighbours(space, { k: LISTED, innerProducts: onnxInnerProducts() });
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  const steps: number[] = [];
  const used = process.cpuUsage();
  const start = performance.now();
  const project = projectRows({ space, lists }, rows);
  for (let done = false; !done;) {
    const step = performance.now();
    done = project.next().done === true;
    steps.push(performance.now() - step);
  }
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  console.log(
    `  ${n} pairs laid out in ${seconds.toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s of the processor)`,
  );
  reportTimes('a step of it', steps);
  reportTimes(`a frame of ${n} points`, await frames(n));
}

/** Times between the frames of the page while a drag moves the map, in milliseconds. */
async function frames(n: number): Promise<readonly number[]> {
  const harness = await openHarness();
  try {
    const host = new ScriptedHost(mapAnswers(someMap(n)));
    const { page } = await harness.open({ name: 'map', host });
    await page.getByRole('list', { name: 'Legend' }).waitFor();
    const box = await page.getByRole('application').boundingBox();
    if (box === null) throw new Error('The map is not shown.');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 10, y);
    await page.evaluate(`globalThis.frameTimes = []; (() => {
      let last = performance.now();
      const tick = () => {
        const now = performance.now();
        frameTimes.push(now - last);
        last = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    })()`);
    for (let move = 0; move < MOVES; move++) await page.mouse.move(x + 10 + move, y + move / 2);
    return await page.evaluate<number[]>('frameTimes.slice(1)');
  } finally {
    await harness.close();
  }
}
