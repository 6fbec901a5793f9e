import { evidenceOf } from '../../core/audit/captionEvidence.ts';
import { type Finding, subjectOf } from '../../core/audit/finding.ts';
import type { DatasetSettings } from '../../core/settings/datasetSettings.ts';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import type { SquareImage } from '../../core/ports.ts';
import type { SearchMatcher } from '../../core/retrieval/searchMatchers.ts';
import { findingIds, folderPrefix } from '../audit/buildReport.ts';
import { findingsAt } from '../audit/reportedFindings.ts';
import type { TextRecord } from '../indexing/embeddingRecord.ts';
import { foregroundBudget, withImageBytes } from '../indexing/imageFiles.ts';
import type { CaptionFileUpdater } from './captionUpdates.ts';
import type { IncrementalDataset } from './incrementalDataset.ts';
import { neighbourLists } from './neighbours.ts';
import type { WorkspacePorts } from './workspacePorts.ts';
import {
  type RankedNeighbour,
  searchByImage,
  searchByText,
  type SearchOrder,
} from './datasetSearch.ts';
import { findPair, levelsIn, type OpenedDataset } from './openedDatasets.ts';
import { imageAlone, judgedMatch, livePair } from './pairLookup.ts';
import type { ForegroundGate, SerialQueue } from './scheduling.ts';
import type {
  ImageTest,
  LiveFinding,
  LiveMatch,
  LiveNeighbour,
  LiveNeighbours,
  LivePairId,
} from './workspace.ts';

const MATCH_NEIGHBOURS = 20;

/** Dependencies of the queries. */
export interface QueryAccess {
  ports(): WorkspacePorts;
  readonly updater: CaptionFileUpdater;
  readonly gate: ForegroundGate;
  readonly queue: SerialQueue;
  opened(): readonly OpenedDataset[];
  matcher(): SearchMatcher | undefined;
  /** The current findings about an image. */
  findingsAbout(openedDataset: OpenedDataset, image: string): readonly LiveFinding[];
}

/** Read-only requests of the workspace. */
export class LiveQueries {
  readonly #access: QueryAccess;

  constructor(access: QueryAccess) {
    this.#access = access;
  }

