import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { FileChangeType } from 'vscode-languageserver/node';
import { uriOf } from '../support/lspClient.ts';
import { parquetOf } from '../support/parquetWriter.ts';
import { photo } from '../support/photos.ts';
import { ServerPlace } from '../support/serverPlace.ts';
import { tarOf } from '../support/tarWriter.ts';

const PAIRS = 6;
const key = (i: number) => String(i).padStart(6, '0');
const caption = (i: number) => `coloured discs, number ${i}`;

/** As the server writes it. */
function memberUri(file: string): string {
  return `pairlens:${uriOf(file).slice('file://'.length)}`;
}

async function pictures(): Promise<Buffer[]> {
  return Promise.all(Array.from({ length: PAIRS }, (_, i) => photo(i).jpeg().toBuffer()));
}

/** Two pairs share a picture, so that there is a finding with fixes that would edit. */
async function writeTar(folder: string): Promise<void> {
  const all = await pictures();
  const members = all.flatMap((bytes, i) => [
    { name: `${key(i)}.jpg`, bytes: i === 1 ? (all[0] ?? bytes) : bytes },
    { name: `${key(i)}.txt`, bytes: i === 5 ? '' : caption(i) },
  ]);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, '00000.tar'), tarOf(members));
}

describe('archives in an editor', { timeout: 240_000 }, () => {
  const place = new ServerPlace();
  const { file, start } = place;

  test('an editor that opens their files gets findings, text and picture of each, and no edits', async () => {
    await writeTar(place.folder);
    const client = await start({ initializationOptions: { opensMembers: true } });
    await client.ready();
    const text = memberUri(file('00000.tar/000002.txt'));
    const { findings } = await client.request('findings', {});
    const empty = findings.find(({ code }) => code === 'empty-caption');
    assert.equal(empty?.uri, text.replace('000002', '000005'));
    assert.deepEqual(empty.fixes, []);
    const double = findings.find(({ code }) => code === 'exact-duplicate');
    assert.ok(double !== undefined);
    for (const { fixes } of findings) {
      for (const { kind } of fixes) assert.ok(['mark-verified', 'exclude-pair'].includes(kind));
    }
    await client.until(
      () =>
        client.diagnostics
          .get(empty.uri)
          ?.diagnostics.some(({ code }) => code === 'empty-caption') === true,
      'the diagnostic of the member',
    );
    const member = await client.request('member', { uri: text });
    assert.equal(Buffer.from(member?.base64 ?? '', 'base64').toString(), caption(2));
    const picture = text.replace('.txt', '.jpg');
    assert.ok((await client.request('thumbnail', { uri: picture, size: 64 })) !== null);
    const near = await client.request('neighbours', {
      target: { kind: 'image', uri: picture },
      k: 3,
    });
    assert.equal(near?.focus.caption, caption(2));
    assert.equal(near.focus.readOnly, 'archive');
    await assert.rejects(
      client.request('captionEdit', { pair: near.focus.pair, caption: 'x' }),
      /inside an archive/,
    );
    await client.request('decide', { pair: near.focus.pair, decision: 'verified' });
    assert.match(
      await readFile(file('.pairlens/decisions.jsonl'), 'utf8'),
      /00000\.tar\/000002\.jpg/,
    );
    // Only what belongs to a dataset is handed out.
    for (const other of [
      '00000.tar/none.txt',
      '../secret.tar/a.txt',
      '.pairlens/decisions.jsonl',
    ]) {
      assert.equal(await client.request('member', { uri: uriOf(file(other)) }), null);
    }
  });

  test('for any other editor the findings are on the archive, with the name of the file in it', async () => {
    await writeTar(place.folder);
    const client = await start();
    await client.ready();
    const archive = file('00000.tar');
    await client.until(() => client.codes(archive).includes('empty-caption'), 'the diagnostic');
    const empty = client.of(archive).find(({ code }) => code === 'empty-caption');
    assert.match(JSON.stringify(empty?.message), /000005\.txt/);
    assert.equal(empty?.range.start.line, 0);
  });

  test('a parquet file is shown as its rows, and read again when it changes', async () => {
    const all = await pictures();
    const table = (captions: readonly string[]) =>
      parquetOf({
        pictures: { image: all.map((bytes) => ({ bytes, path: null })) },
        texts: { text: captions },
      });
    await mkdir(place.folder, { recursive: true });
    const archive = file('train.parquet');
    await writeFile(archive, table(all.map((_, i) => caption(i))));
    const client = await start({ initializationOptions: { opensMembers: true } });
    await client.ready();
    const uri = memberUri(archive);
    const rows = await client.request('member', { uri });
    const [, second] = Buffer.from(rows?.base64 ?? '', 'base64')
      .toString()
      .split('\n');
    assert.deepEqual(JSON.parse(second ?? ''), {
      image: 'train.parquet/000001.jpg',
      text: caption(1),
    });
    await writeFile(archive, table(all.map((_, i) => (i === 3 ? '' : caption(i)))));
    await client.watched({ uri: uriOf(archive), type: FileChangeType.Changed });
    await client.until(
      () =>
        client.diagnostics.get(uri)?.diagnostics.some(({ code }) => code === 'empty-caption') ===
        true,
      'the finding of the new file',
    );
    const found = client.diagnostics.get(uri)?.diagnostics ?? [];
    const empty = found.find(({ code }) => code === 'empty-caption');
    assert.equal(empty?.range.start.line, 3);
  });
});
