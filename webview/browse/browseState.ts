import { z } from 'zod';
import type {
  BrowsedItem,
  Match,
  Neighbours,
  PairRef,
  SavedView,
  Status,
  TagList,
} from '../../src/protocol/shapes.ts';
import type { Notice } from '../shared/noticeLine.ts';
import { pairKey } from '../../src/protocol/pairKey.ts';
import type { WireError } from '../shared/rpcClient.ts';

/** Pairs per request. */
export const PAGE_SIZE = 100;
/** Pages kept in memory; those farthest from the latest one are dropped. */
const PAGES_KEPT = 60;

export const SORT_CHOICES = [
  'dataset',
  'match',
  '-match',
  'name',
  '-length',
  'length',
  '-size',
  'size',
  '-date',
  'date',
] as const;
export type SortChoice = (typeof SORT_CHOICES)[number];

export const CELL_SIZES = { least: 96, most: 384, usual: 168 } as const;

export interface QueryFaultItem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Details of the pair on the page of a pair. */
export interface PairDetail {
  readonly key: string;
  readonly neighbours: Neighbours | null;
  /** Match of the caption being typed. */
  readonly match: Match | null;
}

export interface BrowseState {
  readonly status: Status | undefined;
  /** The text in the filter box, and the order chosen beside it. */
  readonly filter: string;
  readonly sort: SortChoice;
  readonly size: number;
  readonly fault: QueryFaultItem | null;
  readonly failure: WireError | null;
  /** Number of places in the list; null until it is known. */
  readonly total: number | null;
  /** How many of them are images without a caption. */
  readonly untagged: number;
  readonly pages: ReadonlyMap<number, readonly BrowsedItem[]>;
  /** Pages that may be outdated and are still shown. */
  readonly stale: ReadonlySet<number>;
  readonly titles: ReadonlyMap<string, string>;
  /** Place of the cursor in the list. */
  readonly active: number;
  /** The other end of a selection with Shift. */
  readonly anchor: number;
  readonly selected: ReadonlyMap<string, PairRef>;
  /** Whether the page of the pair at the cursor is shown instead of the grid. */
  readonly opened: boolean;
  /** The pair that stays on its page while its caption is written, though another one took its place in the list. */
  readonly kept: BrowsedItem | null;
  readonly detail: PairDetail | null;
  /** Captions that were typed and not applied, by pair. */
  readonly drafts: ReadonlyMap<string, string>;
  /** Whether the panel of tags is shown, the text that they are found by, and the tags; null until they are known. */
  readonly tagsShown: boolean;
  readonly tagsFind: string;
  readonly tags: TagList | null;
  readonly views: readonly SavedView[];
  readonly notice: Notice | null;
}

export type BrowseAction =
  | { readonly type: 'status'; readonly status: Status }
  | { readonly type: 'failed'; readonly failure: WireError }
  | { readonly type: 'filter'; readonly filter: string }
  | { readonly type: 'sort'; readonly sort: SortChoice }
  | { readonly type: 'size'; readonly size: number }
  /** Another list will come. */
  | { readonly type: 'asked' }
  | { readonly type: 'fault'; readonly fault: QueryFaultItem }
  | {
      readonly type: 'page';
      readonly page: number;
      readonly total: number;
      readonly untagged: number;
      readonly items: readonly BrowsedItem[];
      readonly titles: readonly { readonly code: string; readonly shortTitle: string }[];
    }
  | { readonly type: 'stale' }
  | { readonly type: 'cursor'; readonly active: number; readonly keepAnchor?: boolean }
  | { readonly type: 'select'; readonly pairs: readonly PairRef[] }
  | { readonly type: 'toggle'; readonly pair: PairRef }
  | { readonly type: 'open'; readonly opened: boolean }
  | { readonly type: 'detail'; readonly detail: PairDetail | null }
  | { readonly type: 'draft'; readonly key: string; readonly text: string | null }
  /** A typed caption was written. */
  | { readonly type: 'applied'; readonly key: string }
  | { readonly type: 'tags-shown'; readonly shown: boolean }
  | { readonly type: 'tags-find'; readonly text: string }
  | { readonly type: 'tags'; readonly tags: TagList }
  | { readonly type: 'views'; readonly views: readonly SavedView[] }
  | { readonly type: 'notice'; readonly notice: Notice | null };

const rememberedSchema = z.object({
  filter: z.string(),
  sort: z.enum(SORT_CHOICES),
  size: z.number().min(CELL_SIZES.least).max(CELL_SIZES.most),
  active: z.int().min(0),
  tagsShown: z.boolean().default(false),
});
export type RememberedBrowse = z.infer<typeof rememberedSchema>;

export function parseRemembered(state: unknown): RememberedBrowse {
  const parsed = rememberedSchema.safeParse(state);
  return parsed.success
    ? parsed.data
    : { filter: '', sort: 'dataset', size: CELL_SIZES.usual, active: 0, tagsShown: false };
}

export function toRemembered(state: BrowseState): RememberedBrowse {
  const { filter, sort, size, active, tagsShown } = state;
  return { filter, sort, size, active, tagsShown };
}

