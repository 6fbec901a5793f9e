import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { possibleCommands } from '../../../webview/review/possible.ts';
import { TriageSession } from '../../../webview/review/triageSession.ts';
import { tourAnswers, tourFindings } from '../../support/tourPages.ts';
import { fakeHost, settle } from '../../support/webviewHost.ts';
import type { Answers } from '../../support/scriptedHost.ts';

const RULE = 'caption-mismatch';

async function started(answers: Answers = {}) {
  const all = { ...tourAnswers(), thumbnail: () => null, ...answers };
  const fake = fakeHost(all);
  const session = new TriageSession(fake.host);
  await session.start();
  await settle();
  return { ...fake, session };
}

const noticeOf = ({ store }: TriageSession): string => store.state.notice?.text ?? '';

describe('all findings of a rule', () => {
  test('without a chosen rule nothing is done to all', async () => {
    const { session, scripted } = await started();
    assert.ok(!possibleCommands(session).has('verify-all'));
    await session.group.decide('verified');
    await session.group.fix(false);
    await session.group.turnOff();
    assert.equal(scripted.callsOf('decideAll').length, 0);
    assert.equal(scripted.callsOf('fixFindings').length, 0);
    assert.equal(scripted.callsOf('turnRuleOff').length, 0);
  });

  test('are verified in one step, and one undo shows them again', async () => {
    const { session, scripted } = await started({
      decideAll: ({ pairs }: { pairs: unknown[] }) => ({ decided: pairs.length }),
      undo: () => ({ undone: 'Decide on pairs' }),
    });
    const wrong = tourFindings().filter(({ code }) => code === RULE);
    assert.ok(wrong.length > 1);
    session.store.dispatch({ type: 'rule', rule: RULE });
    assert.ok(possibleCommands(session).has('verify-all'));
    await session.group.decide('verified');
    const [call] = scripted.callsOf('decideAll');
    assert.deepEqual(call?.params, {
      pairs: wrong.map(({ item }) => item?.pair),
      decision: 'verified',
    });
    assert.equal(session.store.state.history.length, wrong.length);
    assert.deepEqual(session.group.findings, []);
    await session.undo();
    await settle();
    assert.equal(session.store.state.history.length, 0);
    assert.deepEqual(
      session.group.findings.map(({ id }) => id),
      wrong.map(({ id }) => id),
    );
    assert.equal(session.store.state.current?.id, wrong[0]?.id);
  });

  test('that a fix leaves stay, and what was discarded changes nothing', async () => {
    const likely = {
      kind: 'replace-caption' as const,
      title: '',
      caption: 'A',
      match: 0.9,
      homeless: true,
    };
    const [a, b] = tourFindings()
      .filter(({ code }) => code === RULE)
      .map((finding) => ({ ...finding, fixes: [likely] }));
    assert.ok(a !== undefined && b !== undefined);
    let discarded = true;
    const { session, scripted } = await started({
      findings: () => ({ findings: [a, b] }),
      fixFindings: () => ({
        fixed: discarded ? [] : [a.id],
        left: 0,
        later: discarded ? 0 : 1,
        readOnly: { archive: 0, 'file-name': 0 },
        discarded,
      }),
    });
    session.store.dispatch({ type: 'rule', rule: RULE });
    await session.group.fix(true);
    assert.equal(noticeOf(session), '');
    assert.equal(session.group.findings.length, 2);
    discarded = false;
    await session.group.fix(true);
    assert.deepEqual(scripted.callsOf('fixFindings').at(-1)?.params, {
      of: { ids: [a.id, b.id] },
      suggestions: true,
    });
    assert.deepEqual(
      session.group.findings.map(({ id }) => id),
      [b.id],
    );
    assert.match(noticeOf(session), /^1 finding fixed\. In files .*: 1; fix again\.$/u);
  });

  test('none counts as fixed when some changes were left out of the preview', async () => {
    const { session } = await started({
      fixFindings: () => ({
        fixed: tourFindings().map(({ id }) => id),
        left: 0,
        later: 0,
        readOnly: { archive: 0, 'file-name': 0 },
        discarded: false,
        partly: true,
      }),
    });
    session.store.dispatch({ type: 'rule', rule: 'captions-swapped' });
    const before = session.group.findings.length;
    await session.group.fix(false);
    assert.equal(noticeOf(session), 'Only the ticked changes were made.');
    assert.equal(session.group.findings.length, before);
    assert.ok(before > 0);
  });

  test('a rule that is turned off is no longer the filter', async () => {
    const { session, scripted } = await started({ turnRuleOff: () => ({ discarded: false }) });
    session.store.dispatch({ type: 'rule', rule: RULE });
    await session.group.turnOff();
    assert.equal(scripted.callsOf('turnRuleOff').length, 1);
    assert.equal(session.store.state.rule, null);
  });

  test('a finding without suggestions is not among the likely ones', async () => {
    const { session } = await started();
    session.store.dispatch({ type: 'rule', rule: RULE });
    for (const { fixes } of session.group.likely) {
      assert.ok(fixes.some(({ kind, match = 0 }) => kind === 'replace-caption' && match >= 0.5));
    }
  });
});
