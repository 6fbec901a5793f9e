import type { PairRef } from '../../src/protocol/shapes.ts';
import { Latest } from '../shared/latest.ts';
import type { RpcClient } from '../shared/rpcClient.ts';
import { matchGrade } from '../shared/score.ts';
import type { Store } from '../shared/store.ts';
import { draftOf, isDirty, type TriageAction, type TriageState } from './triageState.ts';

/** Debounce delay: no request while the user pages through findings. */
const GROUNDING_DELAY_MS = 300;

interface WordsRequest {
  readonly id: string;
  readonly pair: PairRef;
  readonly caption: string;
  readonly match: number | undefined;
}

/**
 * Requests the unsupported words of the current caption and the locations of the others, after all other details are
 * loaded, and again only for another caption or image.
 */
export class WordsSession {
  readonly #rpc: Pick<RpcClient, 'call'>;
  readonly #store: Store<TriageState, TriageAction>;
  readonly #generation: () => number;
  readonly #words = new Latest();
  readonly #groundings = new Latest();
  #requestedKey: string | undefined;
  #groundedKey: string | undefined;

  /** @param generation increases when images may have changed. */
  constructor(
    rpc: Pick<RpcClient, 'call'>,
    store: Store<TriageState, TriageAction>,
    generation: () => number,
  ) {
    this.#rpc = rpc;
    this.#store = store;
    this.#generation = generation;
  }

  /** Call after each state change. */
  follow(): void {
    const request = neededRequest(this.#store.state);
    const key = request && [request.id, request.caption, String(this.#generation())].join('\n');
    if (key !== this.#requestedKey) {
      this.#requestedKey = key;
      this.#words.cancel();
      if (request !== undefined) this.#weigh(request);
    }
    // Words of a mismatched caption are not in the image, but grounding would return a location all the same.
    const fits = request?.match !== undefined && matchGrade(request.match) !== 'poor';
    const groundedKey = fits ? key : undefined;
    if (groundedKey === this.#groundedKey) return;
    this.#groundedKey = groundedKey;
    this.#groundings.cancel();
    if (request === undefined) return;
    if (fits) this.#locate(request);
    else this.#store.dispatch({ type: 'groundings', id: request.id, result: null });
  }

  #weigh({ id, pair, caption }: WordsRequest): void {
    this.#words.run(0, (signal) => this.#rpc.call('words', { pair, caption }, signal), {
      done: ({ unsupported }) => {
        this.#store.dispatch({
          type: 'unsupportedWords',
          id,
          result: { caption, words: unsupported },
        });
      },
      failed: () => {
        this.#store.dispatch({ type: 'unsupportedWords', id, result: null });
      },
    });
  }

  #locate({ id, pair, caption }: WordsRequest): void {
    this.#groundings.run(
      GROUNDING_DELAY_MS,
      (signal) => this.#rpc.call('groundings', { pair, caption }, signal),
      {
        done: ({ words }) => {
          this.#store.dispatch({ type: 'groundings', id, result: { caption, words } });
        },
        failed: () => {
          this.#store.dispatch({ type: 'groundings', id, result: null });
        },
      },
    );
  }
}

/** The caption whose words are needed; undefined while other details are still loading. */
function neededRequest(state: TriageState): WordsRequest | undefined {
  const { current, detail } = state;
  if (current?.item === undefined || detail.neighbours === null) return undefined;
  const dirty = isDirty(state);
  if (dirty && (detail.matching || detail.match === null)) return undefined;
  const { id, item } = current;
  const match = dirty ? detail.match?.match : item.match;
  return { id, pair: item.pair, caption: draftOf(state), match };
}
