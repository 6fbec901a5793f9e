import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { startIde, type Ide } from '../support/ide.ts';
import { TOUR } from '../support/product.ts';
import { runInHost } from './hostRun.ts';

describe('in the extension host', () => {
  let ide: Ide;
  let browser: TestBrowser;
  let failed = false;
  before(async () => {
    ide = await startIde({ name: 'extension', hostTests: true });
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    await ide.stop(failed);
  });
  const suite = (name: string, makeFolder: () => Promise<string>): void => {
    test(name, async (context) => {
      const passed = await runInHost(context, name, { ide, browser, folder: await makeFolder() });
      failed ||= !passed;
    });
  };

  suite('activation', () => ide.workspace(TOUR));

  suite('noDataset', async () => {
    const folder = await ide.workspace();
    await writeFile(path.join(folder, 'notes.txt'), 'Buy bread.\n');
    await writeFile(path.join(folder, 'main.py'), 'print("hello")\n');
    return folder;
  });

  suite('lateDataset', async () => {
    const folder = await ide.workspace();
    await copyFile(path.join(TOUR, 'dahlia.jpg'), path.join(folder, 'dahlia.jpg'));
    await writeFile(path.join(folder, 'notes.txt'), 'Buy bread.\n');
    return folder;
  });

  suite('wrongSettings', async () => {
    const folder = await ide.workspace(TOUR);
    await mkdir(path.join(folder, '.vscode'));
    await writeFile(
      path.join(folder, '.vscode/settings.json'),
      JSON.stringify({
        'pairlens.enable': 7,
        'pairlens.maxProblems': 'many',
        'pairlens.threads': { two: 2 },
        'pairlens.captionsPerFile': false,
        'pairlens.levels': { 'hard-negative': 'off', 'caption-mismatch': 12 },
      }),
    );
    return folder;
  });

  suite('unclearColumns', async () => {
    const folder = await ide.workspace();
    const rows = ['pic,left,right'];
    for (const name of ['dahlia.jpg', 'creek.jpg', 'hammer.webp']) {
      await copyFile(path.join(TOUR, name), path.join(folder, name));
      const left = name === 'dahlia.jpg' ? '' : `a photo of ${name.split('.')[0]}`;
      rows.push(`${name},${left},something seen from above`);
    }
    await writeFile(path.join(folder, 'table.csv'), `${rows.join('\n')}\n`);
    return folder;
  });

  suite('externalEdits', () => ide.workspace(TOUR));
});
