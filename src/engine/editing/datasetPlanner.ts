import type { Finding } from '../../core/audit/finding.ts';
import type { Dataset, DatasetPath } from '../../core/dataset/dataset.ts';
import type { ImageSeparation } from '../../core/dataset/problem.ts';
import { isReadOnly } from '../../core/dataset/archivePaths.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
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
  /** New caption of a pair: a text, or the pair that has it now. */
  readonly #captions = new Map<number, { readonly text: string } | { readonly from: number }>();
  readonly #edited = new Set<DatasetPath>();
  /** Files that are changed as a whole, with the function that does it. */
  readonly #whole = new Map<DatasetPath, () => Promise<readonly FileChange[]>>();
  readonly #bytes = new Map<DatasetPath, Uint8Array>();

  constructor(folder: string, { dataset, settings }: ReadDataset, reads: NotedReads) {
    this.#folder = folder;
    this.#dataset = dataset;
    this.#columnsOf = fileChoices(settings).columnsOf;
    this.#reads = reads;
  }

  /** Replaces the caption of a pair. False if another change has its file or pair already. */
  replace(pair: number, text: string): boolean {
    return this.#assign([[pair, { text }]]);
  }

  /** False if a file or pair of the fix is changed by another fix already. */
  take(finding: Finding, fix: WritingFix): boolean {
    switch (fix.kind) {
      case 'replace-caption':
        return finding.pair !== undefined && this.replace(finding.pair, fix.caption);
      case 'swap-captions':
        return this.#assign([
          [fix.pair, { from: fix.other }],
          [fix.other, { from: fix.pair }],
        ]);
      case 'move-captions':
        return this.#assign(fix.moves.map(({ to, from }) => [to, { from }] as const));
      case 'save-as-utf8': {
        const { encoding } = fix.reading;
        return this.#change([finding.file], (path, bytes) =>
          encodingChange(this.#folder, path, bytes, reencoded(bytes, encoding, path)),
        );
      }
      case 'plain-utf8':
        return this.#change(fix.files, (path, bytes) => plainUtf8Change(this.#folder, path, bytes));
      case 'rename-caption-file': {
        const to = fileIn(this.#folder, this.#absolute(fix.move.to));
        return this.#change([finding.file], (path, before) => ({
          kind: 'rename',
          from: fileIn(this.#folder, path),
          to,
          before,
        }));
      }
      case 'separate-images':
        return this.#separate(finding.file, fix.separations);
    }
  }

  /** Whether a file of the finding is inside an archive. */
  isArchived({ file, pair, relatedPairs }: Finding): boolean {
    const pairs = [...(pair === undefined ? [] : [pair]), ...relatedPairs];
    const files = pairs.map((p) => this.#dataset.pairs[p]?.source.file ?? '');
    return [file, ...files].some((each) => isReadOnly(this.#absolute(each)));
  }

  async changes(): Promise<FileChange[]> {
    const editor = new Editor<number>(async (p) => this.#placed(p));
    const captions: NewCaption<number>[] = [];
    for (const [pair, caption] of this.#captions) {
      const text = 'text' in caption ? caption.text : this.#dataset.pairs[caption.from]?.caption;
      if (text !== undefined) captions.push({ pair, caption: text });
    }
    const edited: FileChange[] = [];
    for (const { path, edits } of await editor.replace(captions)) {
      edited.push(editChange(this.#folder, path, await this.#read(path), edits));
    }
    const whole: FileChange[] = [];
    for (const change of this.#whole.values()) whole.push(...(await change()));
    return [...edited, ...whole];
  }

  #assign(
    captions: readonly (readonly [number, { readonly text: string } | { readonly from: number }])[],
  ): boolean {
    const files = captions.flatMap(([p]) => this.#dataset.pairs[p]?.source.file ?? []);
    // The partners of an exchange have a finding each, with the same fix.
    if (captions.every(([p, caption]) => same(this.#captions.get(p), caption))) return true;
    if (files.length < captions.length || files.some((file) => this.#whole.has(file))) return false;
    if (captions.some(([p]) => this.#captions.has(p))) return false;
    for (const [p, caption] of captions) this.#captions.set(p, caption);
    for (const file of files) this.#edited.add(file);
    return true;
  }

  #change(
    files: readonly DatasetPath[],
    change: (path: string, bytes: Uint8Array) => FileChange,
  ): boolean {
    if (files.some((file) => this.#edited.has(file) || this.#whole.has(file))) return false;
    for (const file of files) {
      const path = this.#absolute(file);
      this.#whole.set(file, async () => [change(path, await this.#read(path))]);
    }
    return true;
  }

  /** Renames images, and copies the caption file of all for each; no other fix changes that file. */
  #separate(file: DatasetPath, separations: readonly ImageSeparation[]): boolean {
    if (this.#edited.has(file) || this.#whole.has(file)) return false;
    this.#whole.set(file, async () => {
      const inFolder = (each: DatasetPath): DatasetPath =>
        fileIn(this.#folder, this.#absolute(each));
      const content = await this.#read(this.#absolute(file));
      const changes: FileChange[] = [];
      for (const { image, to, caption } of separations) {
        const before = await this.#read(this.#absolute(image));
        changes.push({ kind: 'create', file: inFolder(caption), content });
        changes.push({ kind: 'rename', from: inFolder(image), to: inFolder(to), before });
      }
      return changes;
    });
    return true;
  }

  async #placed(p: number): ReturnType<ConstructorParameters<typeof Editor<number>>[0]> {
    const pair = this.#dataset.pairs[p];
    if (pair === undefined) throw new Error(`There is no pair ${p}.`);
    const { file, range } = pair.source;
    const path = this.#absolute(file);
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

  #absolute(file: DatasetPath): string {
    return toAbsolute(this.#dataset.root, file);
  }
}

function same(
  a: { readonly text: string } | { readonly from: number } | undefined,
  b: { readonly text: string } | { readonly from: number },
): boolean {
  if (a === undefined) return false;
  return 'text' in a ? 'text' in b && a.text === b.text : 'from' in b && a.from === b.from;
}
