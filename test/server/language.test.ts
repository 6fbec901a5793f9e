import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { tourCopy, type Workplace } from '../support/datasets.ts';
import { LspClient } from '../support/lspClient.ts';

describe('a client that speaks Chinese', () => {
  let place: Workplace;
  let client: LspClient;

  before(async () => {
    place = await tourCopy();
    client = await LspClient.start({
      folders: [place.folder],
      cache: place.cache,
      initializationOptions: { locale: 'zh-CN' },
    });
    await client.ready();
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    await place.remove();
  });

  test('is told findings, reasons and remedies in Chinese, file names and captions as they are', async () => {
    const wrong = path.join(place.folder, 'solar_panel.txt');
    await client.until(() => client.codes(wrong).length > 0, 'diagnostics');
    const [diagnostic] = client.of(wrong);
    const message = diagnostic?.message;
    assert.ok(typeof message === 'string');
    assert.match(message, /^该描述/);
    const { findings } = await client.request('findings', {});
    assert.ok(findings.length > 3);
    for (const { message, evidence, remedy } of findings) {
      for (const text of [message, ...evidence, ...(remedy === undefined ? [] : [remedy])]) {
        assert.match(text, /\p{Script=Han}/u, text);
      }
    }
  });
});
