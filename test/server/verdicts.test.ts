import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CodeActionRequest,
  ExecuteCommandRequest,
  FileChangeType,
  type CodeAction,
} from 'vscode-languageserver/node';
import { tourCopy, type Workplace } from '../support/datasets.ts';
import { eventually } from '../support/eventually.ts';
import { LspClient, uriOf } from '../support/lspClient.ts';

const WHOLE = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };

describe('verdicts in an editor', () => {
  let place: Workplace;
  let client: LspClient;

  before(async () => {
    place = await tourCopy();
    client = await LspClient.start({ folders: [place.folder], cache: place.cache });
    await client.ready();
    await client.request('idle', {});
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    await place.remove();
  });

  /** The quick fixes in a file. */
  async function actions(uri: string): Promise<CodeAction[]> {
    const params = { textDocument: { uri }, range: WHOLE, context: { diagnostics: [] } };
    const found = await client.connection.sendRequest(CodeActionRequest.type, params);
    return (found ?? []).filter((each): each is CodeAction => !('arguments' in each));
  }

  test('wherever a verdict is offered it can be taken back at the same place, and everything is as before', async () => {
    const before = (await client.request('findings', {})).findings;
    const waysBack = new Map([
      ['mark-verified', 'Take back that it is verified'],
      ['exclude-pair', 'Take back that it is ignored'],
    ]);
    const given = before.flatMap(({ item, fixes, uri }) =>
      fixes.flatMap(({ kind, title }) => {
        const back = waysBack.get(kind);
        return item === undefined || back === undefined ? [] : [{ item, uri, title, back }];
      }),
    );
    assert.ok(new Set(given.map(({ back }) => back)).size === 2);
    for (const { item, uri, title: verdict, back } of given) {
      const give = (await actions(uri)).find(({ title }) => title === verdict);
      assert.ok(give?.command, `${uri}: ${verdict}`);
      await client.connection.sendRequest(ExecuteCommandRequest.type, give.command);
      const { decisions } = await client.request('decisions', {});
      assert.deepEqual(
        decisions.map((decided) => decided.item.pair),
        [item.pair],
      );
      const takeBack = (await actions(uri)).find(({ title }) => title === back);
      assert.ok(takeBack?.command, `${uri}: ${back}`);
      await client.connection.sendRequest(ExecuteCommandRequest.type, takeBack.command);
      assert.deepEqual((await client.request('decisions', {})).decisions, []);
    }
    await client.request('idle', {});
    const after = (await client.request('findings', {})).findings;
    assert.deepEqual(after.map(({ id }) => id).sort(), before.map(({ id }) => id).sort());
  });

  test('verdicts whose folder is deleted are gone', async () => {
    const { findings } = await client.request('findings', {});
    const pair = findings.find(({ code }) => code === 'caption-mismatch')?.item?.pair;
    assert.ok(pair);
    await client.request('decide', { pair, decision: 'verified' });
    assert.equal((await client.request('decisions', {})).decisions.length, 1);
    const folder = path.join(place.folder, '.pairlens');
    await rm(folder, { recursive: true });
    await client.watched({ uri: uriOf(folder), type: FileChangeType.Deleted });
    await eventually(
      async () => (await client.request('decisions', {})).decisions.length === 0,
      'the verdict is gone',
    );
  });
});
