import { noneReadOnly, type ReadOnlyCounts, readOnlyReason } from '../../core/dataset/readOnly.ts';
import { PairLensError } from '../../core/errors.ts';
import { type CaptionChange, changedCaption } from '../../core/text/captionChange.ts';
import { TagVocabulary } from '../../core/text/tagVocabulary.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { FileEdit, NewCaption } from '../editing/editor.ts';
import { type Editing, editorOf } from './edits.ts';
import { findPair } from './openedDatasets.ts';
import type { LiveTags } from './liveTags.ts';
import type { LivePairId } from './workspace.ts';

/** The edits of a change of many captions. */
export interface ChangeEdits {
  readonly edits: readonly FileEdit[];
  /** Number of captions that change. */
  readonly changed: number;
  /** Number of captions that would be empty and therefore stay as they are. */
  readonly emptied: number;
  /** Number of captions that are not edited, by the reason. */
  readonly readOnly: Readonly<ReadOnlyCounts>;
}

/**
 * The edits that make a change to the captions of some pairs; pairs that are gone are left out.
 * @throws PairLensError `invalid-argument` if a regular expression is invalid or a format cannot represent a caption.
 */
export async function changeEdits(
  editing: Editing,
  ids: readonly LivePairId[],
  change: CaptionChange,
  tags: Pick<LiveTags, 'of'>,
): Promise<ChangeEdits> {
  const captions: NewCaption<LivePairId>[] = [];
  let emptied = 0;
  const readOnly = noneReadOnly();
  const vocabularies = new Map<string, TagVocabulary>();
  for (const pair of ids) {
    const found = findPair(editing.opened, pair);
    const known = found?.dataset.slots.pairs[found.slot];
    if (known === undefined) continue;
    const before = known.caption;
    const reason = readOnlyReason(known.source.file);
    const vocabulary = vocabularies.get(pair.root) ?? (await tags.of(pair)) ?? NO_TAGS;
    vocabularies.set(pair.root, vocabulary);
    const caption = changed(before, change, vocabulary);
    if (caption === before) continue;
    if (caption.trim() === '') emptied++;
    else if (reason !== undefined) readOnly[reason]++;
    else captions.push({ pair, caption });
  }
  const edits = await editorOf(editing).replace(captions);
  return { edits, changed: captions.length, emptied, readOnly };
}

const NO_TAGS = new TagVocabulary();

function changed(caption: string, change: CaptionChange, vocabulary: TagVocabulary): string {
  try {
    return changedCaption(caption, change, vocabulary);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new PairLensError(
      'invalid-argument',
      sentence('This is no regular expression: {0}.', error.message),
      { remedy: sentence('Correct it, or search for the text itself.') },
    );
  }
}
