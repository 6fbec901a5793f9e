import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { toAbsolute, toDatasetPath } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem } from '../../core/ports.ts';
import { row } from '../../core/matching/matrix.ts';
import { evidenceOf } from '../../core/audit/detectors/captionMismatch.ts';
import { writeDecision } from '../decisions.ts';
import { indexCaptions } from '../indexCaptions.ts';
import type { TextRecord } from '../embeddingRecord.ts';
import type { LiveDataset } from './liveDataset.ts';
import { captionEdit, createCaptionEdit, swapEdits, type Editing } from './liveEdits.ts';
import { neighbourLists } from './liveNeighbours.ts';
import { imageAlone, livePair } from './livePairs.ts';
import type { LivePorts } from './livePorts.ts';
import { searchByImage, searchByText } from './liveSearch.ts';
import type {
  Decision,
  FileEdit,
  LiveChange,
  LiveDatasetSummary,
  LiveFinding,
  LiveMatch,
  LiveNeighbour,
  LiveNeighbours,
  LivePair,
  LivePairId,
  LiveSettings,
  LiveStatus,
  LiveWorkspace,
} from './liveWorkspace.ts';
import { findPair, noSuchPair, type FoundPair, type Member } from './members.ts';
import { memberFindings } from './memberFindings.ts';
import { OpenDocuments } from './openDocuments.ts';
import { openMembers } from './openMembers.ts';
import { outermost } from './outermost.ts';
import { Priority } from './priority.ts';
import { fileContent, readCaptionFile } from './readCaptionFile.ts';
import { Turns } from './turns.ts';

/**
 * Opens the datasets of an editor's folders; nothing is read before `refresh`.
 * @param load opens the encoders and the cache; called when the first dataset is found. They stay the caller's to close.
 */
export function openLiveWorkspace(
  files: FileSystem,
  load: () => Promise<LivePorts>,
  settings: LiveSettings,
): LiveWorkspace {
  return new Workspace(files, load, settings);
}

class Workspace implements LiveWorkspace {
  status: LiveStatus = { state: 'no-dataset' };
  readonly #load: () => Promise<LivePorts>;
  #loaded: LivePorts | undefined;
  readonly #documents: OpenDocuments;
  readonly #priority = new Priority();
  readonly #turns = new Turns();
  readonly #listeners = new Set<(change: LiveChange) => void>();
  #settings: LiveSettings;
  #members: readonly Member[] = [];
  #findings: readonly LiveFinding[] | undefined;
  /** Caption files that changed and were not taken in yet. */
  readonly #stale = new Set<string>();
  /** Caption files that changed while a refresh was reading. */
  #changedMeanwhile: Set<string> | undefined;

  constructor(files: FileSystem, load: () => Promise<LivePorts>, settings: LiveSettings) {
    this.#load = load;
    this.#settings = settings;
    this.#documents = new OpenDocuments(files);
  }

  /** There once a dataset is open. */
  get #ports(): LivePorts {
    if (this.#loaded === undefined) throw new Error('No dataset is open.');
    return this.#loaded;
  }

