import { isArchived } from '../dataset/archivePaths.ts';
import type { PairListId } from '../dataset/trainers.ts';
import { PairLensError } from '../errors.ts';
import { sentence } from '../text/sentence.ts';
import type { CaptionFileText, ExportedImage } from './captionLayouts.ts';

/*
 * Lists of pictures that stay where they are. No trainer of docs/trainers.md reads a list of pictures to leave out; these read a
 * list of those to train on.
 */

/** A list of pictures that stay where they are. To add one, add it to `LISTS` and to `PAIR_LIST_IDS`. */
export interface PairList {
  readonly kind: 'list';
  /** The trainer that reads it, or `files`. */
  readonly id: PairListId;
  /** Most captions of one picture that it can hold; captions are not written at all if `files`. */
  readonly mostCaptions: number;
  /** The settings of the trainer that name the file. */
  readonly use: string;
  /**
   * Texts of the list, with the names of their files.
   * @param kept with absolute paths
   * @param left absolute paths of the pictures that are left out
   */
  files(kept: readonly ExportedImage[], left: readonly string[]): Iterable<CaptionFileText>;
}

/** One path a line, for any other program, such as `rsync --files-from` or `tar --exclude-from`. */
const files: PairList = {
  kind: 'list',
  id: 'files',
  mostCaptions: Infinity,
  use: 'kept.txt, dropped.txt',
  files: (kept, left) => [
    { file: 'kept.txt', chunks: kept.map(({ file }) => `${file}\n`) },
    { file: 'dropped.txt', chunks: left.map((file) => `${file}\n`) },
  ],
};

/** The metadata of fine-tuning: `FineTuningDataset`, library/train_util.py of kohya-ss/sd-scripts at 48d368f. */
const sdScripts: PairList = {
  kind: 'list',
  id: 'sd-scripts',
  mostCaptions: 1,
  use: 'metadata_file = "…/metadata.json"',
  files: (kept) => [{ file: 'metadata.json', chunks: captionObject(kept) }],
};

/** `ImageJsonlDatasource`, src/musubi_tuner/dataset/datasources.py of kohya-ss/musubi-tuner at 30c658c. */
const musubiTuner: PairList = {
  kind: 'list',
  id: 'musubi-tuner',
  mostCaptions: 1,
  use: 'image_jsonl_file = "…/dataset.jsonl"',
  files: (kept) => [
    {
      file: 'dataset.jsonl',
      chunks: kept.map(
        ({ file, captions }) =>
          `${JSON.stringify({ image_path: file, caption: captions[0] ?? '' })}\n`,
      ),
    },
  ],
};

/** A `dataset_path` that is no folder: `AiToolkitDataset`, toolkit/data_loader.py of ostris/ai-toolkit at 27a03a9. */
const aiToolkit: PairList = {
  kind: 'list',
  id: 'ai-toolkit',
  mostCaptions: 1,
  use: 'dataset_path: "…/dataset.json"',
  files: (kept) => [{ file: 'dataset.json', chunks: captionObject(kept) }],
};

/** `CsvDataset`, src/open_clip_train/data.py of mlfoundations/open_clip at 89fb801, with its default columns and separator. */
const openClip: PairList = {
  kind: 'list',
  id: 'open-clip',
  mostCaptions: Infinity,
  use: '--train-data …/train.tsv --dataset-type csv',
  files: (kept) => [{ file: 'train.tsv', chunks: tabSeparated(kept) }],
};

const LISTS: Readonly<Record<PairListId, PairList>> = {
  files,
  'sd-scripts': sdScripts,
  'musubi-tuner': musubiTuner,
  'ai-toolkit': aiToolkit,
  'open-clip': openClip,
};

export const PAIR_LISTS: readonly PairList[] = Object.values(LISTS);

export function pairListNamed(id: PairListId): PairList {
  return LISTS[id];
}

/** `{"path": {"caption": "..."}}`, a line each. */
function* captionObject(kept: readonly ExportedImage[]): Generator<string> {
  yield '{';
  for (const [n, { file, captions }] of kept.entries()) {
    const value = ascii(JSON.stringify({ caption: captions[0] ?? '' }));
    yield `${n === 0 ? '' : ','}\n${ascii(JSON.stringify(file))}: ${value}`;
  }
  yield '\n}\n';
}

/** JSON without other characters: ai-toolkit opens the file in the encoding of the system. */
function ascii(json: string): string {
  return json.replaceAll(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A row for each caption; fields in quotes where pandas would read them otherwise. */
function* tabSeparated(kept: readonly ExportedImage[]): Generator<string> {
  yield 'filepath\ttitle\n';
  for (const { file, captions } of kept) {
    // pandas reads an empty field as a missing value, at which the tokenizer fails.
    for (const caption of captions.filter((each) => each.trim() !== '')) {
      yield `${field(file)}\t${field(caption)}\n`;
    }
  }
}

/** As pandas.read_csv reads it. */
function field(text: string): string {
  return /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @throws PairLensError `invalid-argument` for an image in an archive, which no list can name. */
export function assertFile(path: string): void {
  if (!isArchived(path)) return;
  throw new PairLensError(
    'invalid-argument',
    sentence('{0} is inside an archive: a list can only name files.', path),
    { path, remedy: sentence('Write a new dataset without it: pairlens export.') },
  );
}
