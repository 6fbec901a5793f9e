import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import type { Inventory } from '../../core/dataset/inventory.ts';
import { PairLensError } from '../../core/errors.ts';
import type { GroundedWord } from '../../core/matching/wordRegions.ts';
import type { FileSystem } from '../../core/ports.ts';
import { BackgroundWork } from './backgroundWork.ts';
import { cachedHash } from './cachedHash.ts';
import { EarlyFindings, type EarlyPorts } from './earlyFindings.ts';
import { CaptionFileUpdater } from './captionUpdates.ts';
import { type Editing, saveAsUtf8 } from './edits.ts';
import { captionTokens } from './captionTokens.ts';
import { kindOf, livePair, pairAt, pairsInFile, pairsOfImage, decidedPairs } from './pairLookup.ts';
import { learnFromWrite } from './verdicts.ts';
import type { WorkspacePorts } from './workspacePorts.ts';
import { findingsAbout, LiveQueries } from './queries.ts';
import {
  findPair,
  type OpenedDataset,
  openFolders,
  outermost,
  summaryOf,
} from './openedDatasets.ts';
import { ForegroundGate, BackgroundRescorer, SerialQueue } from './scheduling.ts';
import { PairBrowser } from './pairBrowser.ts';
import { LiveEdits } from './liveEdits.ts';
import { KeptFindings } from './keptFindings.ts';
import { KeptSelections } from './keptSelections.ts';
import { LiveFits } from './liveFits.ts';
import { LiveReliability } from './liveReliability.ts';
import { LiveMaps } from './liveMaps.ts';
import { LiveStatistics } from './liveStatistics.ts';
import { LiveTags } from './liveTags.ts';
import { PairFiles } from './pairFiles.ts';
import { type Decided, decidePairs } from './decidePairs.ts';
import { WordQueries } from './wordQueries.ts';
import type { Decision } from '../../core/dataset/decisions.ts';
import type {
  DecidedPair,
  LiveChange,
  LiveDatasetSummary,
  LiveFinding,
  LiveNeighbour,
  LivePair,
  LivePairId,
  LiveSettings,
  LiveStatus,
  LiveWorkspace,
} from './workspace.ts';

/**
 * Creates the workspace of an editor's folders; nothing is read before `refresh`.
 * @param load opens encoders and cache; called when the first dataset is found. The caller must close them.
 */
export function openWorkspace(
  files: FileSystem,
  load: () => Promise<WorkspacePorts>,
  settings: LiveSettings,
  early: EarlyPorts = {},
): LiveWorkspace {
  return new IncrementalWorkspace(files, load, settings, early);
}

