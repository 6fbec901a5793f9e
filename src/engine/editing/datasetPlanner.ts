import type { Finding } from '../../core/audit/finding.ts';
import type { Dataset, DatasetPath } from '../../core/dataset/dataset.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import {
  readOnlyFinding,
  type ReadOnlyReason,
  refuseReadOnly,
} from '../../core/dataset/readOnly.ts';
import type { ColumnChoice } from '../../core/formats/columnChoice.ts';
import { formatWith } from '../../core/formats/formatTable.ts';
import type { DatasetSettings } from '../../core/settings/datasetSettings.ts';
import { decodedFile } from '../../core/text/decodeText.ts';
import { reencoded } from '../../core/text/reencode.ts';
import { fileChoices } from '../discovery/configFile.ts';
import type { WritingFix } from './chooseFix.ts';
import { changedMeanwhile, Editor, type NewCaption } from './editor.ts';
import {
  editChange,
  encodingChange,
  type FileChange,
  fileIn,
  plainUtf8Change,
} from './fileChange.ts';
import type { NotedReads } from './notedReads.ts';
import { TakenFixes, type WholeFileFix } from './takenFixes.ts';

/** A dataset with its settings. */
export interface ReadDataset {
  readonly dataset: Dataset;
  readonly settings: DatasetSettings;
}

/** Collects the changes of a dataset. A file gets either edits of its captions or one change as a whole. */
export class DatasetPlanner {
  readonly #folder: string;
  readonly #dataset: Dataset;
  readonly #columnsOf: (file: DatasetPath) => ColumnChoice | undefined;
  readonly #reads: NotedReads;
  readonly #taken: TakenFixes;
  readonly #bytes = new Map<DatasetPath, Uint8Array>();

  constructor(folder: string, { dataset, settings }: ReadDataset, reads: NotedReads) {
    this.#folder = folder;
    this.#dataset = dataset;
    this.#columnsOf = fileChoices(settings).columnsOf;
    this.#reads = reads;
    this.#taken = new TakenFixes((pair) => dataset.pairs[pair]?.source.file);
  }

  /** Replaces the caption of a pair. False if another change has its file or pair already. */
  replace(pair: number, text: string): boolean {
    return this.#taken.replace(pair, text);
  }

  /** False if a file or pair of the fix is changed by another fix already. */
  take(finding: Finding, fix: WritingFix): boolean {
    return this.#taken.take(finding, fix);
  }

  /** Why the finding is not fixed; undefined if it may be. */
  readOnly({ file, pair, relatedPairs }: Finding): ReadOnlyReason | undefined {
    const pairs = [...(pair === undefined ? [] : [pair]), ...relatedPairs];
    const files = pairs.map((p) => this.#dataset.pairs[p]?.source.file ?? '');
    return readOnlyFinding(
      this.#absolute(file),
      files.map((each) => this.#absolute(each)),
    );
  }

  async changes(): Promise<FileChange[]> {
    const editor = new Editor<number>(async (p) => this.#placed(p));
    const captions: NewCaption<number>[] = [];
    for (const [pair, caption] of this.#taken.captions) {
      const text = 'text' in caption ? caption.text : this.#dataset.pairs[caption.from]?.caption;
      if (text !== undefined) captions.push({ pair, caption: text });
    }
    const edited: FileChange[] = [];
    for (const { path, edits } of await editor.replace(captions)) {
      edited.push(editChange(this.#folder, path, await this.#read(path), edits));
    }
    const whole: FileChange[] = [];
    for (const [file, fix] of this.#taken.whole) whole.push(...(await this.#changed(file, fix)));
    return [...edited, ...whole];
  }

  /** The changes of a fix of a whole file. */
  async #changed(file: DatasetPath, fix: WholeFileFix): Promise<FileChange[]> {
    const path = this.#absolute(file);
    const bytes = await this.#read(path);
    switch (fix.kind) {
      case 'save-as-utf8':
        return [
          encodingChange(this.#folder, path, bytes, reencoded(bytes, fix.reading.encoding, path)),
        ];
      case 'plain-utf8':
        return [plainUtf8Change(this.#folder, path, bytes)];
      case 'rename-caption-file': {
        const to = this.#inFolder(fix.move.to);
        return [{ kind: 'rename', from: fileIn(this.#folder, path), to, before: bytes }];
      }
      case 'separate-images': {
        const changes: FileChange[] = [];
        for (const { image, to, caption } of fix.separations) {
          const before = await this.#read(this.#absolute(image));
          changes.push({ kind: 'create', file: this.#inFolder(caption), content: bytes });
          changes.push({
            kind: 'rename',
            from: this.#inFolder(image),
            to: this.#inFolder(to),
            before,
          });
        }
        return changes;
      }
    }
  }

  async #placed(p: number): ReturnType<ConstructorParameters<typeof Editor<number>>[0]> {
    const pair = this.#dataset.pairs[p];
    if (pair === undefined) throw new Error(`There is no pair ${p}.`);
    const { file, range } = pair.source;
    const path = this.#absolute(file);
    refuseReadOnly(path);
    // Patterns of a config file are relative to its folder, which may be above the dataset.
    const columns = this.#columnsOf(file) ?? this.#columnsOf(fileIn(this.#folder, path));
    const format = formatWith(pair.source.format, columns);
    const { text } = decodedFile(path, await this.#read(path));
    return { path, text, caption: pair.caption, format, range };
  }

  /** @throws PairLensError `write-failed` if the file is not the one that was audited. */
  async #read(path: string): Promise<Uint8Array> {
    const known = this.#bytes.get(path);
    if (known !== undefined) return known;
    const bytes = await this.#reads.unchanged(path);
    if (bytes === undefined) throw changedMeanwhile(path);
    this.#bytes.set(path, bytes);
    return bytes;
  }

  #inFolder(file: DatasetPath): DatasetPath {
    return fileIn(this.#folder, this.#absolute(file));
  }

  #absolute(file: DatasetPath): string {
    return toAbsolute(this.#dataset.root, file);
  }
}
