import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Thumbnail } from '../../../src/protocol/shapes.ts';
import { Thumbnails } from '../../../webview/shared/thumbnails.ts';
import { fakeHost, settle } from '../../support/webviewHost.ts';

const IMAGE: Thumbnail = { dataUri: 'data:image/jpeg;base64,AA==', width: 4, height: 3 };

describe('thumbnails', () => {
  test('asks once for the same picture and size, and again for another size', async () => {
    const { host, scripted } = fakeHost({ thumbnail: () => IMAGE });
    const thumbnails = new Thumbnails(host.rpc);
    await Promise.all([thumbnails.get('file:///a.jpg', 96), thumbnails.get('file:///a.jpg', 96)]);
    await thumbnails.get('file:///a.jpg', 1280);
    assert.equal(scripted.callsOf('thumbnail').length, 2);
  });

  test('asks for six at a time, the newest first', async () => {
    const open: (() => void)[] = [];
    const order: string[] = [];
    const { host } = fakeHost({
      thumbnail: ({ uri }: { uri: string }) => {
        order.push(uri);
        return new Promise((resolve) =>
          open.push(() => {
            resolve(IMAGE);
          }),
        );
      },
    });
    const thumbnails = new Thumbnails(host.rpc);
    for (let i = 0; i < 10; i++) void thumbnails.get(`file:///${i}.jpg`, 96);
    await settle();
    assert.equal(order.length, 6);
    open[0]?.();
    await settle();
    assert.deepEqual(order.slice(6), ['file:///9.jpg']);
  });

  test('a picture that cannot be had is null, and is asked for again later', async () => {
    let broken = true;
    const { host } = fakeHost({
      thumbnail: () => {
        if (broken) throw new Error('gone');
        return IMAGE;
      },
    });
    const thumbnails = new Thumbnails(host.rpc);
    assert.equal(await thumbnails.get('file:///a.jpg', 96), null);
    broken = false;
    assert.deepEqual(await thumbnails.get('file:///a.jpg', 96), IMAGE);
  });

  test('forgets the pictures that changed and no others', async () => {
    const { host, scripted } = fakeHost({ thumbnail: () => IMAGE });
    const thumbnails = new Thumbnails(host.rpc);
    await thumbnails.get('file:///a.jpg', 96);
    await thumbnails.get('file:///b.jpg', 96);
    const before = thumbnails.generation;
    thumbnails.forget(['file:///elsewhere.txt']);
    assert.equal(thumbnails.generation, before);
    thumbnails.forget(['file:///a.jpg']);
    assert.ok(thumbnails.generation > before);
    await thumbnails.get('file:///a.jpg', 96);
    await thumbnails.get('file:///b.jpg', 96);
    assert.equal(scripted.callsOf('thumbnail').length, 3);
  });
});
