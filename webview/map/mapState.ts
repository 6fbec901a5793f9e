import { z } from 'zod';
import { type DatasetMap, mapSideSchema, type MapSide } from '../../src/protocol/mapShapes.ts';
import type { PairItem, Status } from '../../src/protocol/shapes.ts';
import type { WireError } from '../shared/rpcClient.ts';
import { COLOURINGS, type Colouring } from './categories.ts';

export interface MapState {
  readonly status: Status | undefined;
  /** Root of the dataset that is shown; null until there is one. */
  readonly root: string | null;
  readonly side: MapSide;
  readonly colouring: Colouring;
  readonly map: DatasetMap | null;
  /** The dataset has too few pairs for a map. */
  readonly tooFew: boolean;
  /** Which share of the map is laid out, while that takes long. */
  readonly share: number | null;
  readonly failure: WireError | null;
  readonly selected: ReadonlySet<number>;
  /** The point at the cursor, and its pair once it is known. */
  readonly active: number | null;
  readonly item: PairItem | null;
}

export type MapAction =
  | { readonly type: 'status'; readonly status: Status }
  | { readonly type: 'failed'; readonly failure: WireError }
  | { readonly type: 'root'; readonly root: string }
  | { readonly type: 'side'; readonly side: MapSide }
  | { readonly type: 'colouring'; readonly colouring: Colouring }
  | { readonly type: 'map'; readonly map: DatasetMap | null }
  | { readonly type: 'share'; readonly share: number }
  | { readonly type: 'select'; readonly points: Iterable<number> }
  | { readonly type: 'active'; readonly point: number | null }
  | { readonly type: 'item'; readonly item: PairItem | null };

/** What survives a hidden page. */
const rememberedSchema = z.object({
  root: z.string().nullable(),
  side: mapSideSchema,
  colouring: z.enum(COLOURINGS),
});
export type RememberedMap = z.infer<typeof rememberedSchema>;

const NO_MAP = { map: null, tooFew: false, share: null, ...nothingChosen() } as const;

export function initialState(remembered: unknown): MapState {
  const parsed = rememberedSchema.safeParse(remembered);
  const kept: RememberedMap = parsed.success
    ? parsed.data
    : { root: null, side: 'images', colouring: 'match' };
  return { status: undefined, failure: null, ...NO_MAP, ...kept };
}

export function toRemembered({ root, side, colouring }: MapState): RememberedMap {
  return { root, side, colouring };
}

export function reduceMap(state: MapState, action: MapAction): MapState {
  switch (action.type) {
    case 'status':
      return { ...state, status: action.status };
    case 'failed':
      return { ...state, failure: action.failure, share: null };
    case 'root':
      return { ...state, ...NO_MAP, failure: null, root: action.root };
    case 'side':
      return { ...state, ...NO_MAP, failure: null, side: action.side };
    case 'colouring':
      return { ...state, colouring: action.colouring };
    case 'map': {
      // Points have no names: another number of them are others.
      const isSame = action.map !== null && action.map.x.length === state.map?.x.length;
      const tooFew = action.map === null;
      const kept = isSame ? {} : nothingChosen();
      return { ...state, failure: null, share: null, map: action.map, tooFew, ...kept };
    }
    case 'share':
      return { ...state, share: action.share };
    case 'select':
      return { ...state, selected: new Set(action.points) };
    case 'active':
      return action.point === state.active ? state : { ...state, active: action.point, item: null };
    case 'item':
      return { ...state, item: action.item };
  }
}

function nothingChosen(): Pick<MapState, 'selected' | 'active' | 'item'> {
  return { selected: new Set(), active: null, item: null };
}
