import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { toAbsolute, toDatasetPath } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem } from '../../core/ports.ts';
import { writeDecision } from '../decisions.ts';
import { CaptionIntake } from './captionIntake.ts';
import { captionEdit, createCaptionEdit, swapEdits, type Editing } from './liveEdits.ts';
import { isOn, livePair } from './livePairs.ts';
import { LiveQueries } from './liveQueries.ts';
import type { LivePorts } from './livePorts.ts';
import type {
  Decision,
  FileEdit,
  Lines,
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
import { openMembers } from './openMembers.ts';
import { outermost } from './outermost.ts';
import { Priority } from './priority.ts';
import { rememberedHash } from './rememberedHash.ts';
import { Turns } from './turns.ts';
import { sentence } from '../../core/text/sentence.ts';

/** How long after a change the pairs around it wait to be judged anew. */
const SETTLE_AFTER_MS = 60;

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
  readonly #intake: CaptionIntake;
  readonly #queries: LiveQueries;
  readonly #priority = new Priority();
  readonly #turns = new Turns();
  readonly #refreshes = new Turns();
  readonly #listeners = new Set<(change: LiveChange) => void>();
  readonly #hash = rememberedHash((text) => this.#ports.hasher.hash(text));
  #settling: Promise<void> | undefined;
  #auditing: Promise<void> | undefined;
  #folders: readonly string[] = [];
  #closed = false;
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
    this.#intake = new CaptionIntake(files, () => this.#ports);
    this.#queries = new LiveQueries({
      ports: () => this.#ports,
      intake: this.#intake,
      priority: this.#priority,
      turns: this.#turns,
      members: () => this.#members,
      findingsAbout: (member, image) =>
        memberFindings(
          member,
          this.#settings.levels,
          this.#hash,
          (finding) => finding.image === image || finding.relatedFiles.includes(image),
        ),
    });
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

  refresh(
    folders: readonly string[],
    hooks: Parameters<LiveWorkspace['refresh']>[1],
  ): Promise<void> {
    this.#folders = folders;
    return this.#refreshes.run(() => this.#refresh(folders, hooks));
  }

  async #refresh(
    folders: readonly string[],
    hooks: Parameters<LiveWorkspace['refresh']>[1],
  ): Promise<void> {
    if (this.#closed) throw new PairLensError('cancelled', 'Cancelled.');
    throwIfCancelled(hooks.signal);
    const before = this.status;
    this.status = { state: 'indexing' };
    const meanwhile = new Set<string>();
    this.#changedMeanwhile = meanwhile;
    try {
      const members = await this.#open(folders, hooks);
      await this.#turns.run(async () => {
        for (const path of new Set([...meanwhile, ...this.#stale])) {
          this.#stale.delete(path);
          for (const member of members) await this.#intake.take(member, path, hooks.signal);
        }
        throwIfCancelled(hooks.signal);
        this.#members = members;
      });
      this.status = { state: members.length === 0 ? 'no-dataset' : 'ready' };
      this.#changed({ findings: true, paths: [] });
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
    hooks: Parameters<LiveWorkspace['refresh']>[1],
  ): Promise<Member[]> {
    const { captionsPerFile } = this.#settings;
    return openMembers(outermost(folders), {
      ...hooks,
      ...(captionsPerFile && { captionsPerFile }),
      files: this.#intake.documents.files,
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
      memberFindings(member, this.#settings.levels, this.#hash),
    );
    return this.#findings;
  }

  pairsInFile(path: string, lines?: Lines): readonly LivePair[] {
    return this.#members.flatMap(({ dataset }) => {
      const file = toDatasetPath(dataset.root, path);
      const slots = file === undefined ? [] : dataset.slots.ofFile(file);
      const { pairs } = dataset.slots;
      return slots
        .filter((slot) => lines === undefined || isOn(lines, pairs[slot]!))
        .map((slot) => livePair(dataset, slot));
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
    this.#intake.documents.set(path, text);
    this.#changedMeanwhile?.add(path);
    this.#stale.add(path);
    await this.#priority.first(() =>
      this.#turns.run(async () => {
        throwIfCancelled(signal);
        const changed: string[] = [];
        for (const stale of [...this.#stale]) {
          // What comes while this is taken in is stale again.
          this.#stale.delete(stale);
          try {
            for (const member of this.#members) {
              if (await this.#intake.take(member, stale, signal)) changed.push(stale);
            }
          } catch (error) {
            this.#stale.add(stale);
            throw error;
          }
        }
        if (changed.length > 0) this.#changed({ findings: true, paths: changed });
      }),
    );
    this.#settleSoon();
    if (this.#members.some(({ dataset }) => dataset.crowded)) this.#auditSoon();
  }

  /** Audits everything anew behind people's requests: more captions changed than can be taken in one by one. */
  #auditSoon(): void {
    this.#auditing ??= this.refresh(this.#folders, {})
      .catch((error: unknown) => {
        this.#ports.log.error(PairLensError.from(error).message);
      })
      .finally(() => (this.#auditing = undefined));
  }

  async settled(): Promise<void> {
    while (this.#settling !== undefined || this.#auditing !== undefined) {
      await Promise.all([this.#settling, this.#auditing]);
    }
  }

  /** Judges the pairs around the changed ones when nobody waits for anything else. */
  #settleSoon(): void {
    this.#settling ??= this.#settle()
      .catch((error: unknown) => {
        this.#ports.log.error(PairLensError.from(error).message);
      })
      .finally(() => (this.#settling = undefined));
  }

  async #settle(): Promise<void> {
    let visible = false;
    // A message leaves in a turn of the event loop: what is told of the change, and asked for then, goes first.
    await new Promise((resolve) => setTimeout(resolve, SETTLE_AFTER_MS));
    for (;;) {
      await this.#priority.pause();
      const moved = await this.#turns.run(() => Promise.resolve(this.#settleSome()));
      if (moved === undefined) break;
      visible ||= moved;
    }
    if (visible) this.#changed({ findings: true, paths: [] });
  }

  /** Whether what was judged moved visibly; undefined where nothing was left to judge. */
  #settleSome(): boolean | undefined {
    const open = this.#members.filter(({ dataset }) => dataset.unsettled);
    if (open.length === 0 || this.#closed) return undefined;
    this.#findings = undefined;
    return open.map(({ dataset }) => dataset.settleSome()).includes(true);
  }

  neighbours(
    id: LivePairId,
    k: number,
    signal?: CancelSignal,
  ): Promise<LiveNeighbours | undefined> {
    return this.#queries.neighbours(id, k, signal);
  }

  match(id: LivePairId, caption: string, signal?: CancelSignal): Promise<LiveMatch | undefined> {
    return this.#queries.match(id, caption, signal);
  }

  searchText(
    text: string,
    want: 'images' | 'captions',
    k: number,
    signal?: CancelSignal,
  ): Promise<readonly LiveNeighbour[]> {
    return this.#queries.searchText(text, want, k, signal);
  }

  searchImage(
    image: { readonly path: string } | { readonly bytes: Uint8Array },
    want: 'images' | 'captions',
    k: number,
    signal?: CancelSignal,
  ): Promise<readonly LiveNeighbour[]> {
    return this.#queries.searchImage(image, want, k, signal);
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
        throw new PairLensError('invalid-argument', sentence('{0} cannot be read.', image), {
          path: toAbsolute(dataset.root, image),
          remedy: sentence('Replace the image first.'),
        });
      }
      const { files } = this.#ports;
      const pair = { image, imageHash, caption };
      await writeDecision(files, dataset.root, pair, decision, this.#hash);
      const known = dataset.unknownTexts([caption]);
      dataset.decide(slot, decision, await this.#intake.encode(known, undefined));
      this.#changed({ findings: true, paths: [toAbsolute(dataset.root, source.file)] });
    });
  }

  setSettings(settings: LiveSettings): void {
    this.#settings = settings;
    this.#changed({ findings: true, paths: [] });
  }

  async close(): Promise<void> {
    this.#closed = true;
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
      files: this.#intake.documents.files,
      readAgain: async (member, path) => {
        await this.#intake.take(member, path, undefined);
      },
    };
  }
}
