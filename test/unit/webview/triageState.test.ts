import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  draftOf,
  initialState,
  isDirty,
  openFindings,
  parseRemembered,
  ruleCounts,
  toRemembered,
  type TriageAction,
  type TriageState,
} from '../../../webview/review/triageState.ts';
import { tally } from '../../../webview/review/resolutions.ts';
import { reduceTriage } from '../../../webview/review/triageReducer.ts';
import { mismatch } from '../../support/tourPages.ts';

const finding = (name: string, code = 'caption-mismatch') => ({
  ...mismatch(`${name}.jpg`, 0.1, []),
  id: name,
  code,
});
const FIVE = ['a', 'b', 'c', 'd', 'e'].map((name) => finding(name));

function run(actions: readonly TriageAction[], from?: TriageState): TriageState {
  return actions.reduce(reduceTriage, from ?? initialState(parseRemembered(undefined)));
}
const listed = (findings = FIVE): TriageAction => ({ type: 'findings', findings });
const next: TriageAction = { type: 'move', by: 1, took: 1000 };
const back: TriageAction = { type: 'move', by: -1 };
const fixed = (id: string, caption?: string): TriageAction => ({
  type: 'resolve',
  resolved: { id, outcome: 'fixed', caption },
  took: 1000,
});

describe('triage state', () => {
  test('begins with the worst and walks forth and back, never beyond the ends', () => {
    let state = run([listed()]);
    assert.equal(state.current?.id, 'a');
    state = run([back, back, next, next], state);
    assert.equal(state.current?.id, 'c');
    state = run([next, next, next, next, next], state);
    assert.equal(state.current, null);
    assert.equal(run([back], state).current?.id, 'e');
    assert.equal(run([{ type: 'restart' }], state).current?.id, 'a');
  });

  test('wrong captions come first, whatever the levels of other rules', () => {
    const missing = finding('missing', 'missing-image');
    const wrong = { ...finding('wrong'), wrongCaption: true as const };
    const swapped = { ...finding('swapped', 'captions-swapped'), wrongCaption: true as const };
    const state = run([listed([missing, wrong, ...FIVE.slice(0, 1), swapped])]);
    assert.deepEqual(
      openFindings(state).map(({ id }) => id),
      ['wrong', 'swapped', 'missing', 'a'],
    );
    assert.equal(state.current?.id, 'wrong');
  });

  test('a finding dealt with gives way to the next one, before the server has dropped it', () => {
    const state = run([listed(), next, fixed('b'), listed()]);
    assert.equal(state.current?.id, 'c');
    assert.deepEqual(
      openFindings(state).map(({ id }) => id),
      ['a', 'c', 'd', 'e'],
    );
    assert.deepEqual(tally(state.history), { fixed: 1, verified: 0, ignored: 0, excluded: 0 });
  });

  test('a finding that is still there with its new caption was no fix and comes back', () => {
    const again = FIVE.map((one) =>
      one.id === 'b' && one.item !== undefined
        ? { ...one, item: { ...one.item, caption: 'A new caption.' } }
        : one,
    );
    const state = run([listed(), next, fixed('b', 'A new caption.'), listed(), listed(again)]);
    assert.ok(openFindings(state).some(({ id }) => id === 'b'));
    assert.equal(state.current?.id, 'c');
  });

  test('a finding that vanishes by itself goes on to the next', () => {
    const state = run([listed(), next, next, listed(FIVE.filter(({ id }) => id !== 'c'))]);
    assert.equal(state.current?.id, 'd');
    assert.equal(state.index, 2);
  });

  test('keeps the place when findings before it come and go', () => {
    let state = run([listed(), next, next]);
    state = run([listed([finding('new'), ...FIVE])], state);
    assert.deepEqual([state.current?.id, state.index], ['c', 3]);
    state = run([listed(FIVE.slice(2))], state);
    assert.deepEqual([state.current?.id, state.index], ['c', 0]);
  });

  test('does not take a caption away from under the person who types it', () => {
    let state = run([listed(), next, { type: 'draft', id: 'b', text: 'half a sent' }]);
    state = run([listed(FIVE.filter(({ id }) => id !== 'b'))], state);
    assert.equal(state.gone, true);
    assert.equal(draftOf(state), 'half a sent');
    assert.equal(run([next], state).current?.id, 'c');
  });

  test('keeps what was typed when one looks at another finding in between', () => {
    const state = run([listed(), { type: 'draft', id: 'a', text: 'typed' }, next, back]);
    assert.equal(draftOf(state), 'typed');
    assert.equal(isDirty(state), true);
    assert.equal(isDirty(run([{ type: 'draft', id: 'a', text: null }], state)), false);
  });

  test('undo takes the last one back into view, as soon as the server knows it again', () => {
    let state = run([listed(), next, fixed('b'), listed(FIVE.filter(({ id }) => id !== 'b'))]);
    state = run([{ type: 'unresolve', step: 'b' }], state);
    assert.equal(state.current?.id, 'c');
    assert.deepEqual(tally(state.history), { fixed: 0, verified: 0, ignored: 0, excluded: 0 });
    state = run([listed()], state);
    assert.equal(state.current?.id, 'b');
  });

  test('filters by rule and says how many there are of each', () => {
    const mixed = [finding('a'), finding('b', 'hard-negative'), finding('c')];
    let state = run([listed(mixed), next, next]);
    assert.deepEqual(
      [...ruleCounts(state)].map(([code, { count }]) => [code, count]),
      [
        ['caption-mismatch', 2],
        ['hard-negative', 1],
      ],
    );
    state = run([{ type: 'rule', rule: 'caption-mismatch' }], state);
    assert.deepEqual([state.current?.id, state.index], ['c', 1]);
    state = run([{ type: 'rule', rule: 'hard-negative' }], state);
    assert.equal(state.current?.id, 'b');
    // Showing a finding the rule hides lifts the rule.
    state = run([{ type: 'show', id: 'a' }], state);
    assert.deepEqual([state.current?.id, state.rule], ['a', null]);
  });

  test('answers about another finding are not shown on this one', () => {
    const state = run([listed(), next, { type: 'neighbours', id: 'a', neighbours: null }]);
    const match = { match: 0.9, evidence: [], neighbours: null as never };
    assert.equal(run([{ type: 'match', id: 'a', match }], state).detail.match, null);
    assert.equal(run([{ type: 'match', id: 'b', match }], state).detail.match?.match, 0.9);
  });

  test('comes back to its place after having been hidden', () => {
    const before = run([
      listed(),
      next,
      fixed('b'),
      next,
      { type: 'draft', id: 'd', text: 'typed' },
    ]);
    const state = run([listed(FIVE.filter(({ id }) => id !== 'b'))], {
      ...initialState(parseRemembered(structuredClone(toRemembered(before)))),
    });
    assert.equal(state.current?.id, 'd');
    assert.equal(draftOf(state), 'typed');
    assert.deepEqual(tally(state.history), { fixed: 1, verified: 0, ignored: 0, excluded: 0 });
    assert.equal(state.pace.length, 3);
  });

  test('takes nonsense for a remembered state as none', () => {
    for (const nonsense of [
      null,
      7,
      'x',
      [],
      { index: -4, history: 'x', drafts: [[1]], pace: {} },
    ]) {
      assert.deepEqual(parseRemembered(nonsense), parseRemembered(undefined));
    }
  });

  test('shows what comes in at an empty list', () => {
    const state = run([listed([]), listed([finding('x')])]);
    assert.equal(state.current?.id, 'x');
  });

  test('10,000 findings are walked through in a moment', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({ ...FIVE[0]!, id: `f${i}` }));
    let state = run([listed(many)]);
    for (let i = 0; i < 100; i++) state = run([next], state);
    assert.equal(state.current?.id, 'f100');
  });
});
