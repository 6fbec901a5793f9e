// Writes down whose code and which models ship, and under which licences.
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { InstalledPackage } from './nativePackages.mts';

const LICENCE_FILE = /^(?:licen[cs]e|notice|copying)/i;
const RULE = '-'.repeat(80);

/** One text with name, version, licence and licence text of every package. */
export async function thirdPartyNotices(packages: readonly InstalledPackage[]): Promise<string> {
  const sorted = packages.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  const chapters: string[] = [];
  for (const { name, version, license, folder } of sorted) {
    const texts = await licenceTexts(folder);
    chapters.push([`${name} ${version}`, `Licence: ${license}`, ...texts].join('\n\n'));
  }
  return [
    'PairLens is licensed under Apache-2.0 (LICENSE.txt). It contains the packages below, under their own licences.\n' +
      'The encoders in the folder models, their sources and licences are listed in models/manifest.json; the licence of ' +
      'models/clip-merges.txt (MIT) lies beside it.',
    ...chapters,
    '',
  ].join(`\n\n${RULE}\n\n`);
}

async function licenceTexts(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  const wanted = names.filter((name) => LICENCE_FILE.test(name));
  // libvips is many libraries in one file; its README names the licence of each.
  if (folder.includes('sharp-libvips')) wanted.push('README.md');
  return await Promise.all(
    wanted.map(async (name) => (await readFile(path.join(folder, name), 'utf8')).trim()),
  );
}
