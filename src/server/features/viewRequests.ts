import path from 'node:path';
import { PairLensError } from '../../core/errors.ts';
import { withoutView, withSettings } from '../../core/settings/configAnswers.ts';
import { readConfigText } from '../../core/settings/configText.ts';
import { CONFIG_FILE } from '../../core/settings/settingTable.ts';
import { decodedFile } from '../../core/text/decodeText.ts';
import { sentence } from '../../core/text/sentence.ts';
import { encodeText } from '../../core/text/textEncoding.ts';
import { readConfigFile } from '../../engine/discovery/configFile.ts';
import { refuseOutside } from '../../engine/workspace/edits.ts';
import { outermost } from '../../engine/workspace/openedDatasets.ts';
import type { SavedView } from '../../protocol/shapes.ts';
import type { ServerContext } from '../context.ts';

/*
 * Saved views: named queries in the config files of the opened folders, as `pairlens list --view` reads them. The server writes
 * the files itself, because a view changes nothing that an audit looks at: no folder is read again.
 */

/** The views of all opened folders, by name; of two with one name that of the first folder. */
export async function savedViews({
  live,
  files,
}: Pick<ServerContext, 'live' | 'files'>): Promise<SavedView[]> {
  const views = new Map<string, string>();
  for (const folder of openedFolders(live)) {
    const { settings } = await readConfigFile(files, folder);
    for (const [name, query] of Object.entries(settings.views ?? {})) {
      if (!views.has(name)) views.set(name, query);
    }
  }
  return [...views]
    .map(([name, query]) => ({ name, query }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Keeps a view in the config file that has one of this name, or else in that of the first folder. @throws PairLensError */
export async function saveView(context: ServerContext, { name, query }: SavedView): Promise<void> {
  const folders = openedFolders(context.live);
  const folder = (await folderWith(context, name)) ?? folders[0];
  if (folder === undefined) {
    throw new PairLensError('invalid-argument', sentence('No folder is open.'), {
      remedy: sentence('Open the folder first.'),
    });
  }
  await change(context, folder, (text) => withSettings(text, { views: { [name]: query } }));
}

/** @throws PairLensError */
export async function removeView(context: ServerContext, name: string): Promise<void> {
  for (;;) {
    const folder = await folderWith(context, name);
    if (folder === undefined) return;
    await change(context, folder, (text = '') => withoutView(text, name));
  }
}

/** The folders that are open, without those inside of another, whose config files are about themselves alone. */
function openedFolders(live: ServerContext['live']): string[] {
  return outermost(live.inventories.map(({ dir }) => dir));
}

async function folderWith(
  { live, files }: ServerContext,
  name: string,
): Promise<string | undefined> {
  for (const folder of openedFolders(live)) {
    const { settings } = await readConfigFile(files, folder);
    if (Object.hasOwn(settings.views ?? {}, name)) return folder;
  }
  return undefined;
}

async function change(
  context: ServerContext,
  folder: string,
  changed: (text: string | undefined) => string,
): Promise<void> {
  const { files, documents } = context;
  const file = path.join(folder, CONFIG_FILE);
  await refuseOutside(files, file, folder);
  await files.update(file, folder, (bytes) => {
    const before = bytes && decodedFile(file, bytes);
    const text = before?.text;
    const shown = documents.shown(file)?.text;
    if (shown !== undefined && shown !== text) throw unsaved(file);
    if (text !== undefined && text.trim() !== '') assertJson(file, text);
    return encodeText(changed(text), before ?? { encoding: 'utf-8', bom: false });
  });
  await context.recordOwnWrite(file);
}

/** @throws PairLensError `invalid-config`. */
function assertJson(file: string, text: string): void {
  try {
    JSON.parse(text);
  } catch {
    const [flaw] = readConfigText(text).flaws;
    throw new PairLensError(
      'invalid-config',
      sentence('{0} {1}', file, flaw?.what ?? sentence('is not valid JSON.')),
      { path: file, remedy: flaw?.remedy ?? sentence('Correct it there.') },
    );
  }
}

function unsaved(file: string): PairLensError {
  return new PairLensError('write-failed', sentence('{0} has unsaved changes.', file), {
    path: file,
    remedy: sentence('Save it, and try again.'),
  });
}
