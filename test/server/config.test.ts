import type { WireEdit } from '../../src/protocol/workspaceEdit.ts';
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { CodeActionRequest, FileChangeType } from 'vscode-languageserver/node';
import { readConfigText } from '../../src/core/settings/configText.ts';
import { uriOf } from '../support/lspClient.ts';
import { photo, writeGoodPairs } from '../support/photos.ts';
import { ServerPlace } from '../support/serverPlace.ts';

const CONFIG = 'pairlens.config.json';

describe('the config file in an editor', { timeout: 240_000 }, () => {
  const place = new ServerPlace();
  const { file, start } = place;

  test('applies when it is written, changed and deleted; what is not right is a problem of the file', async () => {
    await writeGoodPairs(place.folder, 4);
    await writeFile(file('broken.jpg'), 'no picture');
    await writeFile(file('broken.txt'), 'a caption');
    const client = await start();
    await client.ready();
    const isReported = (): boolean =>
      [...client.codes(file('broken.txt')), ...client.codes(file('broken.jpg'))].includes(
        'unreadable-image',
      );
    await client.until(isReported, 'the broken picture is reported');
    await writeFile(file(CONFIG), '{\n  "rules": { "unreadable-image": "off" },\n  "trainr": 1\n}');
    await client.watched({ uri: uriOf(file(CONFIG)), type: FileChangeType.Created });
    await client.until(() => !isReported(), 'the rule is off');
    const [problem] = client.of(file(CONFIG));
    assert.equal(problem?.code, 'invalid-config');
    assert.equal(problem.range.start.line, 2);
    await writeFile(file(CONFIG), '{}');
    await client.watched({ uri: uriOf(file(CONFIG)), type: FileChangeType.Changed });
    await client.until(isReported, 'the rule is on again');
    await client.until(() => client.of(file(CONFIG)).length === 0, 'nothing is wrong with it');
  });

  test('keeps the answer to a question, and the table is read with it', async () => {
    await writeGoodPairs(place.folder, 0);
    for (const name of ['a', 'b', 'c']) await writeFile(file(`${name}.jpg`), 'no picture');
    await writeFile(
      file('table.csv'),
      'pic,left,right\na.jpg,a brown dog,two brown dogs\nb.jpg,a grey cat,two grey cats\n',
    );
    const client = await start();
    await client.until(() => client.status?.state === 'no-dataset', 'the folder is looked at');
    const inventory = async () => (await client.request('inventory', {})).folders[0]!;
    const { datasets, questions, unread, folder } = await inventory();
    assert.deepEqual(datasets, []);
    assert.deepEqual(
      unread.map(({ files }) => files),
      [['table.csv']],
    );
    const [question] = questions;
    assert.ok(question?.kind === 'columns');
    assert.deepEqual(
      question.columns.map(({ name, holds, samples }) => [name, holds, samples.length]),
      [
        ['pic', 'images', 2],
        ['left', 'words', 2],
        ['right', 'words', 2],
      ],
    );
    const columns = { 'table.csv': { image: 'pic', caption: 'right' } };
    const edit = await client.request('configEdit', { folder, columns });
    assert.deepEqual(edit.create, [uriOf(file(CONFIG))]);
    assert.deepEqual(readConfigText(newText(edit)).settings, { columns });
    await writeFile(file(CONFIG), newText(edit));
    await client.watched({ uri: uriOf(file(CONFIG)), type: FileChangeType.Created });
    await client.request('idle', {});
    const read = await inventory();
    assert.deepEqual(read.questions, []);
    assert.deepEqual(
      read.datasets.map(({ pairs }) => pairs),
      [2],
    );
    assert.equal(read.configUri, uriOf(file(CONFIG)));
    await assert.rejects(client.request('configEdit', { folder }), /already there/);
  });

  test('asks from the light bulb of a table that was not read, and says why a dataset is empty', async () => {
    await writeGoodPairs(place.folder, 3);
    await mkdir(file('shop'));
    await photo(9).jpeg().toFile(file('shop/a.jpg'));
    await writeFile(file('shop/table.csv'), 'pic,left,right\na.jpg,a brown dog,two brown dogs\n');
    await mkdir(file('chat'));
    await writeFile(
      file('chat/train.jsonl'),
      `${JSON.stringify({ image: 'gone.jpg', caption: 'a red hen on a wall' })}\n`,
    );
    const client = await start();
    await client.ready();
    const table = file('shop/table.csv');
    await client.until(() => client.codes(table).includes('unread-captions'), 'the table');
    const actions = await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri: uriOf(table) },
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
      context: { diagnostics: [...client.of(table)] },
    });
    const { folders } = await client.request('inventory', {});
    const [question] = folders[0]?.questions ?? [];
    assert.equal(question?.file, 'shop/table.csv');
    assert.deepEqual(
      actions?.map((action) => ('kind' in action ? action.command : action)),
      [
        {
          title: 'Choose the column with the captions',
          command: 'pairlens.settle',
          arguments: [{ folder: folders[0]?.folder, question }],
        },
      ],
    );
    const empty = folders[0]?.datasets.find(({ root }) => root === 'chat');
    assert.equal(empty?.pairs, 0);
    assert.match(empty.emptied?.message ?? '', /gone\.jpg/);
  });
});

function newText({ documents }: WireEdit): string {
  return documents[0]?.edits[0]?.newText ?? '';
}
