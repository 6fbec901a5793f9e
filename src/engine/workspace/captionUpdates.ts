import type { IncrementalDataset } from './incrementalDataset.ts';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import type { Dataset, DatasetPath } from '../../core/dataset/dataset.ts';
import { toDatasetPath } from '../../core/dataset/paths.ts';
import { formatWith } from '../../core/formats/formatTable.ts';
import { rowPatch } from '../../core/formats/rowPatch.ts';
import { row } from '../../core/matching/matrix.ts';
import type { FileSystem } from '../../core/ports.ts';
import type { CaptionFileKind, CaptionFiles } from '../discovery/captionFileKind.ts';
import { sniffTable } from '../discovery/captionTables.ts';
import type { OpenedFolder } from '../discovery/openDatasets.ts';
import type { TextRecord } from '../indexing/embeddingRecord.ts';
import { weighDoubtfulWords } from '../audit/doubtfulWords.ts';
import { addSentences } from '../audit/weighedSentences.ts';
import { captionEncoder, indexCaptions } from '../indexing/indexCaptions.ts';
import { DocumentOverlay, withText } from './documentOverlay.ts';
import { fileContent, readCaptionFile, withContent } from './rereadCaptionFile.ts';
import type { WorkspacePorts } from './workspacePorts.ts';
import { captionFileOf, type OpenedDataset } from './openedDatasets.ts';

/** Result of an update: `nothing` for a file that is not a caption file. */
export type UpdateResult = 'nothing' | 'captions' | 'restructures';

/** Updates datasets after changes of their caption files. */
export class CaptionFileUpdater {
  readonly documents: DocumentOverlay;
  readonly disk: FileSystem;
  readonly #ports: () => WorkspacePorts;

  constructor(disk: FileSystem, ports: () => WorkspacePorts) {
    this.#ports = ports;
    this.disk = disk;
    this.documents = new DocumentOverlay(disk);
  }

  /**
   * Reads a caption file again (the open document, else the file on disk) and rescores what changed.
   * @returns `restructures` if the file on disk changes which datasets the folder contains.
   * @throws PairLensError `cancelled`.
   */
  async update(
    openedDataset: OpenedDataset,
    path: string,
    signal: CancelSignal | undefined,
  ): Promise<UpdateResult> {
    if (captionFileOf(openedDataset, path) === undefined) return 'nothing';
    return this.updateFromText(openedDataset, path, await this.documents.textOf(path), signal);
  }

  /** As `update`, for a known text; undefined for the file on disk. */
  async updateFromText(
    openedDataset: OpenedDataset,
    path: string,
    text: string | undefined,
    signal: CancelSignal | undefined,
  ): Promise<UpdateResult> {
    const known = captionFileOf(openedDataset, path);
    if (known === undefined) return 'nothing';
    const { file, kind } = known;
    if (text !== undefined && (await this.#patch(openedDataset, file, kind, text, signal))) {
      return 'captions';
    }
    const { dataset, opened, found, files, texts } = openedDataset;
    const source = text === undefined ? this.disk : withText(this.disk, path, text);
    const root = { root: dataset.root, disk: this.disk };
    const read = await readCaptionFile(source, opened, root, file, kind, signal);
    const context = { dataset: dataset.dataset, opened, found, files };
    const content = fileContent(context, file, read);
    await this.#encodeFor(openedDataset, read.pairs, signal, (records) => {
      dataset.apply(content, records);
      files.set(file, read.kind);
      if (text === undefined) texts.delete(file);
      else texts.set(file, text);
    });
    if (text !== undefined) return 'captions';
    return content.restructures || !(await this.#isStill(openedDataset, kind, path, file))
      ? 'restructures'
      : 'captions';
  }

