import assert from 'node:assert/strict';
import { cp, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { FileChangeType } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { FileFixItem } from '../../src/protocol/shapes.ts';
import { pairlens } from '../support/commandLine.ts';
import { tourCopy, type Workplace } from '../support/datasets.ts';
import { fileBytes } from '../support/fileBytes.ts';
import { LspClient } from '../support/lspClient.ts';

const RULES = ['captions-swapped', 'wrong-encoding', 'ambiguous-pair'];

describe('the fixes of several findings', () => {
  let place: Workplace;
  let other: Workplace;
  let client: LspClient;

  before(async () => {
    [place, other] = await Promise.all([tourCopy(), tourCopy()]);
    for (const { folder } of [place, other]) {
      // A caption that stands at another picture, where it does not fit: it is the likely one of its own.
      const caption = path.join(folder, 'frying_pan.txt');
      await cp(caption, path.join(folder, 'baseball.txt'));
      await writeFile(caption, 'A steam train crosses a snowy valley.');
    }
    client = await LspClient.start({ folders: [place.folder], cache: place.cache });
    await client.ready();
    await client.request('idle', {});
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    await place.remove();
    await other.remove();
  });

  const idsOf = async (...rules: string[]): Promise<string[]> =>
    (await client.request('findings', {})).findings
      .filter(({ code }) => rules.includes(code))
      .map(({ id }) => id);

  /** Does what a client does with the answer. */
  async function make(ids: readonly string[], suggestions: boolean) {
    const plan = await client.request('findingFixes', { of: { ids: [...ids] }, suggestions });
    for (const { uri, edits } of plan.edit?.documents ?? []) {
      const file = fileURLToPath(uri);
      const text = TextDocument.create(uri, 'plaintext', 0, await readFile(file, 'utf8'));
      await writeFile(file, TextDocument.applyEdits(text, edits));
      await client.watched({ uri, type: FileChangeType.Changed });
    }
    for (const fix of plan.files) await makeFile(fix);
    return plan;
  }

  async function makeFile(fix: FileFixItem): Promise<void> {
    switch (fix.kind) {
      case 'save-as-utf8': {
        const { uri, encoding } = fix;
        await client.request('saveAsUtf8', { uri, ...(encoding !== undefined && { encoding }) });
        break;
      }
      case 'rename-caption-file':
        await rename(fileURLToPath(fix.from), fileURLToPath(fix.to));
        break;
      case 'separate-images':
        for (const { image, to, caption } of fix.separations) {
          await cp(fileURLToPath(fix.uri), fileURLToPath(caption));
          await rename(fileURLToPath(image), fileURLToPath(to));
        }
    }
  }

  const contents = (folder: string): Promise<Record<string, string>> =>
    fileBytes(folder, { but: '.pairlens' });

  test('are those that pairlens fix --rule makes, byte for byte', async () => {
    const before = await contents(place.folder);
    const ids = await idsOf(...RULES);
    const plan = await make(ids, false);
    assert.deepEqual([...plan.fixed].sort(), [...ids].sort());
    const rules = RULES.flatMap((rule) => ['--rule', rule]);
    const { status } = await pairlens(['fix', other.folder, ...rules, '--write']);
    assert.equal(status, 0);
    const now = await contents(place.folder);
    assert.deepEqual(now, await contents(other.folder));
    assert.notDeepEqual(now, before);
  });

  test('leave wrong captions to a choice, unless the likely ones are asked for', async () => {
    await client.request('idle', {});
    const solar = (await client.request('findings', {})).findings.find(
      ({ code, uri }) => code === 'caption-mismatch' && uri.endsWith('solar_panel.txt'),
    );
    assert.ok(solar?.item);
    const file = path.join(place.folder, 'solar_panel.txt');
    const old = await readFile(file, 'utf8');
    const left = await make(await idsOf('caption-mismatch'), false);
    assert.deepEqual(left.fixed, []);
    assert.ok(left.left > 0);
    assert.equal(left.edit, null);
    assert.equal(await readFile(file, 'utf8'), old);
    // The likely caption is that of another picture which it does not fit, as pairlens fix takes it.
    const { stdout } = await pairlens([
      ...['fix', other.folder, '--rule', 'caption-mismatch', '--suggestions', 'likely'],
      ...['--write'],
    ]);
    const pairs = (await client.request('findings', {})).findings.flatMap(({ code, item }) =>
      code === 'caption-mismatch' && item !== undefined ? [item.pair] : [],
    );
    const likely = await client.request('findingFixes', { of: { pairs }, suggestions: true });
    const changed = (likely.edit?.documents ?? []).map(({ uri }) =>
      path.relative(place.folder, fileURLToPath(uri)),
    );
    assert.deepEqual(changed, ['frying_pan.txt']);
    assert.equal(stdout, 'frying_pan.txt\n');
  });
});
