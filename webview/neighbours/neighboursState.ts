import type { Notice } from '../shared/noticeLine.ts';
import { z } from 'zod';
import { type Target, targetSchema } from '../../src/protocol/shapes.ts';
import type { Neighbour, Neighbours, Status } from '../../src/protocol/shapes.ts';
import { pairKey } from '../../src/protocol/pairKey.ts';
import type { WireError } from '../shared/rpcClient.ts';

export const SECTIONS = ['captions', 'images', 'lookAlikes', 'duplicates'] as const;
export type Section = (typeof SECTIONS)[number];

/** The search: a text, or an image with its display name. */
export type Search =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly name: string };

export interface NeighboursState {
  readonly status: Status | undefined;
  readonly target: Target | null;
  /** `unknown`: the server has no data for the target. While `loading`, `shown` keeps the last answer. */
  readonly focus: 'none' | 'loading' | 'ready' | 'unknown' | 'failed';
  readonly shown: Neighbours | null;
  readonly failure: WireError | null;
  readonly search: Search | null;
  readonly searching: boolean;
  readonly hits: readonly Neighbour[] | null;
  readonly searchFailure: WireError | null;
  readonly expanded: readonly Section[];
  /** Result of the user's last action. */
  readonly notice: Notice | null;
}

export type NeighboursAction =
  | { readonly type: 'status'; readonly status: Status }
  | { readonly type: 'target'; readonly target: Target | null }
  | { readonly type: 'neighbours'; readonly neighbours: Neighbours | null }
  | { readonly type: 'failed'; readonly failure: WireError }
  | { readonly type: 'search'; readonly search: Search | null }
  | { readonly type: 'hits'; readonly hits: readonly Neighbour[] }
  | { readonly type: 'searchFailed'; readonly failure: WireError }
  | { readonly type: 'toggle'; readonly section: Section }
  | { readonly type: 'notice'; readonly notice: NeighboursState['notice'] };

/** State that is kept while the page is hidden. */
const rememberedSchema = z.object({
  target: targetSchema.nullable().catch(null),
  expanded: z.array(z.enum(SECTIONS)).catch(['captions', 'lookAlikes']),
  text: z.string().catch(''),
  scrollTop: z.number().catch(0),
});
export type RememberedNeighbours = z.output<typeof rememberedSchema>;

/** Never throws: invalid parts have their default. */
export function parseRemembered(value: unknown): RememberedNeighbours {
  const parsed = rememberedSchema.safeParse(value ?? {});
  return parsed.success ? parsed.data : rememberedSchema.parse({});
}

export function initialState(remembered: RememberedNeighbours): NeighboursState {
  return {
    status: undefined,
    target: remembered.target,
    focus: remembered.target === null ? 'none' : 'loading',
    shown: null,
    failure: null,
    search: remembered.text === '' ? null : { kind: 'text', text: remembered.text },
    searching: remembered.text !== '',
    hits: null,
    searchFailure: null,
    expanded: remembered.expanded,
    notice: null,
  };
}

export function toRemembered(state: NeighboursState, scrollTop: number): RememberedNeighbours {
  return {
    target: state.target,
    expanded: [...state.expanded],
    text: state.search?.kind === 'text' ? state.search.text : '',
    scrollTop,
  };
}

export function reduceNeighbours(
  state: NeighboursState,
  action: NeighboursAction,
): NeighboursState {
  switch (action.type) {
    case 'status':
      return { ...state, status: action.status };
    case 'target':
      return action.target === null
        ? { ...state, target: null, focus: 'none', shown: null, failure: null }
        : { ...state, target: action.target, focus: 'loading', failure: null };
    case 'neighbours':
      return action.neighbours === null
        ? { ...state, focus: 'unknown', shown: null, failure: null }
        : {
            ...state,
            focus: 'ready',
            shown: action.neighbours,
            failure: null,
            // The notice is dropped with its image.
            notice: samePicture(state.shown, action.neighbours) ? state.notice : null,
          };
    case 'failed':
      return { ...state, focus: 'failed', failure: action.failure };
    case 'search':
      return {
        ...state,
        search: action.search,
        searching: action.search !== null,
        // Keep the old hits while a search is pending; clear them with the search.
        hits: action.search === null ? null : state.hits,
        searchFailure: null,
        notice: null,
      };
    case 'hits':
      return { ...state, searching: false, hits: action.hits, searchFailure: null };
    case 'searchFailed':
      return { ...state, searching: false, hits: null, searchFailure: action.failure };
    case 'toggle': {
      const open = state.expanded.includes(action.section);
      return {
        ...state,
        expanded: open
          ? state.expanded.filter((section) => section !== action.section)
          : [...state.expanded, action.section],
      };
    }
    case 'notice':
      return { ...state, notice: action.notice };
  }
}

function samePicture(a: Neighbours | null, b: Neighbours): boolean {
  return a?.focus.imageUri === b.focus.imageUri;
}

/** Index of the caption in focus among those of its image; -1 if the image has none. */
export function siblingIndex(neighbours: Neighbours): number {
  const key = pairKey(neighbours.focus.pair);
  return neighbours.siblings.findIndex((sibling) => pairKey(sibling.pair) === key);
}

export function hardNegatives(entries: readonly Neighbour[]): number {
  return entries.filter((entry) => entry.hardNegative === true).length;
}
