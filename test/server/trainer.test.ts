import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  DidChangeConfigurationNotification,
  FileChangeType,
  HoverRequest,
  InlayHintRequest,
} from 'vscode-languageserver/node';
import { workplace, type Workplace } from '../support/datasets.ts';
import { LspClient, uriOf } from '../support/lspClient.ts';
import { photo } from '../support/photos.ts';

const CONFIG = `[[datasets]]
  [[datasets.subsets]]
  image_dir = "/train/data set (1)"
  caption_extension = ".txt"
`;
const OVERFLOW = 'trainer/token-overflow';
/** 75 tokens, and two more. */
const READ = Array.from({ length: 75 }, () => 'cat').join(' ');
const LONG = `${READ} red hens`;

const TABLE = 'file_name,text\n6.jpg,two cats and dogs\n7.jpg,two cats and dogs in grass\n';

describe('a dataset of a known trainer in an editor', () => {
  let place: Workplace;
  let client: LspClient;
  const file = (name: string) => path.join(place.folder, name);
  const overflowing = () => client.of(file('0.txt')).filter(({ code }) => code === OVERFLOW);

  const set = async (trainer: string) => {
    client.settings = { trainer };
    await client.connection.sendNotification(DidChangeConfigurationNotification.type, {
      settings: null,
    });
  };

  before(async () => {
    place = await workplace();
    await mkdir(place.folder, { recursive: true });
    for (let i = 0; i < 6; i++) {
      await photo(i)
        .jpeg()
        .toFile(file(`${i}.jpg`));
      await writeFile(file(`${i}.txt`), i === 0 ? `${LONG}\n` : `a photo of ${i} hens\n`);
    }
    for (const i of [8, 9]) {
      await photo(i)
        .avif()
        .toFile(file(`${i}.avif`));
      await writeFile(file(`${i}.txt`), i === 9 ? `${LONG}\n` : `a photo of ${i} hens\n`);
    }
    await mkdir(file('table'));
    for (const i of [6, 7]) {
      await photo(i)
        .jpeg()
        .toFile(file(`table/${i}.jpg`));
    }
    await writeFile(file('table/metadata.csv'), TABLE);
    await writeFile(file('dataset.toml'), CONFIG);
    client = await LspClient.start({ folders: [place.folder], cache: place.cache });
    await client.ready();
    await client.until(() => overflowing().length > 0, 'the overflow');
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    await place.remove();
  });

  test('underlines the words that are cut off, and shows the tokens', async () => {
    await client.open(file('0.txt'), `${LONG}\n`);
    const [diagnostic] = overflowing();
    assert.deepEqual(diagnostic?.range, {
      start: { line: 0, character: READ.length + 1 },
      end: { line: 0, character: LONG.length },
    });
    assert.ok(typeof diagnostic.message === 'string');
    assert.match(diagnostic.message, /^2 of 77 tokens are cut off, from “red hens” on\.$/);
    const hints = await client.connection.sendRequest(InlayHintRequest.type, {
      textDocument: { uri: uriOf(file('0.txt')) },
      range: { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } },
    });
    const label = hints?.[0]?.label;
    assert.ok(typeof label === 'string');
    assert.match(label, /77\/75 tokens$/);
  });

  test('what is said of many images has the picture of one, and comes after what is said of a pair', async () => {
    const leftOut = 'trainer/image-extension';
    const { findings } = await client.request('findings', {});
    assert.deepEqual(
      findings.filter(({ code }) => code === leftOut).map(({ imageUri }) => imageUri),
      [uriOf(file('8.avif'))],
    );
    const about = async (name: string) => {
      const target = { kind: 'image' as const, uri: uriOf(file(name)) };
      const neighbours = await client.request('neighbours', { target });
      return neighbours?.findings
        .map(({ code }) => code)
        .filter((code) => code.startsWith('trainer/'));
    };
    assert.deepEqual(await about('8.avif'), [leftOut], 'the first of them');
    assert.deepEqual(await about('9.avif'), [OVERFLOW, leftOut]);
    const { total } = await client.request('browse', {
      query: `rule:${leftOut}`,
      from: 0,
      count: 1,
    });
    assert.equal(total, 2);
  });

  test('a hover tells of the words only where the editor does not', async () => {
    const hoverAt = async (character: number) => {
      const hover = await client.connection.sendRequest(HoverRequest.type, {
        textDocument: { uri: uriOf(file('0.txt')) },
        position: { line: 0, character },
      });
      return JSON.stringify(hover?.contents);
    };
    assert.match(await hoverAt(1), /2 of 77 tokens are cut off/);
    assert.doesNotMatch(await hoverAt(LONG.length - 1), /tokens are cut off/);
  });

  test('follows the text that is typed', async () => {
    const version = await client.change(file('0.txt'), `${READ}\n`);
    await client.published(file('0.txt'), version);
    assert.deepEqual(overflowing(), []);
    await client.change(file('0.txt'), `${LONG}\n`);
    await client.until(() => overflowing().length > 0, 'the overflow again');
  });

  const tokensAt = (name: string, line: number) =>
    client.request('captionTokens', {
      uri: uriOf(file(name)),
      position: { line, character: 3 },
    });

  test('counts the tokens of the caption at the cursor, in files and in rows of tables', async () => {
    const limit = { trainer: 'sd-scripts', most: 75 };
    assert.deepEqual(await tokensAt('0.txt', 0), { count: 77, limit });
    const version = await client.change(file('0.txt'), 'cat cat cat\n');
    await client.published(file('0.txt'), version);
    assert.deepEqual(await tokensAt('0.txt', 0), { count: 3, limit });
    await client.change(file('0.txt'), `${LONG}\n`);
    await client.until(() => overflowing().length > 0, 'the overflow again');

    await client.open(file('table/metadata.csv'), TABLE);
    assert.equal(await tokensAt('table/metadata.csv', 0), null, 'its header has no caption');
    assert.equal((await tokensAt('table/metadata.csv', 1))?.count, 4);
    assert.equal((await tokensAt('table/metadata.csv', 2))?.count, 6);
    assert.equal(await tokensAt('dataset.toml', 0), null);
  });

  test('counts no tokens for a trainer that reads others', async () => {
    await set('ai-toolkit');
    await client.until(() => overflowing().length === 0, 'no overflow for another trainer');
    assert.equal(await tokensAt('0.txt', 0), null);
    await set('none');
    await client.request('idle', {});
    assert.deepEqual(await tokensAt('0.txt', 0), { count: 77 }, 'no limit is known');
    await set('auto');
    await client.until(() => overflowing().length > 0, 'the overflow for the one detected');
  });

  test('follows the setting and the settings of the trainer', async () => {
    await set('ai-toolkit');
    await client.until(() => overflowing().length === 0, 'no overflow for another trainer');
    await set('auto');
    await client.until(() => overflowing().length > 0, 'the overflow for the one detected');
    await rm(file('dataset.toml'));
    await client.watched({ uri: uriOf(file('dataset.toml')), type: FileChangeType.Deleted });
    await client.until(() => overflowing().length === 0, 'no overflow without settings');
  });
});
