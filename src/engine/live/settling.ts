import type { Priority } from './priority.ts';
import type { Member } from './members.ts';
import type { Turns } from './turns.ts';

/** How long after a change the pairs around it wait to be judged anew. */
const SETTLE_AFTER_MS = 60;

/** Judges the pairs around changed ones when nobody waits for anything else. */
export class Settling {
  readonly #priority: Priority;
  readonly #turns: Turns;
  readonly #members: () => readonly Member[];
  readonly #onJudged: () => void;

  /** @param onJudged called after each step: findings may be others, though nothing moved visibly */
  constructor(
    priority: Priority,
    turns: Turns,
    members: () => readonly Member[],
    onJudged: () => void,
  ) {
    this.#priority = priority;
    this.#turns = turns;
    this.#members = members;
    this.#onJudged = onJudged;
  }

  /** Resolves when nothing is left to judge: whether anything moved visibly. */
  async run(): Promise<boolean> {
    let visible = false;
    // A message leaves in a turn of the event loop: what is told of the change, and asked for then, goes first.
    await new Promise((resolve) => setTimeout(resolve, SETTLE_AFTER_MS));
    for (;;) {
      await this.#priority.pause();
      const moved = await this.#turns.run(() => Promise.resolve(this.#some()));
      if (moved === undefined) return visible;
      visible ||= moved;
    }
  }

  /** Whether what was judged moved visibly; undefined where nothing was left to judge. */
  #some(): boolean | undefined {
    const open = this.#members().filter(({ dataset }) => dataset.unsettled);
    if (open.length === 0) return undefined;
    const moved = open.map(({ dataset }) => dataset.settleSome());
    this.#onJudged();
    return moved.includes(true);
  }
}
