import type { Finding } from '../../core/audit/finding.ts';
import type { RuleCode } from '../../core/audit/rule.ts';
import type { Dataset, DatasetPath } from '../../core/dataset/dataset.ts';
import { isReadOnly } from '../../core/dataset/archivePaths.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import type { ColumnChoice } from '../../core/formats/columnChoice.ts';
import { formatWith } from '../../core/formats/formatTable.ts';
import type { DatasetSettings } from '../../core/settings/datasetSettings.ts';
import { fileChoices } from '../discovery/configFile.ts';
import { decodedFile } from '../../core/text/decodeText.ts';
import { reencoded } from '../../core/text/reencode.ts';
import { chooseFix, hasWritingFix, type WantedFixes, type WritingFix } from './chooseFix.ts';
import { changedMeanwhile, Editor, type NewCaption } from './editor.ts';
import {
  changesNothing,
  editChange,
  encodingChange,
  type FileChange,
  fileIn,
  plainUtf8Change,
} from './fileChange.ts';
import type { NotedReads } from './notedReads.ts';

/** The changes of a run. */
export interface FixPlan {
  readonly changes: readonly FileChange[];
  /** Number of findings by rule that are fixed. */
  readonly fixed: ReadonlyMap<RuleCode, number>;
  /** Number of findings by rule that have a fix which a person must choose. */
  readonly left: ReadonlyMap<RuleCode, number>;
  /** Number of findings whose file gets another fix first: for a second run. */
  readonly later: number;
  /** Number of findings in archives, which are never changed. */
  readonly archived: number;
}

/** A dataset with its settings and findings. */
export interface FixableDataset {
  readonly dataset: Dataset;
  readonly settings: DatasetSettings;
  readonly findings: readonly Finding[];
}

/**
 * Turns the fixes of findings into changes of files. A file gets either edits of its captions or one change as a whole.
 * @param folder that was opened and contains the datasets
 * @param reads noted while the datasets were read
 * @throws PairLensError `write-failed` if a file was changed since; `unreadable-file`.
 */
export async function planFixes(
  folder: string,
  datasets: readonly FixableDataset[],
  wanted: WantedFixes,
  reads: NotedReads,
): Promise<FixPlan> {
  const fixed = new Map<RuleCode, number>();
  const left = new Map<RuleCode, number>();
  const changes: FileChange[] = [];
  let later = 0;
  let archived = 0;
  for (const { dataset, settings, findings } of datasets) {
    const planner = new DatasetPlanner(folder, { dataset, settings }, reads);
    for (const finding of findings) {
      if (wanted.rules?.has(finding.code) === false || !hasWritingFix(finding)) continue;
      const fix = chooseFix(finding, wanted);
      if (planner.isArchived(finding)) archived++;
      else if (fix === undefined) count(left, finding.code);
      else if (planner.take(finding, fix)) count(fixed, finding.code);
      else later++;
    }
    changes.push(...(await planner.changes()));
  }
  return {
    changes: changes.filter((change) => !changesNothing(change)),
    fixed,
    left,
    later,
    archived,
  };
}

function count(counts: Map<RuleCode, number>, code: RuleCode): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
}

class DatasetPlanner {
  readonly #folder: string;
  readonly #dataset: Dataset;
  readonly #columnsOf: (file: DatasetPath) => ColumnChoice | undefined;
  readonly #reads: NotedReads;
  /** New caption of a pair: a text, or the pair that has it now. */
  readonly #captions = new Map<number, { readonly text: string } | { readonly from: number }>();
  readonly #edited = new Set<DatasetPath>();
  /** Files that are changed as a whole, with the function that does it. */
  readonly #whole = new Map<DatasetPath, () => Promise<FileChange>>();
  readonly #bytes = new Map<DatasetPath, Uint8Array>();

  constructor(
    folder: string,
    { dataset, settings }: Pick<FixableDataset, 'dataset' | 'settings'>,
    reads: NotedReads,
  ) {
    this.#folder = folder;
    this.#dataset = dataset;
    this.#columnsOf = fileChoices(settings).columnsOf;
    this.#reads = reads;
  }

  /** False if a file or pair of the fix is changed by another fix already. */
  take(finding: Finding, fix: WritingFix): boolean {
    switch (fix.kind) {
      case 'replace-caption':
        return finding.pair !== undefined && this.#assign([[finding.pair, { text: fix.caption }]]);
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
    for (const change of this.#whole.values()) whole.push(await change());
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
      this.#whole.set(file, async () => change(path, await this.#read(path)));
    }
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
