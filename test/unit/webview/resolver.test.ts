import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FindingItem } from '../../../src/protocol/shapes.ts';
import { TriageSession } from '../../../webview/review/triageSession.ts';
import {
  openFindings,
  parseRemembered,
  stillReported,
} from '../../../webview/review/triageState.ts';
import { mismatch, tourAnswers, tourPair } from '../../support/tourPages.ts';
import { eventually } from '../../support/eventually.ts';
import { fakeHost, settle } from '../../support/webviewHost.ts';
import type { Answers } from '../../support/scriptedHost.ts';

const named = (name: string, caption = `caption of ${name}`): FindingItem => ({
  ...mismatch(`${name}.jpg`, 0.1, []),
  id: name,
  item: tourPair(`${name}.jpg`, 0.1, caption),
});
const FIVE = ['a', 'b', 'c', 'd', 'e'].map((name) => named(name));

/** A host that answers `method` only when it is told to, in any way. */
function held(method: 'decide' | 'setCaption' | 'swapCaptions') {
  const waiting: { readonly done: () => void; readonly fail: (why: string) => void }[] = [];
  const answers: Answers = {
    [method]: () =>
      new Promise((resolve, reject) => {
        waiting.push({
          done: () => {
            resolve({});
          },
          fail: (why) => {
            reject(new Error(why));
          },
        });
      }),
  };
  const next = async () => {
    await eventually(() => waiting.length > 0, `${method} is asked for`);
    return waiting.shift()!;
  };
  return { answers, next };
}

async function started(answers: Answers, findings: readonly FindingItem[] = FIVE, state?: unknown) {
  let time = 0;
  const host = fakeHost(
    {
      ...tourAnswers(),
      thumbnail: () => null,
      findings: () => ({ findings }),
      ...answers,
    },
    state,
  );
  const session = new TriageSession(host.host, () => time);
  await session.start();
  await settle();
  return {
    ...host,
    session,
    shown: () => session.store.state.current?.id,
    notice: () => session.store.state.notice,
    pass: (ms: number) => {
      time += ms;
    },
  };
}

