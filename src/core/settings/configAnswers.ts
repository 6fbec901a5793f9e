import { applyEdits, type FormattingOptions, modify } from 'jsonc-parser';
import type { Inventory, Question } from '../dataset/inventory.ts';
import type { DatasetSettings } from './datasetSettings.ts';

/*
 * What is written into a config file: the choices of a user, and the first content.
 */

/** The columns that a question is about, chosen or likely. */
export interface ChosenColumns {
  readonly image?: string | undefined;
  readonly caption: string;
}

/** The settings that answer the question for the columns of a file. */
export function columnsAnswer(file: string, { image, caption }: ChosenColumns): DatasetSettings {
  return { columns: { [file]: { ...(image !== undefined && { image }), caption } } };
}

/** The settings that answer the question for the folder that a beginning of names stands for. */
export function rootAnswer(prefix: string, folder: string): DatasetSettings {
  return { roots: { [prefix]: folder === '' ? '.' : folder } };
}

/** The settings that answer whether the names of images are their captions. */
export function namesAnswer(areCaptions: boolean): DatasetSettings {
  return { captionsInFileNames: areCaptions };
}

/** An answer to a question, as an example: the first column of words, the first folder. */
export function likelyAnswer(question: Question): DatasetSettings {
  if (question.kind === 'root') {
    return rootAnswer(question.prefix, question.folders[0]?.folder ?? '');
  }
  if (question.kind === 'names') return namesAnswer(true);
  const { file, columns } = question;
  const image = columns.find(({ holds }) => holds === 'images')?.name;
  const words = columns.find(({ holds }) => holds === 'words') ?? columns.at(-1);
  return columnsAnswer(file, { image, caption: words?.name ?? '' });
}

/** The first settings of a folder: what was found, to be confirmed or changed. */
export function firstSettings({ datasets, captionsPerFile }: Inventory): DatasetSettings {
  const trainers = new Set(datasets.flatMap(({ trainer }) => trainer?.id ?? []));
  const [trainer] = trainers;
  return {
    // One that is known by its id; several are left to be detected.
    ...(trainers.size === 1 && { trainer: trainer as NonNullable<DatasetSettings['trainer']> }),
    ...(captionsPerFile !== undefined && { captionsPerFile }),
    rules: {},
    exclude: [],
    triggerWords: [],
  };
}

/**
 * The text of a config file with more settings; everything else in it stays as it is.
 * @param text undefined for a new file
 */
export function withSettings(text: string | undefined, added: DatasetSettings): string {
  const start = text === undefined || text.trim() === '' ? undefined : text;
  if (start === undefined) return `${JSON.stringify(added, null, 2)}\n`;
  let written = start;
  const formattingOptions = formattingOf(start);
  const set = (path: string[], value: unknown): void => {
    written = applyEdits(written, modify(written, path, value, { formattingOptions }));
  };
  const { columns = {}, roots = {}, rules = {}, views = {}, ...others } = added;
  for (const [setting, entries] of Object.entries({ columns, roots, rules, views })) {
    for (const [entry, value] of Object.entries(entries)) set([setting, entry], value);
  }
  for (const [setting, value] of Object.entries(others)) set([setting], value);
  return written;
}

/** The text of a config file without a view; everything else in it stays as it is. */
export function withoutView(text: string, name: string): string {
  const formattingOptions = formattingOf(text);
  return applyEdits(text, modify(text, ['views', name], undefined, { formattingOptions }));
}

function formattingOf(text: string): FormattingOptions {
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  return {
    insertSpaces: !indent.includes('\t'),
    tabSize: indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}
