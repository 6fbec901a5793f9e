import { throwIfCancelled, type CancelSignal } from '../../core/cancellation.ts';
import { pairStatistics, type PairStatistics } from '../../core/query/pairStatistics.ts';
import { pairSummary, type PairSummary } from '../../core/query/pairSummary.ts';
import { runCooperatively } from '../../core/steps.ts';
import type { LiveTags } from './liveTags.ts';
import { nextTurn } from './nextTurn.ts';
import type { PairBrowser } from './pairBrowser.ts';

/** Statistics of the open datasets. */
interface StatisticsOfSession {
  readonly now: PairStatistics;
  /** After the first audit of the session; undefined before it, and if another dataset was opened or closed since. */
  readonly before: PairSummary | undefined;
}

/** Statistics of all pairs, and what they were when the datasets were opened. */
export class LiveStatistics {
  readonly #browser: Pick<PairBrowser, 'byDataset' | 'summarized'>;
  readonly #tags: Pick<LiveTags, 'search'>;
  #first: { readonly roots: readonly string[]; readonly summary: PairSummary } | undefined;

  constructor(
    browser: Pick<PairBrowser, 'byDataset' | 'summarized'>,
    tags: Pick<LiveTags, 'search'>,
  ) {
    this.#browser = browser;
    this.#tags = tags;
  }

  /** To be called after each whole audit. The first one of the same datasets is what later ones are compared with. */
  audited(roots: readonly string[]): void {
    if (roots.length === 0 || this.#isOf(roots)) return;
    this.#first = { roots, summary: pairSummary(this.#browser.summarized()) };
  }

  /** @throws PairLensError `cancelled`. */
  async now(signal?: CancelSignal): Promise<StatisticsOfSession> {
    const pairs = this.#browser.byDataset();
    const { tags } = await this.#tags.search('', Infinity);
    const now = await runCooperatively(
      pairStatistics([...pairs.values()].flat(), tags),
      async () => {
        await nextTurn();
        throwIfCancelled(signal);
      },
    );
    return { now, before: this.#isOf([...pairs.keys()]) ? this.#first?.summary : undefined };
  }

  #isOf(roots: readonly string[]): boolean {
    const known = this.#first?.roots;
    return known?.length === roots.length && roots.every((root) => known.includes(root));
  }
}
