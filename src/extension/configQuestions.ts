import * as vscode from 'vscode';
import { z } from 'zod';
import { askedSchema, type InventoryItem, type QuestionItem } from '../protocol/inventoryShapes.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { Actions } from './actions.ts';
import type { InventoryModel } from './inventoryModel.ts';
import type { ServerClient } from './serverClient.ts';

/*
 * Choices that the files do not settle: asked once, and kept in the config file.
 */

type Asked = z.infer<typeof askedSchema>;

const folderSchema = z.object({ folder: z.string() });

/** A question in one line. */
export function questionText(question: QuestionItem): string {
  if (question.kind === 'columns') return vscode.l10n.t('Which column is the caption?');
  if (question.kind === 'names') return vscode.l10n.t('Are the names of the images captions?');
  return question.prefix === ''
    ? vscode.l10n.t('Which folder are its images in?')
    : vscode.l10n.t('Which folder is {0} here?', question.prefix);
}

/** Asks a question, or lets the user choose one, and writes the answer into the config file. */
export async function settle(
  client: ServerClient,
  model: InventoryModel,
  actions: Actions,
  argument: unknown,
): Promise<void> {
  const given = askedSchema.safeParse(argument);
  const asked = given.success ? given.data : await chosenQuestion(await model.current());
  if (asked === undefined) return;
  const { folder, question } = asked;
  const answer = await answerTo(question);
  if (answer === undefined) return;
  await actions.edit(await client.request(REQUESTS.configEdit, { folder, ...answer }));
}

function answerTo(question: QuestionItem): Promise<Answer | undefined> {
  switch (question.kind) {
    case 'columns':
      return askColumns(question);
    case 'names':
      return askNames(question);
    case 'root':
      return askRoot(question);
  }
}

/** Creates the config file of a folder and opens it; opens one that is there. */
export async function createConfig(
  client: ServerClient,
  model: InventoryModel,
  actions: Actions,
  argument: unknown,
): Promise<void> {
  const given = folderSchema.safeParse(argument);
  const folders = await model.current();
  const folder = given.success
    ? folders.find((known) => known.folder === given.data.folder)
    : await chosenFolder(folders);
  if (folder === undefined) return;
  let uri = folder.configUri;
  if (uri === undefined) {
    const edit = await client.request(REQUESTS.configEdit, { folder: folder.folder });
    await actions.edit(edit);
    uri = edit.documents[0]?.uri;
  }
  if (uri !== undefined) await vscode.window.showTextDocument(vscode.Uri.parse(uri));
}

async function chosenFolder(folders: readonly InventoryItem[]): Promise<InventoryItem | undefined> {
  if (folders.length < 2) return folders[0];
  const items = folders.map((folder) => ({
    label: folder.name,
    description: vscode.workspace.asRelativePath(vscode.Uri.parse(folder.folder)),
    folder,
  }));
  const title = vscode.l10n.t('Folder of the config file');
  return (await vscode.window.showQuickPick(items, { title }))?.folder;
}

async function chosenQuestion(folders: readonly InventoryItem[]): Promise<Asked | undefined> {
  const items = folders.flatMap(({ folder, questions }) =>
    questions.map((question) => ({
      label: question.file,
      description: questionText(question),
      folder,
      question,
    })),
  );
  if (items.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Nothing is to be settled: the files leave no choice open.'),
    );
    return undefined;
  }
  if (items.length === 1) return items[0];
  return vscode.window.showQuickPick(items, { title: vscode.l10n.t('To be settled') });
}

type Columns = Extract<QuestionItem, { kind: 'columns' }>;
type Column = Columns['columns'][number];
type Answer = Omit<z.input<typeof REQUESTS.configEdit.params>, 'folder'>;

/** Likely captions first. */
const CAPTION_ORDER: readonly Column['holds'][] = ['words', 'other', 'images'];

async function askColumns({ file, columns }: Columns): Promise<Answer | undefined> {
  const title = vscode.l10n.t('Caption column of {0}', file);
  const sorted = CAPTION_ORDER.flatMap((holds) => columns.filter((each) => each.holds === holds));
  const caption = await pickColumn(sorted, title, vscode.l10n.t('Which column is the caption?'));
  if (caption === undefined) return undefined;
  const others = columns.filter(({ name }) => name !== caption);
  const [only, ...rivals] = others.filter(({ holds }) => holds === 'images');
  const image =
    only !== undefined && rivals.length === 0
      ? only.name
      : await pickColumn(
          only === undefined ? others : [only, ...rivals],
          vscode.l10n.t('Image column of {0}', file),
          vscode.l10n.t('Which column names the image?'),
        );
  return image === undefined ? undefined : { columns: { [file]: { image, caption } } };
}

/** So that three samples fit into a row. */
const SAMPLE_CHARACTERS = 26;

async function pickColumn(
  columns: readonly Column[],
  title: string,
  placeHolder: string,
): Promise<string | undefined> {
  const items = columns.map(({ name, samples }) => ({
    label: name,
    detail: samples
      .map((text) => text.replace(/\s+/g, ' '))
      .map((text) =>
        text.length > SAMPLE_CHARACTERS ? `${text.slice(0, SAMPLE_CHARACTERS)}…` : text,
      )
      .join('  ·  '),
  }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.label;
}

async function askNames(
  question: Extract<QuestionItem, { kind: 'names' }>,
): Promise<Answer | undefined> {
  const items = [
    {
      label: vscode.l10n.t('Yes, they are captions'),
      detail: question.samples.map((text) => `“${text}”`).join('  ·  '),
      captionsInFileNames: true,
    },
    { label: vscode.l10n.t('No, they are only names'), captionsInFileNames: false },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Names of {0} images', String(question.images)),
    placeHolder: questionText(question),
  });
  return picked && { captionsInFileNames: picked.captionsInFileNames };
}

async function askRoot(
  question: Extract<QuestionItem, { kind: 'root' }>,
): Promise<Answer | undefined> {
  const items = question.folders.map(({ folder, images }) => ({
    label: folder === '' ? '.' : folder,
    description: vscode.l10n.t('{0} of its images', String(images)),
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Image folder of {0}', question.file),
    placeHolder: questionText(question),
  });
  return picked && { roots: { [question.prefix]: picked.label } };
}
