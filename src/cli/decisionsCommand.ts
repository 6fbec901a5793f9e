import path from 'node:path';
import { groupBy } from '../core/collections.ts';
import { toDatasetPath } from '../core/dataset/paths.ts';
import { PairLensError } from '../core/errors.ts';
import { jsonText, shorten, visibleText } from '../core/text/visibleText.ts';
import type { ListedDecision } from '../engine/batch/listDecisions.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { decisionsOfFolder, takeBackDecisions } from './composeCli.ts';

const CAPTION_CHARACTERS = 160;

/** `pairlens decisions`: lists the decisions about pairs; with `undo` removes those about some images. */
export async function decisionsCommand(
  folder: string,
  options: { readonly json?: true | undefined; readonly undo?: readonly string[] | undefined },
  context: CommandContext,
): Promise<number> {
  const dir = await existingFolder(folder);
  const listed = await decisionsOfFolder(dir, context, runOptions(context));
  if (options.undo !== undefined) {
    const gone = options.undo.flatMap((image) => decisionsOn(image, listed, dir));
    for (const [root, lines] of groupBy(new Set(gone), (line) => line.root)) {
      await takeBackDecisions({ root, folder: dir }, lines);
    }
    await print(gone, dir, options.json, context);
    return 0;
  }
  await print(listed, dir, options.json, context);
  return 0;
}

/** Decisions about an image, given by its path as listed, relative to the folder, or to the working directory. */
function decisionsOn(
  image: string,
  listed: readonly ListedDecision[],
  dir: string,
): readonly ListedDecision[] {
  const places = new Set([path.resolve(dir, image), path.resolve(image)]);
  const found = listed.filter(
    (line) => line.image === image || places.has(path.resolve(line.root, line.image)),
  );
  if (found.length > 0) return found;
  throw new PairLensError('invalid-argument', `Nothing was decided of ${image}.`, {
    remedy: 'Give an image as `pairlens decisions` lists it.',
  });
}

async function print(
  listed: readonly ListedDecision[],
  dir: string,
  json: true | undefined,
  { terminal }: CommandContext,
): Promise<void> {
  if (json === true) {
    const decisions = listed.map(({ root, image, caption, decision, applies }) => ({
      dataset: toDatasetPath(dir, root) ?? root,
      image,
      caption,
      decision,
      applies,
    }));
    await terminal.print(`${jsonText({ version: 1, decisions }, 2)}\n`);
    return;
  }
  const { bold, dim } = terminal.colors;
  const lines = listed.map(({ root, image, caption, decision, applies }) => {
    const at = path.join(toDatasetPath(dir, root) ?? root, image).replaceAll('\\', '/');
    const lapsed = applies ? '' : dim('  (lapsed: the image or the caption has changed)');
    const words = visibleText(shorten(caption.trim(), CAPTION_CHARACTERS));
    const verdict = decision === 'excluded' ? 'ignored' : decision;
    return `${verdict}  ${bold(visibleText(at))}  "${words}"${lapsed}\n`;
  });
  await terminal.print(lines.join(''));
  if (listed.length === 0) terminal.log.info('Nothing is marked as verified or ignored.');
}
