import { after, before, describe, test } from 'node:test';
import { TOUR } from '../support/product.ts';
import type { Workbench } from './pages/workbench.ts';
import { Session } from './session.ts';

/** What judges the pairs: which encoder, and what was learnt from the dataset. */
describe('a person chooses what judges the pairs', () => {
  let session: Session;
  let window: Workbench;
  before(async () => {
    session = await Session.start({ name: 'encoders' });
    window = await session.open(await session.ide.workspace(TOUR));
  });
  after(() => session.stop());
  const step = (title: string, body: () => Promise<void>): void => {
    test(title, () => session.check(title, body));
  };

  step('the encoders are listed, and which one is in use', async () => {
    await window.auditEnded();
    await window.runCommand('PairLens: Choose Encoder...');
    await window.quickPick.option(/^The encoder inside.*in use/).waitFor();
    await window.quickPick.option(/^From a folder/).waitFor();
    await session.screenshot(window, 'choose-encoder');
    await window.quickPick.close();
  });

  step(
    'encoders are measured on the pictures that are open, and listed with their figures',
    async () => {
      await window.runCommand('PairLens: Choose Encoder...');
      await window.quickPick.option(/^Measure them here/).click();
      await window.notification(/Measuring encoders on your pictures/).waitFor();
      await window.quickPick
        .option(/^The encoder inside.*pictures a second.*AUROC .*R@1 /)
        .waitFor({ timeout: 240_000 });
      await window.quickPick.option(/^Measure them again/).waitFor();
      await session.screenshot(window, 'choose-encoder-measured');
      await window.quickPick.close();
    },
  );

  step('a dataset that is too small to learn from is left as it is, and that is said', async () => {
    await window.runCommand('PairLens: Fit to This Dataset');
    await window.notification(/pictures; fitting needs/).waitFor();
    await session.screenshot(window, 'fit-too-small');
  });

  test('nothing beyond loopback was asked for', () => {
    session.assertNothingLeft();
  });
});
