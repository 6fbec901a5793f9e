import { LRUCache } from 'lru-cache';
import { groupBy, pushTo } from '../../core/collections.ts';
import { RulesOfPairs } from '../../core/audit/rulesOfPairs.ts';
import type { RuleCode } from '../../core/audit/rule.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { naturalRanks } from '../../core/dataset/naturalOrder.ts';
import { uncaptionedImages } from '../../core/dataset/uncaptioned.ts';
import { likeCandidates } from '../../core/query/likeCandidates.ts';
import {
  imageNamed,
  LIKE_FOUND,
  type LikeCondition,
  type Likes,
  noSuchSelection,
  type SelectionCondition,
} from '../../core/query/likes.ts';
import type { QueriedPair } from '../../core/query/pairTest.ts';
import type { SummarizedPair } from '../../core/query/pairSummary.ts';
import { parseQuery } from '../../core/query/parseQuery.ts';
import type { Query, QueryFault } from '../../core/query/query.ts';
import { selectPairs } from '../../core/query/selectPairs.ts';
import { folderPrefix } from '../audit/buildReport.ts';
import type { IncrementalDataset } from './incrementalDataset.ts';
import type { KeptSelections } from './keptSelections.ts';
import { findPair, type OpenedDataset } from './openedDatasets.ts';
import { imageAlone, judgedMatch, livePair } from './pairLookup.ts';
import type {
  ImageTest,
  LiveFinding,
  LiveNeighbour,
  LivePair,
  LivePairId,
  LiveWorkspace,
} from './workspace.ts';

/** A pair in a list, or an image without a caption, whose caption is empty. */
export interface BrowsedPair {
  readonly pair: LivePair;
  /** Rules of the findings that concern it. */
  readonly rules: readonly RuleCode[];
}

/** A part of the pairs that a query selects. */
export interface BrowsedPage {
  /** Number of pairs and images without a caption that the query selects. */
  readonly total: number;
  /** How many of them are images without a caption. */
  readonly untagged: number;
  readonly pairs: readonly BrowsedPair[];
}

/** Lists of pairs by query; each is computed once until something changes. */
const LISTS_KEPT = 8;

/** Finds images by a text or an image. */
type ImageSearch = Pick<LiveWorkspace, 'searchText' | 'searchImage'>;

/** A pair, or an image without a caption, as it was when a list was made. */
export interface BrowsedRow {
  readonly dataset: IncrementalDataset;
  /** Undefined for an image without a caption. */
  readonly slot: number | undefined;
  readonly image: DatasetPath;
  readonly captionIndex: number;
  readonly queried: QueriedPair;
}

interface Snapshot {
  readonly rows: readonly BrowsedRow[];
  readonly pairs: readonly QueriedPair[];
  readonly lists: LRUCache<string, Int32Array>;
  ranks: Int32Array | undefined;
}

/** Answers queries about all pairs of the open datasets. A snapshot of them is taken when something has changed. */
export class PairBrowser {
  readonly #opened: () => readonly OpenedDataset[];
  readonly #findings: () => readonly LiveFinding[];
  readonly #search: ImageSearch;
  readonly #selections: KeptSelections;
  #snapshot: Snapshot | undefined;

  constructor(
    opened: () => readonly OpenedDataset[],
    findings: () => readonly LiveFinding[],
    search: ImageSearch,
    selections: KeptSelections,
  ) {
    this.#search = search;
    this.#selections = selections;
    this.#opened = opened;
    this.#findings = findings;
  }

  /** To be called after each change of captions, scores, findings or decisions. */
  forget(): void {
    this.#snapshot = undefined;
  }