  get datasets(): readonly LiveDatasetSummary[] {
    return this.#members.map(({ dataset }) => ({
      dataset: dataset.dataset,
      estimate: dataset.estimate,
      verified: dataset.verified,
      excluded: dataset.excluded,
    }));
  }

  async refresh(
    folders: readonly string[],
    hooks: Parameters<LiveWorkspace['refresh']>[1],
  ): Promise<void> {
    const before = this.status;
    this.status = { state: 'indexing' };
    const meanwhile = new Set<string>();
    this.#changedMeanwhile = meanwhile;
    try {
      const members = await this.#open(folders, hooks);
      await this.#turns.run(async () => {
        for (const path of [...meanwhile, ...this.#stale]) {
          for (const member of members) await this.#take(member, path, hooks.signal);
        }
        throwIfCancelled(hooks.signal);
        this.#members = members;
        this.#stale.clear();
      });
      this.status = { state: members.length === 0 ? 'no-dataset' : 'ready' };
      this.#changed({ findings: true, paths: [] });
    } catch (error) {
      const { code, message, remedy } = PairLensError.from(error);
      this.status =
        code === 'cancelled'
          ? before
          : { state: 'failed', error: { message, ...(remedy !== undefined && { remedy }) } };
      throw error;
    } finally {
      if (this.#changedMeanwhile === meanwhile) this.#changedMeanwhile = undefined;
    }
  }

  async #open(
    folders: readonly string[],
    hooks: Parameters<LiveWorkspace['refresh']>[1],
  ): Promise<Member[]> {
    const { captionsPerFile } = this.#settings;
    return openMembers(outermost(folders), {
      ...hooks,
      ...(captionsPerFile && { captionsPerFile }),
      files: this.#documents.files,
      ports: async () => this.#priority.behind((this.#loaded ??= await this.#load())),
      pause: this.#priority.pause,
      onState: (state) => (this.status = { state }),
    });
  }

  onChange(listener: (change: LiveChange) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  #changed(change: LiveChange): void {
    this.#findings = undefined;
    for (const listener of this.#listeners) listener(change);
  }

  findings(): readonly LiveFinding[] {
    this.#findings ??= this.#members.flatMap((member) =>
      memberFindings(member, this.#settings.levels, (text) => this.#ports.hasher.hash(text)),
    );
    return this.#findings;
  }

  pairsInFile(path: string): readonly LivePair[] {
    return this.#members.flatMap(({ dataset }) => {
      const file = toDatasetPath(dataset.root, path);
      const slots = file === undefined ? [] : dataset.slots.ofFile(file);
      return slots.map((slot) => livePair(dataset, slot));
    });
  }

  pairsOfImage(path: string): readonly LivePair[] {
    return this.#members.flatMap(({ dataset }) => {
      const image = toDatasetPath(dataset.root, path);
      const slots = image === undefined ? [] : dataset.slots.ofImage(image);
      return slots.map((slot) => livePair(dataset, slot));
    });
  }

  pair(id: LivePairId): LivePair | undefined {
    const found = this.#find(id);
    return found && livePair(found.dataset, found.slot);
  }

  kindOf(path: string): 'captions' | 'image' | undefined {
    for (const { dataset, files } of this.#members) {
      const inside = toDatasetPath(dataset.root, path);
      if (inside === undefined) continue;
      if (files.has(inside)) return 'captions';
      if (dataset.hasImage(inside)) return 'image';
    }
    return undefined;
  }

  async captionsChanged(
    path: string,
    text: string | undefined,
    signal?: CancelSignal,
  ): Promise<void> {
    this.#documents.set(path, text);
    this.#changedMeanwhile?.add(path);
    this.#stale.add(path);
    await this.#priority.first(() =>
      this.#turns.run(async () => {
        throwIfCancelled(signal);
        const changed: string[] = [];
        for (const stale of [...this.#stale]) {
          for (const member of this.#members) {
            if (await this.#take(member, stale, signal)) changed.push(stale);
          }
          this.#stale.delete(stale);
        }
        if (changed.length > 0) this.#changed({ findings: true, paths: changed });
      }),
    );
  }

  /** Reads a caption file of a dataset again and judges what changed. Whether it is one. */
  async #take(
    { dataset, opened, files }: Member,
    path: string,
    signal: CancelSignal | undefined,
  ): Promise<boolean> {
    const file = toDatasetPath(dataset.root, path);
    const kind = file === undefined ? undefined : files.get(file);
    if (file === undefined || kind === undefined) return false;
    const read = await readCaptionFile(
      this.#documents.files,
      opened,
      dataset.root,
      file,
      kind,
      signal,
    );
    const content = fileContent(dataset.dataset, file, kind, read);
    const records = await this.#encode(dataset.unknownTexts(content.pairs), signal);
    throwIfCancelled(signal);
    dataset.apply(content, records);
    return true;
  }

  async #encode(
    texts: readonly string[],
    signal: CancelSignal | undefined,
  ): Promise<Map<string, TextRecord>> {
    const wanted = texts.filter((text) => text.trim() !== '');
    if (wanted.length === 0) return new Map();
    const { table, rowOf } = await indexCaptions(wanted, this.#ports, {
      ...(signal && { signal }),
    });
    return new Map(
      [...rowOf].map(([text, r]) => [
        text,
        { embedding: row(table.embedding, r), sentence: row(table.sentence, r) },
      ]),
    );
  }

  async neighbours(
    id: LivePairId,
    k: number,
    signal?: CancelSignal,
  ): Promise<LiveNeighbours | undefined> {
    return this.#priority.first(() =>
      this.#turns.run(async () => {
        throwIfCancelled(signal);
        return Promise.resolve(this.#neighbours(id, k));
      }),
    );
  }

  #neighbours(id: LivePairId, k: number): LiveNeighbours | undefined {
    const found = this.#find(id);
    const member = found ?? this.#members.find(({ dataset }) => dataset.root === id.root);
    if (member === undefined) return undefined;
    const { dataset } = member;
    if (found === undefined && !dataset.hasImage(id.image)) return undefined;
    const slots = dataset.slots.ofImage(id.image);
    const { embedded } = dataset.context;
    const image = dataset.imageRowOf.get(id.image) ?? -1;
    const text = found === undefined ? -1 : embedded.textRow[found.slot]!;
    const path = toAbsolute(dataset.root, id.image);
    return {
      focus:
        found === undefined ? imageAlone(dataset.root, id.image) : livePair(dataset, found.slot),
      siblings: slots.map((slot) => livePair(dataset, slot)),
      findings: this.findings().filter(
        ({ root, finding, pair }) =>
          root === dataset.root &&
          (pair?.imagePath === path ||
            finding.image === id.image ||
            finding.relatedFiles.includes(id.image)),
      ),
      ...neighbourLists(dataset, { image, text, slot: found?.slot }, k),
    };
  }

  async match(
    id: LivePairId,
    caption: string,
    signal?: CancelSignal,
  ): Promise<LiveMatch | undefined> {
    return this.#priority.first(async () => {
      const records = await this.#encode([caption], signal);
      throwIfCancelled(signal);
      return this.#turns.run(async () => Promise.resolve(this.#match(id, caption, records)));
    });
  }

  /** Gives the pair the caption, looks, and takes it back, in one go. */
  #match(
    id: LivePairId,
    caption: string,
    records: ReadonlyMap<string, TextRecord>,
  ): LiveMatch | undefined {
    const found = this.#find(id);
    if (found === undefined) return undefined;
    const { dataset, slot } = found;
    const before = this.#findings;
    const undo = dataset.tryCaption(slot, caption, records);
    try {
      this.#findings = undefined;
      const { context } = dataset;
      const neighbours = this.#neighbours(id, MATCH_NEIGHBOURS);
      const mismatch = context.mismatch[slot]!;
      if (neighbours === undefined || Number.isNaN(mismatch)) return undefined;
      const image = context.embedded.imageRow[slot]!;
      const text = context.embedded.textRow[slot]!;
      return { match: 1 - mismatch, evidence: evidenceOf(context, image, text), neighbours };
    } finally {
      undo();
      this.#findings = before;
    }
  }

  async searchText(
    text: string,
    want: 'images' | 'captions',
    k: number,
    signal?: CancelSignal,
  ): Promise<readonly LiveNeighbour[]> {
    if (text.trim() === '' || this.#members.length === 0) return [];
    return this.#priority.first(async () => {
      const record = (await this.#encode([text], signal)).get(text);
      throwIfCancelled(signal);
      if (record === undefined) return [];
      return this.#turns.run(async () =>
        Promise.resolve(this.#best(k, (dataset) => searchByText(dataset, text, record, want, k))),
      );
    });
  }

  async searchImage(
    image: { readonly path: string } | { readonly bytes: Uint8Array },
    want: 'images' | 'captions',
    k: number,
    signal?: CancelSignal,
  ): Promise<readonly LiveNeighbour[]> {
    if (this.#members.length === 0) return [];
    const { files, reader, imageEncoder } = this.#ports;
    return this.#priority.first(async () => {
      const bytes = 'path' in image ? await files.read(image.path) : image.bytes;
      throwIfCancelled(signal);
      const square = await reader.read(bytes, imageEncoder.size);
      throwIfCancelled(signal);
      const encoded = await imageEncoder.encode([square]);
      throwIfCancelled(signal);
      return this.#turns.run(async () =>
        Promise.resolve(this.#best(k, (dataset) => searchByImage(dataset, encoded, want, k))),
      );
    });
  }

  #best(k: number, search: (dataset: LiveDataset) => LiveNeighbour[]): LiveNeighbour[] {
    return this.#members
      .flatMap(({ dataset }) => search(dataset))
      .sort((a, b) => b.score - a.score)
      .slice(0, k);
  }

  captionEdit(id: LivePairId, caption: string): Promise<FileEdit> {
    return this.#turns.run(() => captionEdit(this.#editing, id, caption));
  }

  swapEdits(id: LivePairId, other: LivePairId): Promise<readonly FileEdit[]> {
    return this.#turns.run(() => swapEdits(this.#editing, id, other));
  }

  createCaptionEdit(imagePath: string, caption: string): Promise<FileEdit> {
    return this.#turns.run(() => createCaptionEdit(this.#editing, imagePath, caption));
  }

  async decide(id: LivePairId, decision: Decision | 'none'): Promise<void> {
    await this.#turns.run(async () => {
      const found = this.#find(id);
      if (found === undefined) throw noSuchPair(id);
      const { dataset, slot } = found;
      const { image, caption, source } = dataset.slots.pairs[slot]!;
      const imageHash = dataset.context.embedded.images.hashes[dataset.imageRowOf.get(image) ?? -1];
      if (imageHash === undefined) {
        throw new PairLensError('invalid-argument', `${image} cannot be read.`, {
          path: toAbsolute(dataset.root, image),
          remedy: 'Replace the image first.',
        });
      }
      const { files, hasher } = this.#ports;
      const pair = { image, imageHash, caption };
      await writeDecision(files, dataset.root, pair, decision, (text) => hasher.hash(text));
      const known = dataset.unknownTexts([dataset.slots.pairs[slot]!]);
      dataset.decide(slot, decision, await this.#encode(known, undefined));
      this.#changed({ findings: true, paths: [toAbsolute(dataset.root, source.file)] });
    });
  }

  setSettings(settings: LiveSettings): void {
    this.#settings = settings;
    this.#changed({ findings: true, paths: [] });
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#turns.run(async () => Promise.resolve());
    await this.#loaded?.store.flush();
  }

  #find(id: LivePairId): FoundPair | undefined {
    return findPair(this.#members, id);
  }

  get #editing(): Editing {
    return {
      members: this.#members,
      files: this.#documents.files,
      readAgain: async (member, path) => {
        await this.#take(member, path, undefined);
      },
    };
  }
}

const MATCH_NEIGHBOURS = 20;