describe('findings are resolved while the user goes on', () => {
  test('the next one is shown at once, and what was asked for is done in its turn', async () => {
    const { answers, next } = held('decide');
    const { session, scripted, shown, notice } = await started(answers);
    const decided = ['verified', 'excluded', 'verified'] as const;
    const all = decided.map((decision) => session.act.decide(decision));
    assert.equal(shown(), 'd', 'three keys, three findings, and no answer yet');
    assert.equal(session.store.state.history.length, 3);
    assert.equal(notice(), null, 'nothing is said to be done that is not');
    (await next()).done();
    (await next()).done();
    await settle();
    assert.equal(notice(), null, 'the message of the last one is yet to come');
    (await next()).done();
    await Promise.all(all);
    assert.equal(notice()?.text, 'c.jpg is marked as verified.');
    assert.deepEqual(
      scripted.callsOf('decide').map(({ params }) => {
        const { pair, decision } = params as { pair: { image: string }; decision: string };
        return [pair.image, decision];
      }),
      [
        ['a.jpg', 'verified'],
        ['b.jpg', 'excluded'],
        ['c.jpg', 'verified'],
      ],
    );
  });

  test('a failure brings the user back, with the reason and what was typed', async () => {
    const { answers, next } = held('setCaption');
    const { session, shown, notice } = await started(answers);
    session.type('A new caption.');
    const applied = session.apply();
    assert.equal(shown(), 'b');
    (await next()).fail('The disk is full.');
    await applied;
    assert.equal(shown(), 'a');
    assert.equal(session.store.state.drafts.get('a'), 'A new caption.');
    assert.match(notice()?.text ?? '', /disk is full/u);
    assert.equal(session.store.state.history.length, 0);
    assert.ok(openFindings(session.store.state).some(({ id }) => id === 'a'));
  });

  test('what was typed is there too if the finding is no longer reported', async () => {
    const { answers, next } = held('setCaption');
    const { session, scripted, shown } = await started(answers);
    session.type('A new caption.');
    const applied = session.apply();
    scripted.answer('findings', () => ({ findings: FIVE.slice(1) }));
    scripted.emit({ event: 'changed', findings: true, uris: [] });
    await settle();
    (await next()).fail('The disk is full.');
    await applied;
    assert.deepEqual([shown(), session.store.state.gone], ['a', true]);
    assert.equal(session.store.state.drafts.get('a'), 'A new caption.');
  });

  test('nobody is taken away from what is being typed: the finding that failed comes afterwards', async () => {
    const { answers, next } = held('decide');
    const { session, shown, notice } = await started({ ...answers, setCaption: () => ({}) });
    const decided = session.act.decide('verified');
    session.type('Half a sent');
    (await next()).fail('It cannot be written.');
    await decided;
    assert.equal(shown(), 'b');
    assert.match(notice()?.text ?? '', /^a\.jpg: It cannot be written/u);
    await session.apply();
    assert.equal(shown(), 'a');
    assert.equal(notice()?.text, 'It cannot be written. Show the log.');
  });

  test('nor from a field that has the focus', async () => {
    const { answers, next } = held('decide');
    const { session, shown } = await started(answers);
    const decided = session.act.decide('verified');
    session.store.dispatch({ type: 'editing', editing: true });
    (await next()).fail('It cannot be written.');
    await decided;
    assert.equal(shown(), 'b');
    session.store.dispatch({ type: 'editing', editing: false });
    session.move(1);
    assert.equal(shown(), 'a');
  });

  test('of several that fail the first is shown first, and none is forgotten', async () => {
    const { answers, next } = held('decide');
    const { session, shown, notice } = await started(answers);
    const all = [1, 2, 3].map(() => session.act.decide('verified'));
    for (const why of ['one', 'two', 'three']) (await next()).fail(why);
    await Promise.all(all);
    assert.equal(shown(), 'a');
    assert.equal(openFindings(session.store.state).length, 5);
    session.move(1);
    assert.deepEqual([shown(), notice()?.text], ['b', 'two Show the log.']);
    session.move(1);
    assert.equal(shown(), 'c');
  });

  test('a finding that is no longer reported stays while its caption has the focus', async () => {
    const { session, scripted, shown } = await started({});
    session.store.dispatch({ type: 'editing', editing: true });
    scripted.answer('findings', () => ({ findings: FIVE.slice(1) }));
    scripted.emit({ event: 'changed', findings: true, uris: [] });
    await settle();
    assert.deepEqual([shown(), session.store.state.gone], ['a', true]);
  });

  test('a key that was meant for a finding that has vanished is known as such', async () => {
    const { session, scripted, shown, pass } = await started({});
    pass(1000);
    scripted.answer('findings', () => ({ findings: FIVE.slice(1) }));
    scripted.emit({ event: 'changed', findings: true, uris: [] });
    await settle();
    assert.deepEqual([shown(), session.resolver.surprises], ['b', true]);
    session.move(1);
    assert.equal(session.resolver.surprises, false, 'one that the user went to');
  });

  test('a key that was meant for the finding before is known as such', async () => {
    const { answers, next } = held('decide');
    const { session, pass } = await started(answers);
    const decided = session.act.decide('verified');
    (await next()).fail('no');
    await decided;
    assert.equal(session.resolver.surprises, true);
    pass(1000);
    assert.equal(session.resolver.surprises, false);
  });

  test('undo waits for its turn and takes back what was the newest when it was asked for', async () => {
    const { answers, next } = held('decide');
    const { session, scripted, shown } = await started(answers);
    const first = session.act.decide('verified');
    const undone = session.undo();
    const second = session.act.decide('excluded');
    assert.equal(scripted.callsOf('undo').length, 0);
    (await next()).done();
    await first;
    await undone;
    (await next()).done();
    await second;
    const order = scripted.calls.filter(({ method }) => ['decide', 'undo'].includes(method));
    assert.deepEqual(
      order.map(({ method }) => method),
      ['decide', 'undo', 'decide'],
    );
    assert.deepEqual(
      session.store.state.history.map(({ id, outcome }) => [id, outcome]),
      [['b', 'ignored']],
    );
    assert.ok(openFindings(session.store.state).some(({ id }) => id === 'a'));
    assert.equal(shown(), 'a');
  });

  test('undo of what failed takes nothing older back', async () => {
    const { answers, next } = held('decide');
    const { session, scripted } = await started(answers);
    const first = session.act.decide('verified');
    (await next()).done();
    await first;
    const second = session.act.decide('verified');
    const undone = session.undo();
    (await next()).fail('no');
    await Promise.all([second, undone]);
    assert.equal(scripted.callsOf('undo').length, 0);
    assert.deepEqual(
      session.store.state.history.map(({ id }) => id),
      ['a'],
    );
  });

  test('a change that resolved nothing is taken back alone', async () => {
    const { session } = await started({ decide: () => ({}) });
    await session.act.decide('verified');
    session.store.dispatch({ type: 'changed' });
    await session.undo();
    assert.equal(session.store.state.history.length, 1);
    await session.undo();
    assert.equal(session.store.state.history.length, 0);
  });

  test('what a swap makes untrue is not shown until it is true again', async () => {
    const { answers, next } = held('swapCaptions');
    const partner = tourPair('b.jpg', 0.1, 'caption of b');
    const swapped: FindingItem = {
      ...named('a'),
      code: 'captions-swapped',
      related: [partner],
      fixes: [{ kind: 'swap-captions', title: 'Swap', other: partner.pair }],
    };
    const list = [swapped, ...FIVE.slice(1)];
    const { session, scripted, shown } = await started(answers, list);
    const open = () => openFindings(session.store.state).map(({ id }) => id);
    const done = session.act.swap();
    assert.equal(shown(), 'c', 'b still has the caption from before the swap');
    (await next()).done();
    await done;
    assert.deepEqual(open(), ['c', 'd', 'e']);
    const now = [named('b', 'caption of a'), ...FIVE.slice(2)];
    scripted.answer('findings', () => ({ findings: now }));
    scripted.emit({ event: 'changed', findings: true, uris: [] });
    await settle();
    assert.deepEqual([open(), shown()], [['b', 'c', 'd', 'e'], 'c']);
  });

  test('what was not yet done when the page was left is not remembered as done', async () => {
    const { answers } = held('setCaption');
    const fake = await started(answers);
    const { session } = fake;
    session.type('A new caption.');
    void session.apply();
    const remembered = parseRemembered(fake.saved());
    assert.deepEqual(remembered.history, []);
    assert.deepEqual(remembered.drafts, [['a', 'A new caption.']]);
  });
});