  /** @throws PairLensError `cancelled`, `unreadable-image`, `unreadable-file` for a query by meaning or likeness. */
  async page(
    text: string,
    from: number,
    count: number,
  ): Promise<BrowsedPage | { readonly fault: QueryFault }> {
    const snapshot = (this.#snapshot ??= this.#take());
    const list = await this.#list(snapshot, text);
    if ('fault' in list) return list;
    const pairs = Array.from(list.rows.subarray(from, from + count), (r): BrowsedPair => {
      const { rules = [] } = snapshot.pairs[r] ?? {};
      return { pair: this.#live(snapshot, r), rules };
    });
    const untagged = list.rows.reduce(
      (count, r) => (snapshot.rows[r]?.slot === undefined ? count + 1 : count),
      0,
    );
    return { total: list.rows.length, untagged, pairs };
  }

  /** The pairs at some places of the list of a query, which is empty if the text is no query. */
  async ids(text: string, from: number, count: number): Promise<LivePairId[]> {
    const snapshot = (this.#snapshot ??= this.#take());
    const list = await this.#list(snapshot, text);
    if ('fault' in list) return [];
    return Array.from(list.rows.subarray(from, from + count), (r) => idOf(rowAt(snapshot, r)));
  }

  /** All pairs and images without a caption, by the root of their dataset. */
  byDataset(): ReadonlyMap<string, readonly QueriedPair[]> {
    const { rows } = (this.#snapshot ??= this.#take());
    const byRoot = new Map<string, QueriedPair[]>();
    for (const { dataset } of this.#opened()) byRoot.set(dataset.root, []);
    for (const { dataset, queried } of rows) byRoot.get(dataset.root)?.push(queried);
    return byRoot;
  }

  /** What a summary of all pairs looks at, one after the other: no snapshot is made, which takes several times as long. */
  *summarized(): Generator<SummarizedPair> {
    const findings = groupBy(this.#findings(), ({ root }) => root);
    for (const { dataset } of this.#opened()) {
      const found = (findings.get(dataset.root) ?? []).map(({ finding }) => finding);
      const rules = new RulesOfPairs(found);
      for (const slot of dataset.slots.all()) {
        const { image, caption } = dataset.slots.pairs[slot]!;
        const match = fitOf(dataset, slot).match;
        yield { caption, match, rules: rules.of(slot, image), decision: dataset.decision(slot) };
      }
      for (const image of uncaptionedOf(dataset)) {
        yield { ...UNKNOWN, rules: rules.of(undefined, image) };
      }
    }
  }

  /** All pairs and images without a caption. */
  all(): readonly BrowsedRow[] {
    return (this.#snapshot ??= this.#take()).rows;
  }

  /** All pairs of a dataset, and its images without a caption. */
  rowsOf(dataset: IncrementalDataset): readonly BrowsedRow[] {
    const { rows } = (this.#snapshot ??= this.#take());
    return rows.filter((row) => row.dataset === dataset);
  }

  /** The pair of a row as it is now; undefined if it is gone. */
  current(row: BrowsedRow): LivePair | undefined {
    const found = findPair(this.#opened(), idOf(row));
    if (found !== undefined) return livePair(found.dataset, found.slot);
    return row.slot === undefined ? imageAlone(row.dataset.root, row.image) : undefined;
  }

  async #list(
    snapshot: Snapshot,
    text: string,
  ): Promise<{ readonly rows: Int32Array } | { readonly fault: QueryFault }> {
    const known = snapshot.lists.get(text);
    if (known !== undefined) return { rows: known };
    const parsed = parseQuery(text);
    if ('fault' in parsed) return parsed;
    const ranks = (): Int32Array =>
      (snapshot.ranks ??= naturalRanks(snapshot.pairs.map(({ image }) => image)));
    const likes = new Map<LikeCondition | SelectionCondition, ReadonlyMap<QueriedPair, number>>();
    for (const selection of parsed.query.selections) {
      const isSelected = this.#selections.test(selection.value);
      if (isSelected === undefined) return { fault: noSuchSelection(selection) };
      const chosen = snapshot.rows.filter((row) => isSelected(idOf(row)));
      likes.set(selection, new Map(chosen.map(({ queried }, rank) => [queried, rank])));
    }
    for (const like of parsed.query.likes) {
      const found = await this.#like(snapshot, parsed.query, like, likes);
      if ('fault' in found) return found;
      likes.set(like, found);
    }
    const rows = selectPairs(snapshot.pairs, parsed.query, { ranks, likes });
    snapshot.lists.set(text, rows);
    return { rows };
  }

  /** The pairs of the images like a text or an image, with their rank. */
  async #like(
    snapshot: Snapshot,
    query: Query,
    like: LikeCondition,
    known: Likes,
  ): Promise<ReadonlyMap<QueriedPair, number> | { readonly fault: QueryFault }> {
    const isCandidate = likeCandidates(query, like, known);
    const byImage = new Map<string, QueriedPair[]>();
    for (const { dataset, image, queried } of snapshot.rows) {
      if (isCandidate?.(queried) === false) continue;
      pushTo(byImage, imageKey(dataset.root, image), queried);
    }
    const among =
      isCandidate && ((root: string, image: string) => byImage.has(imageKey(root, image)));
    const hits = await this.#hits(snapshot, like, among);
    if ('fault' in hits) return hits;
    const ranks = new Map<QueriedPair, number>();
    for (const [rank, { pair }] of hits.entries()) {
      for (const queried of byImage.get(imageKey(pair.root, pair.image)) ?? []) {
        ranks.set(queried, rank);
      }
    }
    return ranks;
  }

  async #hits(
    snapshot: Snapshot,
    like: LikeCondition,
    among: ImageTest | undefined,
  ): Promise<readonly LiveNeighbour[] | { readonly fault: QueryFault }> {
    const rest = [LIKE_FOUND, undefined, among] as const;
    if (like.to === 'text') return this.#search.searchText(like.value, 'images', ...rest);
    const named = imageNamed(snapshot.pairs, like);
    if ('fault' in named) return named;
    const { imagePath } = this.#live(snapshot, snapshot.pairs.indexOf(named.pair));
    return this.#search.searchImage({ path: imagePath }, 'images', ...rest);
  }

  #live(snapshot: Snapshot, r: number): LivePair {
    const { dataset, slot, image } = rowAt(snapshot, r);
    return slot === undefined ? imageAlone(dataset.root, image) : livePair(dataset, slot);
  }

  #take(): Snapshot {
    const findings = groupBy(this.#findings(), ({ root }) => root);
    const rows: BrowsedRow[] = [];
    for (const { dataset, opened } of this.#opened()) {
      const found = (findings.get(dataset.root) ?? []).map(({ finding }) => finding);
      const rules = new RulesOfPairs(found);
      const prefix = folderPrefix(opened.dir, dataset.root);
      for (const slot of dataset.slots.all()) {
        const { image, captionIndex } = dataset.slots.pairs[slot]!;
        const queried = queriedPair(dataset, slot, prefix, rules);
        rows.push({ dataset, slot, image, captionIndex, queried });
      }
      for (const image of uncaptionedOf(dataset)) {
        const queried = {
          ...UNKNOWN,
          ...pictureOf(dataset, image),
          image: prefix + image,
          rules: rules.of(undefined, image),
        };
        rows.push({ dataset, slot: undefined, image, captionIndex: 0, queried });
      }
    }
    const pairs = rows.map(({ queried }) => queried);
    return { rows, pairs, lists: new LRUCache({ max: LISTS_KEPT }), ranks: undefined };
  }
}

function rowAt({ rows }: Snapshot, r: number): BrowsedRow {
  const row = rows[r];
  if (row === undefined) throw new Error(`There is no row ${r}.`);
  return row;
}

export function idOf({ dataset, image, captionIndex }: BrowsedRow): LivePairId {
  return { root: dataset.root, image, captionIndex };
}

function imageKey(root: string, image: string): string {
  return `${root}\0${image}`;
}

const UNKNOWN = {
  caption: undefined,
  split: undefined,
  match: undefined,
  fit: undefined,
  decision: undefined,
};

function queriedPair(
  dataset: IncrementalDataset,
  slot: number,
  prefix: string,
  rules: RulesOfPairs,
): QueriedPair {
  const pair = dataset.slots.pairs[slot];
  const { image = '', caption, split } = pair ?? {};
  const { clipTokens } = dataset.context;
  return {
    image: prefix + image,
    caption,
    split,
    ...fitOf(dataset, slot),
    rules: rules.of(slot, image),
    decision: dataset.decision(slot),
    ...pictureOf(dataset, image),
    ...(clipTokens && caption !== undefined && { tokens: () => clipTokens.count(caption) }),
  };
}

function pictureOf(
  dataset: IncrementalDataset,
  image: string,
): Pick<QueriedPair, 'width' | 'height' | 'modified'> {
  const { facts, modified } = dataset.context.embedded.images;
  const row = dataset.imageRowOf.get(image) ?? -1;
  const { width, height } = facts[row] ?? {};
  return { width, height, modified: modified?.[row] };
}

function fitOf(dataset: IncrementalDataset, slot: number): Pick<QueriedPair, 'match' | 'fit'> {
  const mismatch = dataset.context.mismatch[slot] ?? NaN;
  const { match } = judgedMatch(dataset, mismatch);
  return { match, fit: Number.isNaN(mismatch) ? undefined : 1 - mismatch };
}

function uncaptionedOf({ slots, problems }: IncrementalDataset): DatasetPath[] {
  const captioned = slots.pairs.filter((_, slot) => slots.holds(slot));
  return uncaptionedImages({ pairs: captioned, problems });
}
