import path from 'node:path';
import wrapAnsi from 'wrap-ansi';
import type { Inventory, Question, UnreadFiles } from '../core/dataset/inventory.ts';
import { captionFormat } from '../core/formats/formatTable.ts';
import { likelyAnswer } from '../core/settings/configAnswers.ts';
import { CONFIG_FILE } from '../core/settings/settingTable.ts';
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
  const inventories = await inspectFolder(root, context, runOptions(context));
  await context.terminal.print(
    json === true
      ? `${jsonText(inventoryData(inventories), 2)}\n`
      : inventoryText(inventories, context.terminal.width),
  );
  return 0;
}

/** The inventories as `--json` prints them: that of the folder, and those below it with a config file of their own. */
function inventoryData([first, ...others]: readonly Inventory[]): unknown {
  return {
    version: 1,
    ...(first && folderData(first)),
    ...(others.length > 0 && { folders: others.map(folderData) }),
  };
}

/** An inventory with its sentences in English. */
function folderData(inventory: Inventory): object {
  const { dir, images, texts, datasets, unread, rivalTrainers, leftOut } = inventory;
  return {
    folder: dir,
    images,
    texts,
    ...(leftOut > 0 && { leftOut }),
    datasets: datasets.map(({ unjudged, root, trainer, emptied, ...dataset }) => ({
      folder: root,
      ...dataset,
      ...(emptied && {
        emptied: { message: inEnglish(emptied.message), remedy: inEnglish(emptied.remedy) },
      }),
      ...(trainer && { trainer: { name: trainer.name, why: inEnglish(trainer.why) } }),
      notJudged: unjudged.map(({ what, count }) => ({ what: inEnglish(what), count })),
    })),
    rivalTrainers: rivalTrainers.map(({ name, why }) => ({ name, why: inEnglish(why) })),
    questions: inventory.questions.map((question) => ({
      ...question,
      config: likelyAnswer(question),
    })),
    unread: unread.map(({ what, remedy, images: mayCaption, isLeftAlone, ...entry }) => ({
      ...entry,
      what: inEnglish(what),
      remedy: inEnglish(remedy),
      mayCaption: mayCaption.length,
      leftAlone: isLeftAlone,
    })),
  };
}

/** The inventories for reading, as `inspect` and `init` print them. */
export function inventoryText(inventories: readonly Inventory[], width: number): string {
  const [first] = inventories;
  const lines = inventories.flatMap((inventory) => {
    const place = path.relative(first?.dir ?? '', inventory.dir);
    return inventory === first
      ? folderLines(inventory)
      : [
          '',
          `In ${visibleText(place)}, which has a ${CONFIG_FILE} of its own`,
          ...folderLines(inventory),
        ];
  });
  return `${lines.map((line) => indented(line, width)).join('\n')}\n`;
}

function folderLines(inventory: Inventory): string[] {
  const { datasets, images, texts, unread, rivalTrainers, leftOut } = inventory;
  const lines = [`${number(images)} images, ${number(texts)} text files`];
  if (leftOut > 0) lines.push(`${number(leftOut)} files are left out by ${CONFIG_FILE}`);
  lines.push('');
  lines.push(datasets.length === 0 ? 'No dataset was found.' : 'Datasets');
  for (const { root, formats, images: own, pairs, unjudged, trainer, emptied } of datasets) {
    lines.push(`  ${root === '' ? '.' : visibleText(root)}`);
    lines.push(`    ${number(pairs)} pairs, ${number(own)} images`);
    if (emptied !== undefined) {
      lines.push(`    ${words(emptied.message)}`, `    -> ${words(emptied.remedy)}`);
    }
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
    lines.push('', `Trainers: settings of several; choose one with --trainer or in ${CONFIG_FILE}`);
    for (const { name, why } of rivalTrainers) lines.push(`  ${name}: ${words(why)}`);
  }
  if (unread.length > 0) lines.push('', 'Not read');
  for (const entry of unread) lines.push(...unreadLines(entry));
  lines.push(...questionLines(inventory.questions));
  return lines;
}

/** Questions with the line of the config file that answers each, an example. */
function questionLines(questions: readonly Question[]): string[] {
  if (questions.length === 0) return [];
  return [
    '',
    `To be settled in ${CONFIG_FILE}`,
    ...questions.flatMap((question) => [
      `  ${visibleText(question.file)}: ${asked(question)}`,
      // Without the outer braces: one setting of the file.
      `    ${visibleText(spaced(JSON.stringify(likelyAnswer(question)).slice(1, -1)))}`,
    ]),
  ];
}

function spaced(json: string): string {
  return json.replaceAll(/(?<=["\]}]),(?=")|(?<="):(?=["[{])/g, '$& ');
}

function asked(question: Question): string {
  if (question.kind === 'root') {
    const folders = question.folders.map(({ folder }) => (folder === '' ? '.' : folder));
    return visibleText(`which folder are its images in, ${folders.join(' or ')}? For example`);
  }
  if (question.kind === 'names') {
    const samples = question.samples.map((sample) => `"${sample}"`).join(', ');
    return visibleText(
      `are the names of ${number(question.images)} images their captions, such as ${samples}? For example`,
    );
  }
  const words = question.columns.filter(({ holds }) => holds === 'words');
  const known = words.length > 0 ? words : question.columns;
  return visibleText(
    `which column is the caption, ${known.map(({ name }) => `"${name}"`).join(' or ')}? For example`,
  );
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
