import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { nodeHasher } from '../../src/adapters/nodeHasher.ts';
import { decisionKey } from '../../src/core/dataset/decisions.ts';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';

const TOUR = path.resolve(import.meta.dirname, '../../samples/tour');

describe('pairlens decisions', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let file: string;
  const lines = async () => (await readFile(file, 'utf8')).trim().split('\n');

  before(async () => {
    folder = await temporaryFolder();
    await cp(TOUR, folder.path, { recursive: true });
    file = path.join(folder.path, '.pairlens/decisions.jsonl');
    await mkdir(path.dirname(file), { recursive: true });
    const line = async (image: string, decision: string, caption?: string): Promise<string> => {
      const own = await readFile(
        path.join(folder.path, image.replace(/\.[^.]+$/u, '.txt')),
        'utf8',
      );
      const said = caption ?? own.trim();
      const bytes = await readFile(path.join(folder.path, image));
      const key = decisionKey(nodeHasher.hash(bytes), said, (text) => nodeHasher.hash(text));
      return JSON.stringify({ key, decision, image, caption: said });
    };
    const all = [
      await line('animals/koala.jpg', 'verified'),
      await line('creek.jpg', 'excluded'),
      await line('dahlia.jpg', 'verified', 'what it said before'),
      '# a note',
    ];
    await writeFile(file, `${all.join('\n')}\n`);
  });
  after(() => folder.remove());

  test('lists what was decided, and what has lapsed', async () => {
    const { status, stdout } = await pairlens(['decisions', folder.path]);
    assert.equal(status, 0);
    const [koala, creek, dahlia] = stdout.trim().split('\n');
    assert.match(koala ?? '', /^verified {2}animals\/koala\.jpg {2}"A red double-decker/u);
    assert.match(creek ?? '', /^ignored {2}creek\.jpg {2}".*"$/u);
    assert.match(dahlia ?? '', /what it said before.*lapsed/u);
  });

  test('as JSON', async () => {
    const { stdout } = await pairlens(['decisions', folder.path, '--json']);
    const { decisions } = JSON.parse(stdout) as { decisions: Record<string, unknown>[] };
    assert.deepEqual(
      decisions.map(({ image, decision, applies }) => [image, decision, applies]),
      [
        ['animals/koala.jpg', 'verified', true],
        ['creek.jpg', 'excluded', true],
        ['dahlia.jpg', 'verified', false],
      ],
    );
  });

  test('takes back what was decided of an image, and leaves every other line', async () => {
    const before = await lines();
    const { status, stdout } = await pairlens(['decisions', folder.path, '--undo', 'creek.jpg']);
    assert.equal(status, 0);
    assert.match(stdout, /^ignored {2}creek\.jpg/u);
    assert.deepEqual(await lines(), before.toSpliced(1, 1));
  });

  test('an image that nothing was decided of is named, and nothing is changed', async () => {
    const before = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    const { status, stderr } = await pairlens(['decisions', folder.path, '--undo', 'fig.jpg']);
    assert.equal(status, 2);
    assert.match(stderr, /Nothing was decided of fig\.jpg/u);
    assert.equal(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
      before,
    );
  });
});
