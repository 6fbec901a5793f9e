import wrapAnsi from 'wrap-ansi';
import type { Inventory, UnreadFiles } from '../core/dataset/inventory.ts';
import { captionFormat } from '../core/formats/formatTable.ts';
import { inEnglish, type Sentence } from '../core/text/sentence.ts';
import { jsonText, visibleText } from '../core/text/visibleText.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { inspectFolder } from './composeCli.ts';
import { number } from './progressLine.ts';

/** `pairlens inspect`: the files of a folder and how they are read. Loads no encoder. */
export async function inspectCommand(
  folder: string,
  { json }: { readonly json?: true | undefined },
  context: CommandContext,
): Promise<number> {
  const root = await existingFolder(folder);
  const inventory = await inspectFolder(root, context, runOptions(context));
  await context.terminal.print(
    json === true
      ? `${jsonText(inventoryData(inventory), 2)}\n`
      : inventoryText(inventory, context.terminal.width),
  );
  return 0;
}

/** The inventory as `--json` prints it: sentences in English. */
function inventoryData(inventory: Inventory): unknown {
  const { dir, images, texts, datasets, unread, rivalTrainers } = inventory;
  return {
    version: 1,
    folder: dir,
    images,
    texts,
    datasets: datasets.map(({ unjudged, root, trainer, ...dataset }) => ({
      folder: root,
      ...dataset,
      ...(trainer && { trainer: { name: trainer.name, why: inEnglish(trainer.why) } }),
      notJudged: unjudged.map(({ what, count }) => ({ what: inEnglish(what), count })),
    })),
    rivalTrainers: rivalTrainers.map(({ name, why }) => ({ name, why: inEnglish(why) })),
    unread: unread.map(({ what, remedy, images: mayCaption, isLeftAlone, ...entry }) => ({
      ...entry,
      what: inEnglish(what),
      remedy: inEnglish(remedy),
      mayCaption: mayCaption.length,
      leftAlone: isLeftAlone,
    })),
  };
}

function inventoryText(inventory: Inventory, width: number): string {
  const { datasets, images, texts, unread, rivalTrainers } = inventory;
  const lines = [`${number(images)} images, ${number(texts)} text files`, ''];
  lines.push(datasets.length === 0 ? 'No dataset was found.' : 'Datasets');
  for (const { root, formats, images: own, pairs, unjudged, trainer } of datasets) {
    lines.push(`  ${root === '' ? '.' : visibleText(root)}`);
    lines.push(`    ${number(pairs)} pairs, ${number(own)} images`);
    for (const { format, files } of formats) {
      const title = visibleText(captionFormat(format).title);
      lines.push(`    ${number(files)} ${files === 1 ? 'file' : 'files'} of ${format}: ${title}`);
    }
    if (trainer !== undefined) lines.push(`    trainer ${trainer.name}: ${words(trainer.why)}`);
    for (const { what, count } of unjudged) {
      lines.push(`    ${number(count)} not judged: ${words(what)}`);
    }
  }
  if (rivalTrainers.length > 0) {
    lines.push('', 'Trainers: settings of several; choose one with --trainer');
    for (const { name, why } of rivalTrainers) lines.push(`  ${name}: ${words(why)}`);
  }
  if (unread.length > 0) lines.push('', 'Not read');
  for (const entry of unread) lines.push(...unreadLines(entry));
  return `${lines.map((line) => indented(line, width)).join('\n')}\n`;
}

/** Wraps a line with a hanging indent. */
function indented(line: string, width: number): string {
  const indent = ' '.repeat(line.length - line.trimStart().length);
  const [first = '', ...rest] = wrapAnsi(line.trim(), width - indent.length, { hard: true }).split(
    '\n',
  );
  return [first, ...rest].map((part) => indent + part).join('\n');
}

function unreadLines({ files, count, what, remedy, images }: UnreadFiles): string[] {
  const more = count > files.length ? `, and ${number(count - files.length)} more` : '';
  return [
    `  ${files.map(visibleText).join(', ')}${more}`,
    `    ${count > 1 ? `${number(count)} times ` : ''}${words(what)}`,
    ...(images.length > 0 ? [`    may caption ${number(images.length)} images`] : []),
    `    -> ${words(remedy)}`,
  ];
}

function words(said: Sentence): string {
  return visibleText(inEnglish(said));
}
