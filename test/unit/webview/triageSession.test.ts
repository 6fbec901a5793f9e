import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { PairLensError } from '../../../src/core/errors.ts';
import { captionMoves } from '../../../webview/review/captionMoves.ts';
import { possibleCommands } from '../../../webview/review/possible.ts';
import { TriageSession } from '../../../webview/review/triageSession.ts';
import type { tourThumbnail } from '../../support/tourPages.ts';
import { mismatch, tourAnswers, tourFindings, tourPair } from '../../support/tourPages.ts';
import { eventually } from '../../support/eventually.ts';
import { fakeHost, settle } from '../../support/webviewHost.ts';
import type { Answers } from '../../support/scriptedHost.ts';

async function started(answers: Answers = {}, state?: unknown) {
  const fake = fakeHost({ ...tourAnswers(), thumbnail: () => null, ...answers }, state);
  const session = new TriageSession(fake.host);
  await session.start();
  await settle();
  return { ...fake, session };
}

describe('triage session', () => {
  test('applies a suggestion as one edit of that pair and goes on', async () => {
    const { session, scripted } = await started();
    await session.applySuggestion(2);
    assert.deepEqual(
      scripted.callsOf('setCaption').map(({ params }) => params),
      [
        {
          pair: tourPair('animals/koala.jpg', 0).pair,
          caption: 'A brown bear walking through a green field.',
        },
      ],
    );
    assert.equal(session.store.state.current?.code, 'captions-swapped');
    assert.equal(session.store.state.history.at(-1)?.outcome, 'fixed');
  });

  test('says what was done of what is gone from the page, with the way back and to the file', async () => {
    const { session } = await started();
    await session.applySuggestion(1);
    const { notice } = session.store.state;
    assert.equal(notice?.text, 'Caption of koala.jpg replaced.');
    assert.equal(notice.undo, true);
    assert.equal(notice.show?.pair.image, 'animals/koala.jpg');
    session.move(1);
    assert.equal(session.store.state.notice, null);
  });

  test('an example is put into the field, and nothing is written', async () => {
    const { session, scripted } = await started();
    const place = session.suggestions.findIndex(({ grade }) => grade === 'example');
    const example = session.suggestions[place];
    assert.ok(example !== undefined);
    await session.applySuggestion(place + 1);
    assert.equal(scripted.callsOf('setCaption').length, 0);
    assert.equal(session.store.state.drafts.get(session.store.state.current!.id), example.caption);
  });

  test('an empty caption is written as a missing one is, and only keys that do something are shown', async () => {
    const duck = tourPair('animals/duck.jpg', undefined, '');
    const empty = {
      ...tourFindings().find(({ code }) => code === 'missing-caption')!,
      id: 'empty-caption duck',
      code: 'empty-caption',
      uri: duck.captionUri,
      imageUri: duck.imageUri,
    };
    const encoding = { ...empty, id: 'wrong-encoding espresso', code: 'wrong-encoding', fixes: [] };
    const { session, scripted } = await started({
      findings: () => ({ findings: [empty, encoding] }),
    });
    assert.ok(possibleCommands(session).has('edit'));
    assert.ok(!possibleCommands(session).has('verified'), 'there is no pair to decide about');
    session.type('A duck on a lake.');
    await session.apply();
    assert.deepEqual(scripted.callsOf('createCaption')[0]?.params, {
      imageUri: duck.imageUri,
      caption: 'A duck on a lake.',
    });
    assert.equal(session.store.state.current?.code, 'wrong-encoding');
    const possible = possibleCommands(session);
    for (const dead of ['edit', 'apply', 'suggestion', 'swap', 'verified', 'ignore'] as const) {
      assert.ok(!possible.has(dead), dead);
    }
    assert.ok(possible.has('exclude'), 'the image can be moved out of the dataset');
    assert.deepEqual(session.suggestions, []);
  });

  test('exclude moves the image out of the dataset, goes on and can be undone; one not confirmed stays', async () => {
    let excluded = 0;
    const { session, scripted } = await started({ exclude: () => ({ excluded }) });
    const { current } = session.store.state;
    await session.act.exclude();
    assert.equal(session.store.state.current, current);
    excluded = 1;
    await session.act.exclude();
    const asked = { of: { images: [current?.item?.imageUri] } };
    assert.deepEqual(scripted.callsOf('exclude').at(-1)?.params, asked);
    assert.equal(session.store.state.history.at(-1)?.outcome, 'excluded');
    assert.equal(session.store.state.notice?.undo, true);
    assert.notEqual(session.store.state.current, current);
  });

  test('stays and says so when the file has changed meanwhile', async () => {
    const { session } = await started({
      setCaption: () => {
        throw new PairLensError('write-failed', 'koala.txt was changed in the meantime.');
      },
    });
    await session.applySuggestion(1);
    assert.equal(session.store.state.current?.code, 'caption-mismatch');
    assert.equal(session.store.state.history.length, 0);
    assert.match(session.store.state.notice?.text ?? '', /changed in the meantime/u);
    assert.equal(session.store.state.notice?.error, true);
  });

  test('moves the captions of a run back, as one step, and offers the key only there', async () => {
    const items = Array.from({ length: 9 }, (_, i) => tourPair(`run/${i}.jpg`, 0.2, `words ${i}`));
    const [item, ...related] = items;
    const moves = items.map((to, i) => ({ to: to.pair, from: items[(i + 1) % 9]!.pair }));
    const shifted = {
      ...mismatch('run/0.jpg', 0.2, []),
      id: 'shifted',
      code: 'captions-shifted',
      item: item!,
      related,
      fixes: [{ kind: 'move-captions' as const, title: 'Move 9 captions back', moves }],
    };
    const { session, scripted } = await started({
      findings: () => ({ findings: [shifted, ...tourFindings()] }),
      moveCaptions: () => ({}),
    });
    assert.ok(possibleCommands(session).has('fix'));
    assert.deepEqual(
      captionMoves(session.store.state.current).map(({ to, from }) => [
        to.pair.image,
        from.caption,
      ]),
      items.map(({ pair }, i) => [pair.image, `words ${(i + 1) % 9}`]),
    );
    await session.act.fix();
    assert.deepEqual(
      scripted.callsOf('moveCaptions').map(({ params }) => params),
      [{ moves }],
    );
    assert.equal(session.store.state.notice?.text, '9 captions moved.');
    assert.ok(!possibleCommands(session).has('fix'));
  });

  test('swaps with the partner the finding names, and only then', async () => {
    const { session, scripted } = await started();
    await session.act.swap();
    assert.equal(scripted.callsOf('swapCaptions').length, 0);
    session.move(1);
    await session.act.swap();
    assert.deepEqual(scripted.callsOf('swapCaptions')[0]?.params, {
      pair: tourPair('drum_kit.jpg', 0).pair,
      other: tourPair('honey_bee.jpg', 0).pair,
    });
  });

  test('creates a caption where there is none', async () => {
    const { session, scripted } = await started();
    const missing = tourFindings().find(({ code }) => code === 'missing-caption');
    scripted.emit({ event: 'showFinding', id: missing?.id ?? '' });
    await settle();
    session.type('A path in the mountains.');
    await session.apply();
    assert.deepEqual(scripted.callsOf('createCaption')[0]?.params, {
      imageUri: missing?.imageUri,
      caption: 'A path in the mountains.',
    });
  });

  test('asks for the match 150 ms after the last key, once, and shows the newest answer', async () => {
    const { session, scripted } = await started();
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      for (const text of ['A', 'A k', 'A koala in a tree']) {
        session.type(text);
        mock.timers.tick(149);
      }
      assert.equal(scripted.callsOf('match').length, 0);
      assert.equal(session.store.state.detail.matching, true);
      mock.timers.tick(1);
      await settle();
      assert.deepEqual(
        scripted.callsOf('match').map(({ params }) => params),
        [{ pair: tourPair('animals/koala.jpg', 0).pair, caption: 'A koala in a tree' }],
      );
      assert.ok((session.store.state.detail.match?.match ?? 0) > 0.3);
    } finally {
      mock.timers.reset();
    }
  });

  test('cancels a match that is on its way when one types on', async () => {
    const { session, scripted } = await started({
      match: (_params: never, signal: AbortSignal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('cancelled'));
          });
        }),
    });
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      session.type('one');
      mock.timers.tick(150);
      await settle();
      session.type('one two');
      await settle();
      assert.deepEqual(
        scripted.callsOf('match').map(({ cancelled }) => cancelled),
        [true],
      );
    } finally {
      mock.timers.reset();
    }
  });

  test('undo asks the host, and takes back the tally', async () => {
    const { session, scripted } = await started();
    await session.act.decide('verified');
    assert.equal(session.store.state.history.length, 1);
    await session.undo();
    await settle();
    assert.equal(scripted.callsOf('undo').length, 1);
    assert.equal(session.store.state.history.length, 0);
    assert.equal(session.store.state.current?.item?.pair.image, 'animals/koala.jpg');
  });

  test('undo of nothing changes nothing', async () => {
    const { session } = await started({ undo: () => ({ undone: null }) });
    await session.act.decide('verified');
    await session.undo();
    assert.equal(session.store.state.history.length, 1);
    assert.match(session.store.state.notice?.text ?? '', /Nothing to undo/u);
  });

  test('a failing host is an error in words, not an unhandled rejection', async () => {
    const { session } = await started({
      decide: () => {
        throw new Error('The file is read-only.');
      },
    });
    await session.act.decide('excluded');
    assert.equal(session.store.state.notice?.text, 'The file is read-only. Show the log.');
    assert.equal(session.store.state.history.length, 0);
  });

  test('reads the list again when findings changed', async () => {
    const { session, scripted } = await started();
    scripted.answer('findings', () => ({ findings: [...tourFindings().slice(1)] }));
    scripted.emit({ event: 'changed', findings: true, uris: [] });
    await settle();
    assert.equal(session.store.state.current?.code, 'captions-swapped');
  });

  test('words of a caption being typed are told though findings change in between', async () => {
    const { session, scripted } = await started();
    session.type('a koala asleep in the fork of a tree');
    await eventually(() => scripted.callsOf('words').length === 2, 'the new words are asked for');
    scripted.emit({ event: 'changed', findings: true, uris: ['file:///elsewhere.txt'] });
    await eventually(
      () => session.store.state.detail.groundings.words.length > 0,
      'the places are told',
    );
    assert.equal(
      session.store.state.detail.groundings.caption,
      'a koala asleep in the fork of a tree',
    );
    assert.equal(
      session.store.state.detail.unsupportedWords.caption,
      'a koala asleep in the fork of a tree',
    );
    assert.equal(scripted.callsOf('words').length, 2, 'once for each caption');
    assert.equal(scripted.callsOf('groundings').length, 1, 'not for the one that does not fit');
  });

  test('a match that falls takes the places with it', async () => {
    const findings = (match: number) => [mismatch('animals/koala.jpg', match, [])];
    let match = 0.8;
    const { session, scripted } = await started({
      findings: () => ({ findings: findings(match) }),
    });
    await eventually(
      () => session.store.state.detail.groundings.words.length > 0,
      'the places are told',
    );
    match = 0.1;
    scripted.emit({ event: 'changed', findings: true, uris: ['file:///elsewhere.txt'] });
    await eventually(
      () => session.store.state.detail.groundings.words.length === 0,
      'the places are gone',
    );
    assert.equal(scripted.callsOf('groundings').length, 1);
  });

  test('asks for the next picture before it is needed', async () => {
    const asked: string[] = [];
    await started({
      thumbnail: (params: Parameters<typeof tourThumbnail>[0]) => {
        asked.push(params.uri);
        return null;
      },
    });
    assert.ok(asked.some((uri) => uri.endsWith('drum_kit.jpg')));
  });
});