describe('no finding is left out', () => {
  test('one that is reported with its new caption before the answer to the edit is shown again', async () => {
    const { answers, next } = held('setCaption');
    const { session, scripted } = await started(answers);
    session.type('A new caption.');
    const applied = session.apply();
    scripted.answer('findings', () => ({
      findings: [named('a', 'A new caption.'), ...FIVE.slice(1)],
    }));
    scripted.emit({ event: 'changed', findings: true, uris: [] });
    await settle();
    (await next()).done();
    await applied;
    assert.ok(openFindings(session.store.state).some(({ id }) => id === 'a'));
  });

  test('one that was verified with another caption is shown again', async () => {
    const { session, scripted } = await started({ decide: () => ({}) });
    await session.act.decide('verified');
    scripted.answer('findings', () => ({ findings: [named('a', 'other'), ...FIVE.slice(1)] }));
    scripted.emit({ event: 'changed', findings: true, uris: [] });
    await settle();
    assert.ok(openFindings(session.store.state).some(({ id }) => id === 'a'));
  });

  test('one that its fix did not help can be looked at again', async () => {
    const encoding = { ...named('a'), fixes: [{ kind: 'save-as-utf8' as const, title: '' }] };
    const { item, ...file } = encoding;
    assert.ok(item !== undefined, 'what is left is about a file');
    const { session, shown } = await started({ saveAsUtf8: () => ({}) }, [file]);
    await session.act.fix();
    assert.equal(shown(), undefined);
    assert.equal(stillReported(session.store.state).length, 1);
    session.store.dispatch({ type: 'reopen' });
    assert.equal(shown(), 'a');
  });

  test('the list goes on behind a finding that vanishes together with those before it', async () => {
    const { session, scripted, shown } = await started({});
    session.move(1);
    session.move(1);
    assert.equal(shown(), 'c');
    scripted.answer('findings', () => ({ findings: FIVE.slice(3) }));
    scripted.emit({ event: 'changed', findings: true, uris: [] });
    await settle();
    assert.equal(shown(), 'd');
  });
});