export function initialState(remembered: RememberedBrowse): BrowseState {
  const { filter, sort, size, active, tagsShown } = remembered;
  return {
    status: undefined,
    filter,
    sort,
    size,
    fault: null,
    failure: null,
    total: null,
    untagged: 0,
    pages: new Map(),
    stale: new Set(),
    titles: new Map(),
    active,
    anchor: active,
    selected: new Map(),
    opened: false,
    kept: null,
    detail: null,
    drafts: new Map(),
    tagsShown,
    tagsFind: '',
    tags: null,
    views: [],
    notice: null,
  };
}

/** Whether the filter has an order of its own, which the chosen one gives way to. */
export function hasOrder(filter: string): boolean {
  return /(?:^|\s)sort:/iu.test(filter);
}

/** The query that is sent: the filter, and the order unless the filter has one. */
export function queryText({ filter, sort }: Pick<BrowseState, 'filter' | 'sort'>): string {
  if (sort === 'dataset' || hasOrder(filter)) return filter.trim();
  return `${filter.trim()} sort:${sort}`.trim();
}

/** The pair at a place of the list; undefined while its page is loading. */
export function itemAt(
  { pages }: Pick<BrowseState, 'pages'>,
  index: number,
): BrowsedItem | undefined {
  return pages.get(Math.floor(index / PAGE_SIZE))?.[index % PAGE_SIZE];
}

/** The pair at the cursor, which is the one on the page of a pair. */
export function currentItem(
  state: Pick<BrowseState, 'pages' | 'active' | 'kept'>,
): BrowsedItem | undefined {
  return state.kept ?? itemAt(state, state.active);
}

/** The selected pairs, or else the pair at the cursor. */
export function chosenPairs(state: BrowseState): readonly PairRef[] {
  if (state.selected.size > 0) return [...state.selected.values()];
  const item = currentItem(state);
  return item === undefined ? [] : [item.item.pair];
}

export function reduceBrowse(state: BrowseState, action: BrowseAction): BrowseState {
  switch (action.type) {
    case 'status':
      return { ...state, status: action.status };
    case 'failed':
      return { ...state, failure: action.failure };
    case 'filter':
      return { ...state, filter: action.filter, notice: null };
    case 'sort':
      return { ...state, sort: action.sort };
    case 'size':
      return { ...state, size: action.size };
    case 'asked':
      return { ...state, active: 0, anchor: 0, selected: new Map(), opened: false, kept: null };
    case 'fault':
      return { ...state, fault: action.fault };
    case 'page':
      return withPage(state, action);
    case 'stale':
      return { ...state, stale: new Set(state.pages.keys()) };
    case 'cursor': {
      // The pair at the place of a kept one has not been shown: it is the next.
      const isNext = state.kept !== null && action.active === state.active + 1;
      const wanted = isNext ? state.active : action.active;
      const active = Math.max(0, Math.min(wanted, (state.total ?? 1) - 1));
      const anchor = action.keepAnchor === true ? state.anchor : active;
      return { ...state, active, anchor, kept: null };
    }
    case 'select':
      return { ...state, selected: new Map(action.pairs.map((pair) => [pairKey(pair), pair])) };
    case 'toggle': {
      const selected = new Map(state.selected);
      const key = pairKey(action.pair);
      if (!selected.delete(key)) selected.set(key, action.pair);
      return { ...state, selected };
    }
    case 'open':
      return { ...state, opened: action.opened, detail: null, kept: null };
    case 'detail':
      return { ...state, detail: action.detail };
    case 'draft': {
      const drafts = new Map(state.drafts);
      if (action.text === null) drafts.delete(action.key);
      else drafts.set(action.key, action.text);
      return { ...state, drafts };
    }
    case 'applied': {
      const drafts = new Map(state.drafts);
      drafts.delete(action.key);
      return { ...state, drafts, kept: null };
    }
    case 'tags-shown':
      return { ...state, tagsShown: action.shown };
    case 'tags-find':
      return { ...state, tagsFind: action.text };
    case 'tags':
      return { ...state, tags: action.tags };
    case 'views':
      return { ...state, views: action.views };
    case 'notice':
      return { ...state, notice: action.notice };
  }
}

/** The pair on its page, if its caption is being written and it is not the one that is in its place now; else null. */
function keptPair(state: BrowseState, now: BrowsedItem | undefined): BrowsedItem | null {
  const shown = state.opened ? currentItem(state) : undefined;
  if (shown === undefined || !state.drafts.has(pairKey(shown.item.pair))) return null;
  return now !== undefined && pairKey(now.item.pair) === pairKey(shown.item.pair) ? null : shown;
}

function withPage(
  state: BrowseState,
  { page, total, untagged, items, titles }: Extract<BrowseAction, { type: 'page' }>,
): BrowseState {
  const pages = new Map(state.pages);
  // Of another length it is another list, whose other pages are not known.
  if (total !== state.total) for (const other of state.stale) pages.delete(other);
  pages.set(page, items);
  const farthest = [...pages.keys()].sort((a, b) => Math.abs(b - page) - Math.abs(a - page));
  for (const other of farthest.slice(0, Math.max(0, pages.size - PAGES_KEPT))) pages.delete(other);
  const stale = new Set(state.stale);
  stale.delete(page);
  const known = new Map(state.titles);
  for (const { code, shortTitle } of titles) known.set(code, shortTitle);
  const active = Math.max(0, Math.min(state.active, total - 1));
  return {
    ...state,
    kept: keptPair(state, itemAt({ pages }, active)),
    pages,
    stale,
    titles: known,
    total,
    untagged,
    active,
    fault: null,
    failure: null,
  };
}
