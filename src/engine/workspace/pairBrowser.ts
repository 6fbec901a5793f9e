import { LRUCache } from 'lru-cache';
import { groupBy, pushTo } from '../../core/collections.ts';
import { RulesOfPairs } from '../../core/audit/rulesOfPairs.ts';
import type { RuleCode } from '../../core/audit/rule.ts';
import { naturalRanks } from '../../core/dataset/naturalOrder.ts';
import { uncaptionedImages } from '../../core/dataset/uncaptioned.ts';
import { likeCandidates } from '../../core/query/likeCandidates.ts';
import { imageNamed, LIKE_FOUND, type LikeCondition } from '../../core/query/likes.ts';
import type { QueriedPair } from '../../core/query/pairTest.ts';
import { parseQuery } from '../../core/query/parseQuery.ts';
import type { Query, QueryFault } from '../../core/query/query.ts';
import { selectPairs } from '../../core/query/selectPairs.ts';
import { folderPrefix } from '../audit/buildReport.ts';
import type { IncrementalDataset } from './incrementalDataset.ts';
import type { OpenedDataset } from './openedDatasets.ts';
import { imageAlone, livePair } from './pairLookup.ts';
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

interface BrowsedRow {
  readonly dataset: IncrementalDataset;
  readonly slot: number | undefined;
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
  #snapshot: Snapshot | undefined;

  constructor(
    opened: () => readonly OpenedDataset[],
    findings: () => readonly LiveFinding[],
    search: ImageSearch,
  ) {
    this.#search = search;
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
    return Array.from(list.rows.subarray(from, from + count), (r) => {
      const { root, image, captionIndex } = this.#live(snapshot, r);
      return { root, image, captionIndex };
    });
  }

  /** All pairs and images without a caption, by the root of their dataset. */
  byDataset(): ReadonlyMap<string, readonly QueriedPair[]> {
    const { rows, pairs } = (this.#snapshot ??= this.#take());
    const byRoot = new Map<string, QueriedPair[]>();
    for (const { dataset } of this.#opened()) byRoot.set(dataset.root, []);
    for (const [r, pair] of pairs.entries()) byRoot.get(rows[r]?.dataset.root ?? '')?.push(pair);
    return byRoot;
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
    const likes = new Map<LikeCondition, ReadonlyMap<QueriedPair, number>>();
    for (const like of parsed.query.likes) {
      const found = await this.#like(snapshot, parsed.query, like);
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
  ): Promise<ReadonlyMap<QueriedPair, number> | { readonly fault: QueryFault }> {
    const isCandidate = likeCandidates(query, like);
    const byImage = new Map<string, number[]>();
    for (const r of snapshot.rows.keys()) {
      if (isCandidate?.(snapshot.pairs[r]!) === false) continue;
      const { root, image } = this.#live(snapshot, r);
      pushTo(byImage, imageKey(root, image), r);
    }
    const among =
      isCandidate && ((root: string, image: string) => byImage.has(imageKey(root, image)));
    const hits = await this.#hits(snapshot, like, among);
    if ('fault' in hits) return hits;
    const ranks = new Map<QueriedPair, number>();
    for (const [rank, { pair }] of hits.entries()) {
      for (const r of byImage.get(imageKey(pair.root, pair.image)) ?? []) {
        const queried = snapshot.pairs[r];
        if (queried !== undefined) ranks.set(queried, rank);
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

  #live({ rows, pairs }: Snapshot, r: number): LivePair {
    const row = rows[r];
    if (row === undefined) throw new Error(`There is no row ${r}.`);
    const { dataset, slot } = row;
    if (slot !== undefined) return livePair(dataset, slot);
    const { image = '' } = pairs[r] ?? {};
    const prefix = this.#prefixOf(dataset);
    return imageAlone(dataset.root, image.slice(prefix.length));
  }

  #prefixOf(dataset: IncrementalDataset): string {
    const member = this.#opened().find((each) => each.dataset === dataset);
    return member === undefined ? '' : folderPrefix(member.opened.dir, dataset.root);
  }

  #take(): Snapshot {
    const findings = groupBy(this.#findings(), ({ root }) => root);
    const rows: BrowsedRow[] = [];
    const pairs: QueriedPair[] = [];
    for (const { dataset, opened } of this.#opened()) {
      const found = (findings.get(dataset.root) ?? []).map(({ finding }) => finding);
      const rules = new RulesOfPairs(found);
      const prefix = folderPrefix(opened.dir, dataset.root);
      for (const slot of dataset.slots.all()) {
        rows.push({ dataset, slot });
        pairs.push(queriedPair(dataset, slot, prefix, rules));
      }
      const { problems } = dataset;
      const captioned = dataset.slots.pairs.filter((_, slot) => dataset.slots.holds(slot));
      for (const image of uncaptionedImages({ pairs: captioned, problems })) {
        rows.push({ dataset, slot: undefined });
        pairs.push({
          ...UNKNOWN,
          ...sizeOf(dataset, image),
          image: prefix + image,
          rules: rules.of(undefined, image),
        });
      }
    }
    return { rows, pairs, lists: new LRUCache({ max: LISTS_KEPT }), ranks: undefined };
  }
}

function imageKey(root: string, image: string): string {
  return `${root}\0${image}`;
}

const UNKNOWN = { caption: undefined, split: undefined, match: undefined, decision: undefined };

function queriedPair(
  dataset: IncrementalDataset,
  slot: number,
  prefix: string,
  rules: RulesOfPairs,
): QueriedPair {
  const pair = dataset.slots.pairs[slot];
  const mismatch = dataset.context.mismatch[slot];
  const { image = '', caption, split } = pair ?? {};
  const { clipTokens } = dataset.context;
  return {
    image: prefix + image,
    caption,
    split,
    match: mismatch === undefined || Number.isNaN(mismatch) ? undefined : 1 - mismatch,
    rules: rules.of(slot, image),
    decision: dataset.decision(slot),
    ...sizeOf(dataset, image),
    ...(clipTokens && caption !== undefined && { tokens: () => clipTokens.count(caption) }),
  };
}

function sizeOf(dataset: IncrementalDataset, image: string): Pick<QueriedPair, 'width' | 'height'> {
  const { facts } = dataset.context.embedded.images;
  const { width, height } = facts[dataset.imageRowOf.get(image) ?? -1] ?? {};
  return { width, height };
}
