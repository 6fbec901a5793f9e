import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TOUR } from '../support/product.ts';
import type { Workbench } from './pages/workbench.ts';
import { Session } from './session.ts';

describe('windows', () => {
  let session: Session;
  let folder: string;
  let first: Workbench;
  before(async () => {
    session = await Session.start({ name: 'windows' });
    folder = await session.ide.workspace(TOUR);
    first = await session.open(folder);
    await first.auditEnded();
  });
  after(() => session.stop());
  const step = (title: string, body: () => Promise<void>): void => {
    test(title, () => session.check(title, body));
  };

  step('a second window on the same folder shows the same problems', async () => {
    const second = await session.open(folder);
    await second.auditEnded();
    await first.problems.show();
    await second.problems.show();
    assert.equal(await second.problems.count(), await first.problems.count());

    // A caption written and saved in one window is judged in both.
    await second.problems.filter('creek.txt');
    const editor = await first.openFile('creek.txt');
    await editor.replaceAll('');
    await first.page.keyboard.press('Control+S');
    await second.problems.problem(/empty/i).waitFor();
    await second.page.context().close();
  });

  test('nothing beyond loopback was asked for', () => {
    session.assertNothingLeft();
  });
});