class IncrementalWorkspace implements LiveWorkspace {
  status: LiveStatus = { state: 'no-dataset' };
  inventories: readonly Inventory[] = [];
  readonly #load: () => Promise<WorkspacePorts>;
  #loaded: WorkspacePorts | undefined;
  readonly #updater: CaptionFileUpdater;
  readonly #queries: LiveQueries;
  readonly #words: WordQueries;
  readonly #gate = new ForegroundGate();
  readonly #queue = new SerialQueue();
  readonly #refreshes = new SerialQueue();
  readonly #listeners = new Set<(change: LiveChange) => void>();
  readonly #hash = cachedHash((text) => this.#ports.hasher.hash(text));
  readonly #kept = new KeptFindings(this.#hash);
  readonly #rescorer = new BackgroundRescorer(
    this.#gate,
    this.#queue,
    () => (this.#closed ? [] : this.#opened),
    () => (this.#findings = undefined),
  );
  readonly #selections = new KeptSelections();
  readonly browser = new PairBrowser(
    () => this.#opened,
    () => this.findings(),
    this,
    this.#selections,
  );
  readonly tags = new LiveTags(() => this.#opened);
  readonly edits: LiveEdits;
  readonly statistics = new LiveStatistics(this.browser, this.tags);
  readonly pairFiles: PairFiles;
  readonly fits: LiveFits;
  readonly reliability: LiveReliability;
  readonly maps: LiveMaps;
  readonly #background = new BackgroundWork({
    audit: () => this.refresh(this.#folders, {}),
    rescore: async () => {
      if (await this.#rescorer.run()) this.#changed({ findings: true, paths: [] });
    },
    log: () => this.#ports.log,
    closed: () => this.#closed,
  });
  #folders: readonly string[] = [];
  #closed = false;
  #settings: LiveSettings;
  #opened: readonly OpenedDataset[] = [];
  readonly #early: EarlyFindings;
  #findings: readonly LiveFinding[] | undefined;
  /** Changed caption files that were not processed yet. */
  readonly #stale = new Set<string>();
  /** Caption files that changed while a refresh was reading. */
  #changedMeanwhile: Set<string> | undefined;
  /** Files that were written while a refresh was reading. */
  readonly #writtenMeanwhile = new Set<string>();

  constructor(
    files: FileSystem,
    load: () => Promise<WorkspacePorts>,
    settings: LiveSettings,
    early: EarlyPorts,
  ) {
    this.#early = new EarlyFindings(files, early, () =>
      this.#changed({ findings: true, paths: [] }),
    );
    this.#load = load;
    this.#settings = settings;
    this.#updater = new CaptionFileUpdater(files, () => this.#ports);
    const [updater, gate, queue] = [this.#updater, this.#gate, this.#queue] as const;
    const ports = (): WorkspacePorts => this.#ports;
    const opened = (): readonly OpenedDataset[] => this.#opened;
    this.pairFiles = new PairFiles({
      updater,
      queue,
      opened,
      findings: () => this.findings(),
      auditSoon: () => this.#background.rereadSoon(),
    });
    this.edits = new LiveEdits({
      editing: () => this.#editing,
      queue,
      tags: this.tags,
      findings: () => this.#currentFindings(),
    });
    this.fits = new LiveFits({ updater, gate, ports, opened });
    this.reliability = new LiveReliability({ updater, gate, ports, opened });
    const { browser } = this;
    this.maps = new LiveMaps({ browser, selections: this.#selections, gate, ports, opened });
    this.#words = new WordQueries({ ports, gate, opened });
    this.#queries = new LiveQueries({
      ports,
      updater,
      gate,
      queue,
      opened,
      matcher: () => this.#settings.matcher,
      findingsAbout: (openedDataset, image) =>
        findingsAbout(openedDataset, image, this.#settings.dataset, this.#hash),
    });
  }

  /** Available after the first dataset is opened. */
  get #ports(): WorkspacePorts {
    if (this.#loaded === undefined) throw new Error('No dataset is open.');
    return this.#loaded;
  }

  get datasets(): readonly LiveDatasetSummary[] {
    return this.#opened.map(summaryOf);
  }

  refresh(...[folders, options]: Parameters<LiveWorkspace['refresh']>): Promise<void> {
    this.#folders = folders;
    return this.#refreshes.run(() => this.#refresh(folders, options));
  }

  async #refresh(...[folders, options]: Parameters<LiveWorkspace['refresh']>): Promise<void> {
    if (this.#closed) throw new PairLensError('cancelled', 'Cancelled.');
    throwIfCancelled(options.signal);
    const before = this.status;
    this.status = { state: 'indexing' };
    const meanwhile = new Set<string>();
    this.#changedMeanwhile = meanwhile;
    this.#writtenMeanwhile.clear();
    try {
      const { datasets: openedDatasets, inventories } = await this.#open(folders, options);
      await this.#queue.run(async () => {
        for (const path of new Set([...meanwhile, ...this.#stale])) {
          this.#stale.delete(path);
          for (const openedDataset of openedDatasets)
            await this.#update(openedDataset, path, options.signal);
        }
        throwIfCancelled(options.signal);
        this.#opened = openedDatasets;
        this.inventories = inventories;
        this.#early.clear();
      });
      for (const path of this.#writtenMeanwhile) await this.#checkStructure(path);
      this.status = { state: openedDatasets.length === 0 ? 'no-dataset' : 'ready' };
      this.#changed({ findings: true, paths: [] });
      this.statistics.audited(openedDatasets.map(({ dataset }) => dataset.root));
    } catch (error) {
      const known = PairLensError.from(error);
      this.status = known.code === 'cancelled' ? before : { state: 'failed', error: known };
      throw error;
    } finally {
      if (this.#changedMeanwhile === meanwhile) this.#changedMeanwhile = undefined;
    }
  }

  async #open(
    folders: readonly string[],
    options: Parameters<LiveWorkspace['refresh']>[1],
  ): ReturnType<typeof openFolders> {
    return openFolders(outermost(folders), {
      ...options,
      settings: this.#settings.dataset,
      replaced: (root) =>
        this.#opened.find(({ dataset }) => dataset.root === root)?.dataset.replaced ?? [],
      updater: this.#updater,
      ports: async () => this.#gate.behind((this.#loaded ??= await this.#load())),
      pause: this.#gate.pause,
      onState: (state) => (this.status = { state }),
      ...(this.#early.ports.log && { log: this.#early.ports.log }),
      onListed: (opened) => this.#early.listed(opened, options.signal),
    });
  }

  first<T>(work: () => Promise<T>): Promise<T> {
    return this.#gate.first(work);
  }

  onChange(listener: (change: LiveChange) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  #changed(change: LiveChange): void {
    // What is said of copies in several datasets follows the captions and scores of all.
    for (const { dataset } of this.#opened) dataset.findings.elsewhereChanged();
    this.browser.forget();
    this.#findings = undefined;
    for (const listener of this.#listeners) listener(change);
  }

  findings(): readonly LiveFinding[] {
    this.#findings ??= [
      ...this.#opened.flatMap((openedDataset) =>
        this.#kept.of(openedDataset, this.#settings.dataset),
      ),
      ...this.#early.findings(this.#opened, this.#settings.dataset),
    ];
    return this.#findings;
  }

  readonly pairsInFile: LiveWorkspace['pairsInFile'] = (...asked) =>
    pairsInFile(this.#opened, ...asked);

  readonly pairAt: LiveWorkspace['pairAt'] = (...asked) => pairAt(this.#opened, ...asked);

  readonly pairsOfImage: LiveWorkspace['pairsOfImage'] = (path) => pairsOfImage(this.#opened, path);

  pair(id: LivePairId): LivePair | undefined {
    const found = findPair(this.#opened, id);
    return found && livePair(found.dataset, found.slot);
  }

  readonly captionTokens: LiveWorkspace['captionTokens'] = (id) => captionTokens(this.#opened, id);

  kindOf(path: string): 'captions' | 'image' | undefined {
    return kindOf(this.#opened, path);
  }

  async captionsChanged(...asked: Parameters<LiveWorkspace['captionsChanged']>): Promise<void> {
    const [path, text, signal] = asked;
    this.#updater.documents.set(path, text);
    await this.#reread(path, signal);
  }

  async fileWritten(path: string): Promise<readonly string[]> {
    this.#updater.documents.written(path);
    this.#writtenMeanwhile.add(path);
    await this.#reread(path, undefined);
    const learning = (): ReturnType<typeof learnFromWrite> =>
      learnFromWrite(this.#opened, path, this.#ports);
    const { taught, written } = await this.#queue.run(learning);
    if (taught) this.#changed({ findings: true, paths: [] });
    this.#background.rescoreSoon();
    if (this.#updater.documents.isOpen(path)) await this.#checkStructure(path);
    return written;
  }

  /** Refreshes everything if the file on disk changes which datasets there are. */
  async #checkStructure(path: string): Promise<void> {
    const checks = this.#opened.map((openedDataset) =>
      this.#updater.restructures(openedDataset, path, undefined),
    );
    const found = (await Promise.all(checks)).filter((restructures) => restructures !== undefined);
    if (found.length === 0 || found.includes(true)) this.#background.rereadSoon();
  }

  /** Processes a changed file, and all stale ones. */
  async #reread(path: string, signal: CancelSignal | undefined): Promise<void> {
    this.#changedMeanwhile?.add(path);
    this.#stale.add(path);
    await this.#gate.first(() =>
      this.#queue.run(async () => {
        throwIfCancelled(signal);
        const changed: string[] = [];
        for (const stale of [...this.#stale]) {
          // Removed first, so that a change during the update marks the file as stale again.
          this.#stale.delete(stale);
          try {
            for (const openedDataset of this.#opened) {
              if (await this.#update(openedDataset, stale, signal)) changed.push(stale);
            }
          } catch (error) {
            this.#stale.add(stale);
            throw error;
          }
        }
        if (changed.length === 0) return;
        this.#changed({ findings: true, paths: changed });
      }),
    );
    this.#background.rescoreSoon();
    if (this.#opened.some(({ dataset }) => dataset.capacityExceeded)) this.#background.auditSoon();
  }

  /** Updates a file in a dataset. False if it is not a caption file of it. */
  async #update(
    openedDataset: OpenedDataset,
    path: string,
    signal: CancelSignal | undefined,
  ): Promise<boolean> {
    const result = await this.#updater.update(openedDataset, path, signal);
    if (result === 'restructures') this.#background.rereadSoon();
    return result !== 'nothing';
  }

  get isBusy(): boolean {
    return this.#background.isBusy;
  }

  whenIdle(): Promise<void> {
    return this.#background.whenIdle();
  }

  readonly neighbours: LiveWorkspace['neighbours'] = (...asked) =>
    this.#queries.neighbours(...asked);

  readonly match: LiveWorkspace['match'] = (...asked) => this.#queries.match(...asked);

  readonly words: LiveWorkspace['words'] = (...asked) => this.#words.words(...asked);

  groundings(...asked: Parameters<LiveWorkspace['groundings']>): Promise<readonly GroundedWord[]> {
    return this.#words.groundings(...asked);
  }

  searchText(...asked: Parameters<LiveWorkspace['searchText']>): Promise<readonly LiveNeighbour[]> {
    return this.#queries.searchText(...asked);
  }

  readonly searchImage: LiveWorkspace['searchImage'] = (...asked) =>
    this.#queries.searchImage(...asked);

  async decide(ids: readonly LivePairId[], decision: Decision | 'none'): Promise<Decided> {
    const { files } = this.#ports;
    const decided = await this.#queue.run(() =>
      decidePairs(this.#editing, ids, decision, files, this.#hash),
    );
    // The calibration follows, and with it any score.
    this.#changed({ findings: true, paths: [] });
    this.#background.rescoreSoon();
    return decided;
  }

  #currentFindings(): readonly LiveFinding[] {
    this.#findings = undefined;
    return this.findings();
  }

  async saveAsUtf8(path: string, encoding: string | undefined): Promise<void> {
    await this.#queue.run(() => saveAsUtf8(this.#editing, path, encoding));
    await this.fileWritten(path);
  }

  decisions(): readonly DecidedPair[] {
    return this.#opened.flatMap(({ dataset }) => decidedPairs(dataset));
  }

  setSettings(settings: LiveSettings): void {
    this.#settings = settings;
    this.#changed({ findings: true, paths: [] });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    await this.fits.close();
    await this.#queue.run(async () => Promise.resolve());
    await this.#loaded?.store.flush();
  }

  get #editing(): Editing {
    return { opened: this.#opened, updater: this.#updater };
  }
}