  /**
   * Whether the file on disk changes which datasets the folder contains; undefined if it is not a caption file.
   * @throws PairLensError `cancelled`.
   */
  async restructures(
    openedDataset: OpenedDataset,
    path: string,
    signal: CancelSignal | undefined,
  ): Promise<boolean | undefined> {
    const known = captionFileOf(openedDataset, path);
    if (known === undefined) return undefined;
    if (known.kind.kind === 'sidecar') return false;
    const { dataset, opened, found, files } = openedDataset;
    const { file, kind } = known;
    if (!(await this.#isStill(openedDataset, kind, path, file))) return true;
    const root = { root: dataset.root, disk: this.disk };
    const read = await readCaptionFile(this.disk, opened, root, file, kind, signal);
    const context = { dataset: dataset.dataset, opened, found, files };
    return fileContent(context, file, read).restructures;
  }

  /** A dataset read from disk, with the texts of open documents in place of their files. @throws PairLensError `cancelled`. */
  async withDocuments(
    opened: OpenedFolder,
    dataset: Dataset,
    signal: CancelSignal | undefined,
  ): Promise<Pick<OpenedDataset, 'found' | 'files' | 'texts'> & { readonly dataset: Dataset }> {
    const found: CaptionFiles = opened.captionFiles.get(dataset) ?? new Map();
    const files = new Map(found);
    const texts = new Map<string, string>();
    let whole = dataset;
    for (const path of [...this.documents.paths()].sort()) {
      const file = toDatasetPath(dataset.root, path);
      const kind = file === undefined ? undefined : files.get(file);
      const text = kind && (await this.documents.textOf(path));
      if (file === undefined || kind === undefined || text === undefined) continue;
      const source = withText(this.disk, path, text);
      const root = { root: dataset.root, disk: this.disk };
      const read = await readCaptionFile(source, opened, root, file, kind, signal);
      whole = withContent(whole, fileContent({ dataset: whole, opened, found, files }, file, read));
      files.set(file, read.kind);
      texts.set(file, text);
    }
    return { dataset: whole, found, files, texts };
  }

  /** Fast path: applies a change of captions only, without reading the whole file. False if it is another change. */
  async #patch(
    { dataset, texts }: OpenedDataset,
    file: string,
    kind: CaptionFileKind,
    text: string,
    signal: CancelSignal | undefined,
  ): Promise<boolean> {
    const before = texts.get(file);
    if (kind.kind !== 'table' || before === undefined) return false;
    const known = dataset.slots.captionsOf(file);
    const format = formatWith(kind.format, kind.columns);
    const patch = await rowPatch(format, file, before, text, known);
    const slots = patch && dataset.slotsOf(file, patch);
    if (patch === undefined || slots === undefined) return false;
    const pairs = patch.rows.map(({ after }, r) => ({
      caption: after.caption,
      image: dataset.slots.pairs[slots[r]!]!.image,
    }));
    await this.#encodeFor({ dataset }, pairs, signal, (records) => {
      dataset.applyPatch(file, patch, slots, records);
      texts.set(file, text);
    });
    return true;
  }

  /** Encodes the captions that are new to the dataset, weighs their words, and passes the captions to `take`. */
  async #encodeFor(
    { dataset }: Pick<OpenedDataset, 'dataset'>,
    pairs: readonly { readonly caption: string; readonly image: DatasetPath }[],
    signal: CancelSignal | undefined,
    take: (records: ReadonlyMap<string, TextRecord>) => void,
  ): Promise<void> {
    const unknown = dataset.unknownTexts(pairs.map(({ caption }) => caption));
    // Beyond the capacity they are encoded by the whole audit that must follow.
    const records = dataset.hasCapacityFor(unknown.length)
      ? await this.encode(unknown, signal, dataset)
      : new Map<string, TextRecord>();
    const fresh = pairs.flatMap(({ caption, image }) => {
      const row = records.has(caption) ? dataset.imageRowOf.get(image) : undefined;
      return row === undefined ? [] : [{ caption, image: row }];
    });
    const encode = captionEncoder(this.#ports(), dataset.boilerplate);
    await weighDoubtfulWords(dataset.context, fresh, encode, signal);
    const { sentences } = dataset.context;
    if (sentences) await addSentences(dataset.context, sentences, fresh, encode, signal);
    throwIfCancelled(signal);
    take(records);
  }

  /** Whether the file on disk still has the known format. */
  async #isStill(
    { opened }: OpenedDataset,
    kind: CaptionFileKind,
    path: string,
    file: DatasetPath,
  ): Promise<boolean> {
    if (kind.kind === 'sidecar') return true;
    if (!(await this.disk.exists(path))) return false;
    const format = await sniffTable(this.disk, path, file, opened.index, kind.columns);
    return format?.id === kind.format;
  }

  /**
   * Embeddings by caption, without blank captions.
   * @param dataset whose boilerplate is left out and whose vocabulary gets the new words; without it the captions are
   *   encoded whole
   * @throws PairLensError `cancelled`.
   */
  async encode(
    texts: readonly string[],
    signal: CancelSignal | undefined,
    dataset?: Pick<IncrementalDataset, 'boilerplate' | 'context'>,
  ): Promise<Map<string, TextRecord>> {
    const wanted = texts.filter((text) => text.trim() !== '');
    if (wanted.length === 0) return new Map();
    const vocabulary = dataset?.context.vocabulary;
    const { table, rowOf, words } = await indexCaptions(wanted, this.#ports(), {
      ...(dataset?.boilerplate && { boilerplate: dataset.boilerplate }),
      ...(vocabulary && { words: vocabulary.missing(wanted) }),
      ...(signal && { signal }),
    });
    vocabulary?.add(words);
    return new Map(
      [...rowOf].map(([text, r]) => [
        text,
        { embedding: row(table.embedding, r), sentence: row(table.sentence, r) },
      ]),
    );
  }
}
