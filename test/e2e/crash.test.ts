import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { SERVER_PROGRAM, TOUR } from '../support/product.ts';
import type { Workbench } from './pages/workbench.ts';
import { Session } from './session.ts';

const FILE = 'creek.txt';
const TYPED = 'a creek that nobody has saved yet';

describe('when the language server is killed', () => {
  let session: Session;
  let window: Workbench;
  before(async () => {
    session = await Session.start({ name: 'crash' });
    window = await session.open(await session.ide.workspace(TOUR));
    await window.auditEnded();
  });
  after(() => session.stop());
  const step = (title: string, body: () => Promise<void>): void => {
    test(title, () => session.check(title, body));
  };
  const servers = (): readonly number[] =>
    session.ide
      .processes()
      .filter(({ command }) => command.includes(SERVER_PROGRAM))
      .map(({ pid }) => pid);

  step('it starts again, and what was typed is still there and is judged', async () => {
    const editor = await window.openFile(FILE);
    await editor.replaceAll(TYPED);
    await eventually(() => editor.inlayMatch(), 'the text is judged');
    const [old] = servers();
    assert.ok(old);
    process.kill(old, 'SIGKILL');
    await window.notification(/was started again/).waitFor();
    await eventually(() => servers().some((pid) => pid !== old), 'another server runs');
    await window.auditEnded();
    assert.ok(await window.isDirty(FILE));
    await editor.waitForText(/a.creek.that.nobody.has.saved.yet/);
    await editor.focus();
    await window.page.keyboard.press('End');
    await window.page.keyboard.insertText(' or ever');
    await eventually(() => editor.inlayMatch(), 'the text is judged again');
  });

  step('a loop of crashes ends with an error that offers the log', async () => {
    const idle = window.statusBarItem(/PairLens/);
    await eventually(async () => {
      for (const pid of servers()) process.kill(pid, 'SIGKILL');
      const label = await idle.first().getAttribute('aria-label');
      return label?.includes('not started again');
    }, 'PairLens gives up');
    assert.deepEqual(servers(), []);
    await session.screenshot(window, 'crash-loop');
    assert.ok(await window.isDirty(FILE), 'the edit is not lost');
    // Toasts hide after a while; the notification stays in the centre.
    await window.runCommand('Notifications: Show Notifications');
    const error = window.notification(/is not started again/);
    await error.getByRole('button', { name: 'Show Log' }).click();
    await window.page.getByRole('tab', { name: /^Output/ }).waitFor();
  });

  test('nothing beyond loopback was asked for', () => {
    session.assertNothingLeft();
  });
});
