import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  DidChangeConfigurationNotification,
  FileChangeType,
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

describe('a dataset of a known trainer in an editor', () => {
  let place: Workplace;
  let client: LspClient;
  const file = (name: string) => path.join(place.folder, name);
  const overflowing = () => client.of(file('0.txt')).filter(({ code }) => code === OVERFLOW);

  before(async () => {
    place = await workplace();
    await mkdir(place.folder, { recursive: true });
    for (let i = 0; i < 6; i++) {
      await photo(i)
        .jpeg()
        .toFile(file(`${i}.jpg`));
      await writeFile(file(`${i}.txt`), i === 0 ? `${LONG}\n` : `a photo of ${i} hens\n`);
    }
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

  test('follows the text that is typed', async () => {
    const version = await client.change(file('0.txt'), `${READ}\n`);
    await client.published(file('0.txt'), version);
    assert.deepEqual(overflowing(), []);
    await client.change(file('0.txt'), `${LONG}\n`);
    await client.until(() => overflowing().length > 0, 'the overflow again');
  });

  test('follows the setting and the settings of the trainer', async () => {
    const set = async (trainer: string) => {
      client.settings = { trainer };
      await client.connection.sendNotification(DidChangeConfigurationNotification.type, {
        settings: null,
      });
    };
    await set('ai-toolkit');
    await client.until(() => overflowing().length === 0, 'no overflow for another trainer');
    await set('auto');
    await client.until(() => overflowing().length > 0, 'the overflow for the one detected');
    await rm(file('dataset.toml'));
    await client.watched({ uri: uriOf(file('dataset.toml')), type: FileChangeType.Deleted });
    await client.until(() => overflowing().length === 0, 'no overflow without settings');
  });
});
