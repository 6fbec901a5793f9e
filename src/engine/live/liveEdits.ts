import { toAbsolute, toDatasetPath } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { TextEdit } from '../../core/formats/captionFormat.ts';
import { captionFormat } from '../../core/formats/table.ts';
import type { FileSystem } from '../../core/ports.ts';
import { createCaption } from './createCaption.ts';
import { currentText } from './currentText.ts';
import type { FileEdit, LivePairId } from './liveWorkspace.ts';
import { findPair, noSuchPair, type FoundPair, type Member } from './members.ts';
import { refuseOutside } from './refuseOutside.ts';
import { sentence } from '../../core/text/sentence.ts';

/** What it takes to say which characters to change. */
export interface Editing {
  readonly members: readonly Member[];
  /** Where open documents stand before the disk. */
  readonly files: FileSystem;
  /** Takes in what a caption file holds now. */
  readonly readAgain: (member: Member, path: string) => Promise<void>;
}

/** The edit that gives a pair another caption. @throws PairLensError `invalid-argument`. */
export async function captionEdit(
  editing: Editing,
  id: LivePairId,
  caption: string,
): Promise<FileEdit> {
  const found = await editable(editing, id);
  return { path: found.path, create: false, edits: [editOf(found, caption)] };
}

/** The edits that exchange the captions of two pairs, one entry a file. @throws PairLensError `invalid-argument`. */
export async function swapEdits(
  editing: Editing,
  id: LivePairId,
  other: LivePairId,
): Promise<readonly FileEdit[]> {
  await editable(editing, other);
  const first = await editable(editing, id);
  const second = await editable(editing, other);
  const there = editOf(first, captionOf(second));
  const here = editOf(second, captionOf(first));
  if (first.path === second.path) {
    return [{ path: first.path, create: false, edits: [there, here] }];
  }
  return [
    { path: first.path, create: false, edits: [there] },
    { path: second.path, create: false, edits: [here] },
  ];
}

/** The edit that gives an image its first caption. @throws PairLensError `invalid-argument`. */
export async function createCaptionEdit(
  { members, files }: Editing,
  imagePath: string,
  caption: string,
): Promise<FileEdit> {
  for (const { dataset, opened } of members) {
    const image = toDatasetPath(dataset.root, imagePath);
    if (image === undefined || !dataset.hasImage(image)) continue;
    const edit = await createCaption(dataset, files, image, caption);
    await refuseOutside(files, edit.path, opened.dir);
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

interface Editable extends FoundPair {
  readonly path: string;
  readonly text: string;
}

/** The pair with the text of its file, read again: the disk may hold another one by now. */
async function editable({ members, files, readAgain }: Editing, id: LivePairId): Promise<Editable> {
  const found = findPair(members, id);
  if (found === undefined) throw noSuchPair(id);
  const before = found.dataset.slots.pairs[found.slot]!;
  const path = toAbsolute(found.dataset.root, before.source.file);
  await refuseOutside(files, path, found.opened.dir);
  await readAgain(found, path);
  const again = findPair(members, id);
  if (again?.dataset.slots.pairs[again.slot]?.caption !== before.caption) throw noSuchPair(id);
  return { ...again, path, text: await currentText(files, path) };
}

function captionOf({ dataset, slot }: FoundPair): string {
  return dataset.slots.pairs[slot]!.caption;
}

function editOf({ dataset, slot, text }: Editable, caption: string): TextEdit {
  const { source } = dataset.slots.pairs[slot]!;
  return captionFormat(source.format).edit(text, source.range, caption);
}