  /** @throws PairLensError `cancelled`. */
  async neighbours(
    id: LivePairId,
    k: number,
    signal?: CancelSignal,
  ): Promise<LiveNeighbours | undefined> {
    return this.#access.gate.first(() =>
      this.#access.queue.run(async () => {
        throwIfCancelled(signal);
        return Promise.resolve(this.#neighbours(id, k));
      }),
    );
  }

  #neighbours(id: LivePairId, k: number): LiveNeighbours | undefined {
    const found = findPair(this.#access.opened(), id);
    const openedDataset =
      found ?? this.#access.opened().find(({ dataset }) => dataset.root === id.root);
    if (openedDataset === undefined) return undefined;
    const { dataset } = openedDataset;
    if (found === undefined && !dataset.hasImage(id.image)) return undefined;
    const slots = dataset.slots.ofImage(id.image);
    const { embedded } = dataset.context;
    const image = dataset.imageRowOf.get(id.image) ?? -1;
    const text = found === undefined ? -1 : embedded.textRow[found.slot]!;
    if (found !== undefined) dataset.findings.renew(found.slot);
    return {
      focus:
        found === undefined ? imageAlone(dataset.root, id.image) : livePair(dataset, found.slot),
      siblings: slots.map((slot) => livePair(dataset, slot)),
      findings: this.#access.findingsAbout(openedDataset, id.image),
      ...neighbourLists(dataset, { image, text, slot: found?.slot }, k),
    };
  }

  /** @throws PairLensError `cancelled`. */
  async match(
    id: LivePairId,
    caption: string,
    signal?: CancelSignal,
  ): Promise<LiveMatch | undefined> {
    return this.#access.gate.first(async () => {
      // Without a dataset no encoders are loaded.
      const openedDataset = findPair(this.#access.opened(), id);
      if (openedDataset === undefined) return undefined;
      const records = await this.#access.updater.encode([caption], signal, openedDataset.dataset);
      throwIfCancelled(signal);
      return this.#access.queue.run(async () => Promise.resolve(this.#match(id, caption, records)));
    });
  }

  /** Scores the pair with another caption, synchronously; the caption is restored afterwards. */
  #match(
    id: LivePairId,
    caption: string,
    records: ReadonlyMap<string, TextRecord>,
  ): LiveMatch | undefined {
    const found = findPair(this.#access.opened(), id);
    if (found === undefined) return undefined;
    const { dataset, slot } = found;
    const undo = dataset.tryCaption(slot, caption, records);
    try {
      const { context } = dataset;
      const neighbours = this.#neighbours(id, MATCH_NEIGHBOURS);
      const mismatch = context.mismatch[slot]!;
      if (neighbours === undefined || Number.isNaN(mismatch)) return undefined;
      const image = context.embedded.imageRow[slot]!;
      const text = context.embedded.textRow[slot]!;
      return {
        ...judgedMatch(dataset, mismatch),
        evidence: evidenceOf(context, image, text),
        neighbours,
      };
    } finally {
      undo();
    }
  }

  /** @throws PairLensError `cancelled`. */
  async searchText(
    text: string,
    want: 'images' | 'captions',
    k: number,
    signal?: CancelSignal,
    among?: ImageTest,
  ): Promise<readonly LiveNeighbour[]> {
    if (text.trim() === '' || this.#access.opened().length === 0) return [];
    return this.#access.gate.first(async () => {
      const records = new Map<IncrementalDataset, TextRecord>();
      for (const { dataset } of this.#access.opened()) {
        const encoded = await this.#access.updater.encode([text], signal, dataset);
        throwIfCancelled(signal);
        const record = encoded.get(text);
        if (record !== undefined) records.set(dataset, record);
      }
      const order = this.#order(signal);
      return this.#access.queue.run(() =>
        this.#best(k, signal, async (dataset) => {
          const record = records.get(dataset);
          return record === undefined
            ? []
            : searchByText(dataset, text, record, want, k, order, within(dataset, among));
        }),
      );
    });
  }

  /** @throws PairLensError `cancelled`, `unreadable-image`, `unreadable-file`. */
  async searchImage(
    image: { readonly path: string } | { readonly bytes: Uint8Array },
    want: 'images' | 'captions',
    k: number,
    signal?: CancelSignal,
    among?: ImageTest,
  ): Promise<readonly LiveNeighbour[]> {
    if (this.#access.opened().length === 0) return [];
    const { files, reader, imageEncoder } = this.#access.ports();
    return this.#access.gate.first(async () => {
      const read = (bytes: Uint8Array): Promise<SquareImage> => {
        throwIfCancelled(signal);
        return reader.read(bytes, imageEncoder.size);
      };
      const square =
        'path' in image
          ? await withImageBytes(files, image, read, foregroundBudget)
          : await read(image.bytes);
      throwIfCancelled(signal);
      const encoded = await imageEncoder.encode([square]);
      throwIfCancelled(signal);
      const order = this.#order(signal);
      return this.#access.queue.run(() =>
        this.#best(k, signal, (dataset) =>
          searchByImage(dataset, encoded, want, k, order, within(dataset, among)),
        ),
      );
    });
  }

  #order(signal: CancelSignal | undefined): SearchOrder {
    const { innerProducts } = this.#access.ports();
    const matcher = this.#access.matcher();
    return {
      ...(matcher && { matcher }),
      ...(innerProducts && { innerProducts }),
      ...(signal && { signal }),
    };
  }

  async #best(
    k: number,
    signal: CancelSignal | undefined,
    search: (dataset: IncrementalDataset) => Promise<RankedNeighbour[]>,
  ): Promise<LiveNeighbour[]> {
    const found: RankedNeighbour[] = [];
    for (const { dataset } of this.#access.opened()) {
      throwIfCancelled(signal);
      for (const each of await search(dataset)) found.push(each);
    }
    return found
      .sort((a, b) => b.rank - a.rank)
      .slice(0, k)
      .map(({ neighbour }) => neighbour);
  }
}

/** Which images of a dataset may be found. */
function within(
  { dataset: { root } }: Pick<IncrementalDataset, 'dataset'>,
  among: ImageTest | undefined,
): ((image: DatasetPath) => boolean) | undefined {
  return among && ((image) => among(root, image));
}

/**
 * Findings about an image or its pairs, the worst first; its own before those in which it is one of many. Of two that say
 * the same of each other, as of exchanged captions, it is the image's own.
 */
export function findingsAbout(
  opened: OpenedDataset,
  image: string,
  settings: DatasetSettings,
  hash: (text: string) => string,
): LiveFinding[] {
  const about = datasetFindings(
    opened,
    settings,
    hash,
    (finding) => subjectOf(finding) === image || finding.relatedFiles.includes(image),
  );
  const own = about.filter(({ finding }) => finding.image === image);
  const others = about.filter(
    ({ finding: { code, image: other } }) =>
      other !== image &&
      !own.some(
        ({ finding }) =>
          finding.code === code && other !== undefined && finding.relatedFiles.includes(other),
      ),
  );
  return [...own, ...others];
}

/**
 * Findings of a dataset whose rule is not off, filtered, the worst first.
 * @param settings override those of its config file.
 */
export function datasetFindings(
  { dataset, opened }: OpenedDataset,
  settings: DatasetSettings,
  hash: (text: string) => string,
  wanted: (finding: Finding) => boolean = () => true,
): LiveFinding[] {
  const { context } = dataset;
  const prefix = folderPrefix(opened.dir, dataset.root);
  const findings = findingsAt(levelsIn(opened, settings), dataset.findings.all()).filter(wanted);
  const ids = findingIds(findings, context.embedded.dataset, prefix, hash);
  return findings.map((finding, n): LiveFinding => ({
    id: ids[n]!,
    root: dataset.root,
    finding,
    pair: finding.pair === undefined ? undefined : livePair(dataset, finding.pair),
    related: finding.relatedPairs.map((slot) => livePair(dataset, slot)),
  }));
}
