import type { SourceRange } from '../../core/dataset/dataset.ts';
import { toAbsolute, toDatasetPath } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { TextEdit } from '../../core/formats/captionFormat.ts';
import { captionFormat } from '../../core/formats/table.ts';
import type { CaptionIntake } from './captionIntake.ts';
import { createCaption } from './createCaption.ts';
import { currentText } from './currentText.ts';
import type { FileEdit, LivePairId } from './liveWorkspace.ts';
import { findPair, noSuchPair, type Member } from './members.ts';
import { refuseOutside } from './refuseOutside.ts';
import { sentence } from '../../core/text/sentence.ts';

/** What it takes to say which characters to change. */
export interface Editing {
  readonly members: readonly Member[];
  readonly intake: CaptionIntake;
}

/** The edit that gives a pair another caption. @throws PairLensError `invalid-argument`. */
export async function captionEdit(
  editing: Editing,
  id: LivePairId,
  caption: string,
): Promise<FileEdit> {
  const found = await editable(editing, id);
  return fileEdit(found, [editOf(found, caption)]);
}

/** The edits that exchange the captions of two pairs, one entry a file. @throws PairLensError `invalid-argument`. */
export async function swapEdits(
  editing: Editing,
  id: LivePairId,
  other: LivePairId,
): Promise<readonly FileEdit[]> {
  const first = await editable(editing, id);
  const second = await editable(editing, other);
  // The file of both may have been written while it was read for the second.
  if (first.path === second.path && first.text !== second.text) throw noSuchPair(id);
  const there = editOf(first, second.caption);
  const here = editOf(second, first.caption);
  if (first.path === second.path) {
    return [fileEdit(second, [there, here])];
  }
  return [fileEdit(first, [there]), fileEdit(second, [here])];
}

/** The edit that gives an image its first caption. @throws PairLensError `invalid-argument`. */
export async function createCaptionEdit(
  { members, intake }: Editing,
  imagePath: string,
  caption: string,
): Promise<FileEdit> {
  for (const { dataset, opened } of members) {
    const image = toDatasetPath(dataset.root, imagePath);
    if (image === undefined || !dataset.hasImage(image)) continue;
    const edit = await createCaption(dataset, intake, image, caption);
    await refuseOutside(intake.disk, edit.path, opened.dir);
    return edit;
  }
  throw new PairLensError(
    'invalid-argument',
    sentence('{0} is in none of the open datasets.', imagePath),
    {
      path: imagePath,
      remedy: sentence('Audit the folder that holds it first.'),
    },
  );
}

/** A pair with the text of its file and its place in it. */
interface Editable {
  readonly path: string;
  readonly text: string;
  readonly caption: string;
  readonly format: string;
  readonly range: SourceRange;
}

/** The pair with the text of its file, taken in anew: the disk may hold another one by now. */
async function editable({ members, intake }: Editing, id: LivePairId): Promise<Editable> {
  const found = findPair(members, id);
  if (found === undefined) throw noSuchPair(id);
  const before = found.dataset.slots.pairs[found.slot]!;
  const path = toAbsolute(found.dataset.root, before.source.file);
  await refuseOutside(intake.disk, path, found.opened.dir);
  const text = await currentText(intake, path);
  await intake.takeText(found, path, text, undefined);
  const again = findPair(members, id);
  const now = again?.dataset.slots.pairs[again.slot];
  if (again === undefined || now?.caption !== before.caption) throw noSuchPair(id);
  if (now.source.file !== before.source.file) throw noSuchPair(id);
  const { range, format } = now.source;
  // Its own is moved in place when the text above it grows.
  return { path, text, caption: now.caption, format, range: { ...range } };
}

function fileEdit({ path, text }: Editable, edits: readonly TextEdit[]): FileEdit {
  return { path, text, create: false, edits };
}

function editOf({ text, format, range }: Editable, caption: string): TextEdit {
  return captionFormat(format).edit(text, range, caption);
}
