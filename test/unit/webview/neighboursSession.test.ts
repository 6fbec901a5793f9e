import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import type { Neighbours, PairItem } from '../../../src/protocol/shapes.ts';
import { NeighboursSession } from '../../../webview/neighbours/neighboursSession.ts';
import type { Answers } from '../../support/scriptedHost.ts';
import { tourAnswers, tourNeighbours, tourPair } from '../../support/tourPages.ts';
import { fakeHost, settle } from '../../support/webviewHost.ts';

async function started(answers: Answers = {}, state?: unknown) {
  const fake = fakeHost({ ...tourAnswers(), ...answers }, state);
  const session = new NeighboursSession(fake.host);
  await session.start();
  await settle();
  return { ...fake, session };
}

const target = (image: string) => ({ kind: 'pair' as const, pair: tourPair(image, 0).pair });

describe('neighbours session', () => {
  test('says ready first, and has nothing to show before the host names a target', async () => {
    const { session, scripted } = await started();
    assert.equal(scripted.calls[0]?.method, 'ready');
    assert.equal(session.store.state.focus, 'none');
    assert.equal(scripted.callsOf('neighbours').length, 0);
  });

  test('while one types, the newest answer wins and the older question is cancelled', async () => {
    const waiting: { image: string; answer: (neighbours: Neighbours) => void }[] = [];
    const { session, scripted } = await started({
      neighbours: (params: never) => {
        const asked = params as { target: { pair: PairItem['pair'] } };
        return new Promise<Neighbours>((resolve) => {
          waiting.push({ image: asked.target.pair.image, answer: resolve });
        });
      },
    });
    scripted.emit({ event: 'target', target: target('creek.jpg') });
    await settle();
    scripted.emit({ event: 'target', target: target('fig.jpg') });
    await settle();
    waiting[1]?.answer(tourNeighbours(tourPair('fig.jpg', 0.9)));
    await settle();
    waiting[0]?.answer(tourNeighbours(tourPair('creek.jpg', 0.9)));
    await settle();
    assert.equal(session.store.state.shown?.focus.pair.image, 'fig.jpg');
    assert.deepEqual(
      scripted.callsOf('neighbours').map(({ cancelled }) => cancelled),
      [true, false],
    );
  });

  test('keeps the last answer in view until the next one is there', async () => {
    const { session, scripted } = await started();
    scripted.emit({ event: 'target', target: target('creek.jpg') });
    await settle();
    scripted.answer('neighbours', () => new Promise(() => undefined));
    scripted.emit({ event: 'changed', findings: false, uris: [] });
    await settle();
    assert.equal(session.store.state.focus, 'loading');
    assert.equal(session.store.state.shown?.focus.pair.image, 'creek.jpg');
  });

  test('a file outside of every dataset is a state of its own', async () => {
    const { session, scripted } = await started({ neighbours: () => null });
    scripted.emit({ event: 'target', target: { kind: 'image', uri: 'file:///x.jpg' } });
    await settle();
    assert.equal(session.store.state.focus, 'unknown');
    scripted.emit({ event: 'target', target: null });
    await settle();
    assert.equal(session.store.state.focus, 'none');
  });

  test('uses a caption on the pair in focus; an image without one gets a caption file', async () => {
    const { session, scripted } = await started();
    const entry = tourNeighbours().captions[1]!;
    scripted.emit({ event: 'target', target: target('creek.jpg') });
    await settle();
    await session.useCaption(entry);
    assert.deepEqual(scripted.callsOf('setCaption')[0]?.params, {
      pair: tourPair('creek.jpg', 0).pair,
      caption: entry.item.caption,
      preview: true,
    });
    const { notice } = session.store.state;
    assert.equal(notice?.text, 'Caption of creek.jpg replaced.');
    assert.ok(notice.undo === true && notice.show !== undefined);
    session.dismissNotice();
    scripted.answer('setCaption', () => ({ discarded: true }));
    await session.useCaption(entry);
    assert.equal(session.store.state.notice, null, 'nothing was written, nothing is said');
    const bare = tourPair('mountain_trail.jpg', undefined, '');
    scripted.answer('neighbours', () => tourNeighbours(bare));
    scripted.emit({ event: 'target', target: { kind: 'image', uri: bare.imageUri } });
    await settle();
    await session.useCaption(entry);
    assert.deepEqual(scripted.callsOf('createCaption')[0]?.params, {
      imageUri: bare.imageUri,
      caption: entry.item.caption,
    });
  });

  test('searches once the person pauses, and an emptied box brings the sections back', async () => {
    const { session, scripted } = await started();
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      for (const text of ['d', 'do', 'dog ']) session.searchText(text);
      mock.timers.tick(150);
      await settle();
      assert.deepEqual(
        scripted.callsOf('search').map(({ params }) => params),
        [{ query: { kind: 'text', text: 'dog' }, want: 'images', k: 50 }],
      );
      assert.equal(session.store.state.hits?.length, 4);
      session.searchText('  ');
      assert.equal(session.store.state.search, null);
      assert.equal(session.store.state.hits, null);
    } finally {
      mock.timers.reset();
    }
  });

  test('an image asks for captions', async () => {
    const { session, scripted } = await started();
    session.searchImage('photo.jpg', { base64: 'AAAA' });
    await settle();
    assert.deepEqual(scripted.callsOf('search')[0]?.params, {
      query: { kind: 'bytes', base64: 'AAAA' },
      want: 'captions',
      k: 50,
    });
  });

  test('shows again what was shown before the page was hidden', async () => {
    const first = await started();
    first.scripted.emit({ event: 'target', target: target('creek.jpg') });
    await settle();
    first.session.store.dispatch({ type: 'toggle', section: 'images' });
    first.session.scrolled(123);
    const second = await started({}, first.saved());
    assert.equal(second.session.store.state.shown?.focus.pair.image, 'creek.jpg');
    assert.deepEqual(second.session.store.state.expanded, ['captions', 'lookAlikes', 'images']);
    assert.equal(second.session.remembered.scrollTop, 123);
  });

  test('a remembered state of another version is no reason to fail', async () => {
    const { session } = await started({}, { target: { kind: 'else' }, expanded: 'all', text: 7 });
    assert.equal(session.store.state.target, null);
    assert.deepEqual(session.store.state.expanded, ['captions', 'lookAlikes']);
  });

  test('a failing host is an error in words with its remedy', async () => {
    const { session, scripted } = await started({
      neighbours: () => {
        throw new Error('The index is damaged.');
      },
    });
    scripted.emit({ event: 'target', target: target('creek.jpg') });
    await settle();
    assert.equal(session.store.state.failure?.message, 'The index is damaged.');
    assert.equal(session.store.state.failure.remedy, 'Show the log.');
  });
});
