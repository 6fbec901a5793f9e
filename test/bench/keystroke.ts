import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LspClient, uriOf } from '../support/lspClient.ts';
import { seeded } from '../support/randomVectors.ts';
import { imageName, type IndexedFolder, metadataOf, withIndexedFolder } from './indexedFolder.ts';
import { quantile, reportTimes } from './times.ts';

const PAIRS = Number(process.env['PAIRLENS_BENCH_PAIRS'] ?? 10_000);
const KEYSTROKES = Number(process.env['PAIRLENS_BENCH_KEYSTROKES'] ?? 100);
/** The server waits so long for the next keystroke before it judges. */
const DEBOUNCE_MS = 150;
const BUDGET_MS = 60;

/**
 * From a keystroke to the new diagnostics and neighbours, through a real LSP client over stdio, with 10,000 indexed
 * pairs: in one metadata.jsonl, as a text file beside each image, in one COCO file.
 */
export async function benchKeystroke(pairs = PAIRS): Promise<void> {
  await withIndexedFolder(pairs, async (folder) => {
    const { images, captions } = folder;
    const table = path.join(images, 'metadata.jsonl');
    await writeFile(table, metadataOf(captions));
    await measure('one metadata.jsonl', folder, () => table);
    await rm(table);
    const coco = path.join(images, 'captions.json');
    await writeFile(coco, cocoOf(captions));
    await measure('one COCO file', folder, () => coco);
    await rm(coco);
    const sidecar = (i: number) => path.join(images, imageName(i, 'txt'));
    for (const [i, text] of captions.entries()) await writeFile(sidecar(i), `${text}\n`);
    await measure('a .txt beside each image', folder, sidecar);
    for (const i of captions.keys()) await rm(sidecar(i));
  });
}

async function measure(
  title: string,
  { images, cache, captions }: IndexedFolder,
  fileOf: (pair: number) => string,
): Promise<void> {
  const only = process.env['PAIRLENS_BENCH_ONLY'];
  if (only !== undefined && !title.includes(only)) return;
  const pairs = captions.length;
  const started = performance.now();
  const client = await LspClient.start({ folders: [images], cache });
  await client.ready(3600);
  const indexed = (performance.now() - started) / 1000;
  const random = seeded(7);
  const run = Date.now().toString(36);
  const diagnostics: number[] = [];
  const both: number[] = [];
  const waited: number[] = [];
  const cpuBefore = await cpuMs(client.process.pid);
  for (let n = 0; n < KEYSTROKES; n++) {
    const pair = Math.floor(random() * pairs);
    const file = fileOf(pair);
    const uri = uriOf(file);
    if (!client.documents.has(uri)) {
      await client.open(file, await readFile(file, 'utf8'));
      await client.published(file, 1);
    }
    const text = client.text(file);
    const at = text.indexOf(captions[pair] ?? '') + 2;
    const line = text.slice(0, at).split('\n').length - 1;
    const character = at - (text.lastIndexOf('\n', at - 1) + 1);
    const position = { line, character };
    const typed = performance.now();
    // New words each run: the encoder must read them even where the cache is an earlier run's.
    const word = n % 2 === 0 ? `small ${run}${n} ` : `${run}${n}`;
    const version = await client.change(file, [
      { range: { start: position, end: position }, text: word },
    ]);
    await client.published(file, version);
    const published = performance.now();
    const found = await client.request('neighbours', {
      target: { kind: 'caption', uri, position },
    });
    const done = performance.now();
    if (found === null) throw new Error('no neighbours');
    diagnostics.push(published - typed - DEBOUNCE_MS);
    both.push(done - typed - DEBOUNCE_MS);
    waited.push(done - published);
    // What was typed is taken back, as an editor's undo does: the next keystroke starts from the same dataset.
    const end = { line, character: character + word.length };
    const undone = await client.change(file, [{ range: { start: position, end }, text: '' }]);
    await client.published(file, undone);
  }
  const cpu = ((await cpuMs(client.process.pid)) - cpuBefore) / (2 * KEYSTROKES);
  await client.stop();
  console.log(`${title}: ${pairs} pairs, ready after ${indexed.toFixed(0)} s`);
  reportTimes('to new diagnostics', diagnostics);
  reportTimes('neighbours after that', waited);
  reportTimes('to diagnostics and neighbours', both);
  const p95 = quantile(both, 0.95);
  console.log(`  processor time of the server a keystroke: ${cpu.toFixed(0)} ms`);
  console.log(`  budget ${BUDGET_MS} ms: ${p95 <= BUDGET_MS ? 'kept' : 'NOT kept'}`);
}

/** Processor time of a process so far; NaN where the system does not tell. Unlike latency it bears other work. */
async function cpuMs(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid ?? 0}/stat`, 'utf8').catch(() => '');
  const [, after = ''] = stat.split(') ');
  const fields = after.split(' ').map(Number);
  // utime and stime in hundredths of a second, proc(5).
  return 10 * ((fields[11] ?? NaN) + (fields[12] ?? NaN));
}

/** As the COCO captions are written, but for what it says of licences: 10,000 captions make 3 MB. */
function cocoOf(captions: readonly string[]): string {
  const images = captions.map((_, i) => ({
    license: 3,
    file_name: imageName(i, 'jpg'),
    coco_url: `http://images.cocodataset.org/train2017/${imageName(i, 'jpg')}`,
    height: 48,
    width: 64,
    date_captured: '2013-11-14 11:18:45',
    flickr_url: 'http://farm9.staticflickr.com/8186/8119368305_4e622c8349_z.jpg',
    id: i,
  }));
  const annotations = captions.map((caption, i) => ({ image_id: i, id: i, caption }));
  return JSON.stringify({ images, annotations });
}
