import path from 'node:path';
import { PairLensError } from '../core/errors.ts';
import { firstSettings, withSettings } from '../core/settings/configAnswers.ts';
import { CONFIG_FILE } from '../core/settings/settingTable.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { createFile, inspectFolder } from './composeCli.ts';
import { inventoryText } from './inspectCommand.ts';

/** `pairlens init`: shows what a folder holds, and writes a config file with it; never over an existing one. */
export async function initCommand(folder: string, context: CommandContext): Promise<number> {
  const root = await existingFolder(folder);
  const inventories = await inspectFolder(root, context, runOptions(context));
  const [first] = inventories;
  if (first === undefined) throw new Error('The folder has no inventory.');
  const file = path.join(root, CONFIG_FILE);
  const isNew = await createFile(file, root, withSettings(undefined, firstSettings(first)));
  if (!isNew) {
    throw new PairLensError('invalid-argument', `${file} is already there.`, {
      path: file,
      remedy: 'Edit it; `pairlens inspect` shows what the folder holds.',
    });
  }
  await context.terminal.print(inventoryText(inventories, context.terminal.width));
  await context.terminal.print(
    `\n${file} was written: look at it, and change what is not right.\n`,
  );
  return 0;
}
