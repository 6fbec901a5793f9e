import type { WireEdit } from '../../protocol/workspaceEdit.ts';
import * as l10n from '@vscode/l10n';
import path from 'node:path';
import type { z } from 'zod';
import { toAbsolute } from '../../core/dataset/paths.ts';
import type { Inventory, InventoryTrainer, Question } from '../../core/dataset/inventory.ts';
import { PairLensError } from '../../core/errors.ts';
import { captionFormat } from '../../core/formats/formatTable.ts';
import { firstSettings, withSettings } from '../../core/settings/configAnswers.ts';
import { CONFIG_FILE } from '../../core/settings/settingTable.ts';
import { decodeText } from '../../core/text/decodeText.ts';
import { sentence } from '../../core/text/sentence.ts';
import { refuseOutside } from '../../engine/workspace/edits.ts';
import type { REQUESTS } from '../../protocol/serverApi.ts';
import type { askedSchema, inventorySchema } from '../../protocol/inventoryShapes.ts';
import type { DatasetFit } from '../../engine/workspace/workspace.ts';
import type { ServerContext } from '../context.ts';
import { wireFit } from '../sync/statusReporter.ts';
import { localize } from '../localize.ts';
import { wireEdit } from './editRequests.ts';

type WireInventory = z.input<typeof inventorySchema>;

/** What the folders hold, for display. */
export async function inventories({ live, files, uris }: ServerContext): Promise<WireInventory[]> {
  const fits = new Map(live.datasets.map(({ dataset, fit }) => [dataset.root, fit]));
  return Promise.all(
    live.inventories.map(async (inventory) => {
      const config = path.join(inventory.dir, CONFIG_FILE);
      const hasConfig = await files.exists(config);
      return {
        ...wireInventory(
          inventory,
          (file) => uris.toUri(toAbsolute(inventory.dir, file)),
          (root) => fits.get(toAbsolute(inventory.dir, root)),
        ),
        ...(hasConfig && { configUri: uris.toUri(config) }),
      };
    }),
  );
}

function wireFitOf(fit: DatasetFit | undefined): Pick<WireInventory['datasets'][number], 'fit'> {
  return fit === undefined ? {} : { fit: wireFit(fit) };
}

function wireInventory(
  inventory: Inventory,
  uriOf: (file: string) => string,
  fitOf: (root: string) => DatasetFit | undefined,
): WireInventory {
  const { dir, images, texts, leftOut, datasets, rivalTrainers, unread, questions, flaws } =
    inventory;
  return {
    folder: uriOf(''),
    name: path.basename(dir),
    images,
    texts,
    leftOut,
    datasets: datasets.map(({ root, formats, unjudged, trainer, emptied, ...counts }) => ({
      ...wireFitOf(fitOf(root)),
      root,
      uri: uriOf(root),
      images: counts.images,
      pairs: counts.pairs,
      formats: formats.map(({ format, files }) => ({
        id: format,
        title: captionFormat(format).title,
        files,
      })),
      notJudged: unjudged.map(({ what, count }) => ({ what: localize(what), count })),
      ...(trainer && { trainer: wireTrainer(trainer) }),
      ...(emptied && { emptied: wireAdvice(emptied) }),
    })),
    rivalTrainers: rivalTrainers.map(wireTrainer),
    unread: unread.map(({ files, count, what, remedy, images: captioned, isLeftAlone }) => ({
      files: [...files],
      uri: uriOf(files[0] ?? ''),
      count,
      what: localize(what),
      remedy: localize(remedy),
      mayCaption: captioned.length,
      leftAlone: isLeftAlone,
    })),
    questions: questions.map((question) => wireQuestion(question, uriOf)),
    flaws: flaws.map(wireAdvice),
  };
}

function wireTrainer({ name, why }: InventoryTrainer): WireInventory['rivalTrainers'][number] {
  return { name, why: localize(why) };
}

function wireAdvice({ message, remedy }: Inventory['flaws'][number]): {
  message: string;
  remedy: string;
} {
  return { message: localize(message), remedy: localize(remedy) };
}

/** The open question about a file that was not read, if the config file can answer it. */
export function questionAbout(
  { live, uris }: ServerContext,
  file: string,
): z.input<typeof askedSchema> | undefined {
  for (const { dir, questions } of live.inventories) {
    const question = questions.find((each) => toAbsolute(dir, each.file) === file);
    if (question === undefined) continue;
    const uriOf = (path: string): string => uris.toUri(toAbsolute(dir, path));
    return { folder: uriOf(''), question: wireQuestion(question, uriOf) };
  }
  return undefined;
}

function wireQuestion(
  question: Question,
  uriOf: (file: string) => string,
): WireInventory['questions'][number] {
  const uri = uriOf(question.file);
  if (question.kind === 'names') return { ...question, uri, samples: [...question.samples] };
  return question.kind === 'root'
    ? { ...question, uri, folders: [...question.folders] }
    : {
        ...question,
        uri,
        columns: question.columns.map((column) => ({ ...column, samples: [...column.samples] })),
      };
}

type ConfigParams = z.output<typeof REQUESTS.configEdit.params>;

/**
 * The edit that adds an answer to the config file of a folder, or creates one with what was found.
 * @throws PairLensError `invalid-argument` if the folder is not open, or its config file exists and nothing is added.
 */
export async function configEdit(
  context: ServerContext,
  { folder, columns, roots, rules, captionsInFileNames }: ConfigParams,
): Promise<WireEdit> {
  const dir = context.uris.toPath(folder);
  const inventory = context.live.inventories.find((known) => known.dir === dir);
  if (inventory === undefined) {
    throw new PairLensError('invalid-argument', sentence('{0} is not open.', dir ?? folder), {
      remedy: sentence('Open the folder first.'),
    });
  }
  const file = path.join(inventory.dir, CONFIG_FILE);
  await refuseOutside(context.files, file, inventory.dir);
  const before = await textOf(context, file);
  const answer = {
    ...(columns && { columns }),
    ...(roots && { roots }),
    ...(rules && { rules }),
    ...(captionsInFileNames !== undefined && { captionsInFileNames }),
  };
  const isFirst = Object.keys(answer).length === 0;
  if (isFirst && before !== undefined) {
    throw new PairLensError('invalid-argument', sentence('{0} is already there.', file), {
      path: file,
      remedy: sentence('Edit the file.'),
    });
  }
  const text = withSettings(before, isFirst ? firstSettings(inventory) : answer);
  const words = {
    label: l10n.t('Change {0}', CONFIG_FILE),
    done:
      before === undefined
        ? l10n.t('{0} was written.', CONFIG_FILE)
        : l10n.t('{0} was changed.', CONFIG_FILE),
  };
  const edits = [{ start: 0, end: (before ?? '').length, newText: text }];
  return wireEdit(context, words, [
    { path: file, text: before ?? '', create: before === undefined, edits },
  ]);
}

/** The text of a file as the user sees it; undefined if there is none. */
async function textOf(
  { documents, files }: ServerContext,
  file: string,
): Promise<string | undefined> {
  const shown = documents.shown(file);
  if (shown !== undefined) return shown.text;
  if (!(await files.exists(file))) return undefined;
  const decoded = decodeText(await files.read(file));
  if ('text' in decoded) return decoded.text;
  throw new PairLensError('unsupported-format', sentence('{0} is not UTF-8.', file), {
    path: file,
    remedy: sentence('Save it as UTF-8 and try again.'),
  });
}
