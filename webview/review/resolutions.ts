import { pairKey } from '../../src/protocol/pairKey.ts';
import type { FindingItem } from '../../src/protocol/shapes.ts';

/** How the user resolved a finding. */
export const OUTCOMES = ['fixed', 'verified', 'ignored', 'excluded'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Resolution {
  readonly id: string;
  readonly outcome: Outcome;
  /** The caption of the pair from then on: the new one of a fix, the one that a verdict was given on. */
  readonly caption?: string | undefined;
  /** The first finding of those that were resolved in one step, if there were several. */
  readonly step?: string | undefined;
}

/** What an action changes besides its finding: a pair's caption, or all that belongs to an image. */
export interface Touched {
  /** Key of the pair, or URI of the image. */
  readonly key: string;
  /** The new caption of the pair; absent for an image that leaves. */
  readonly caption?: string;
}

/** Touched pairs and images by key, each with the finding whose action touched it. */
export type Held = ReadonlyMap<string, Touched & { readonly by: string }>;

/** Whether a finding says what was true before an action on another one: it is not shown until the server knows better. */
export function isHeld(held: Held, { item, imageUri }: FindingItem): boolean {
  if (held.size === 0) return false;
  if (held.has(item?.imageUri ?? imageUri ?? '')) return true;
  const touched = item === undefined ? undefined : held.get(pairKey(item.pair));
  return touched !== undefined && !isSame(touched.caption, item?.caption);
}

/**
 * Whether a reported finding stays hidden, because the server may not have seen yet what was done. A fix that is reported with its
 * new caption did not help, and a verdict says nothing about another caption: both are shown again.
 */
export function staysResolved({ outcome, caption }: Resolution, finding: FindingItem): boolean {
  const now = finding.item?.caption;
  if (caption === undefined || now === undefined) return true;
  return outcome === 'fixed' ? !isSame(now, caption) : isSame(now, caption);
}

export function tally(history: readonly Resolution[]): Readonly<Record<Outcome, number>> {
  const counts = { fixed: 0, verified: 0, ignored: 0, excluded: 0 };
  for (const { outcome } of history) counts[outcome]++;
  return counts;
}

/** What a verdict did: a pair that is excluded in the file of decisions stays where it is, and is called ignored. */
export function outcomeOf(decision: 'verified' | 'excluded'): Outcome {
  return decision === 'verified' ? 'verified' : 'ignored';
}

/** Files end with a line break that is no part of a caption. */
function isSame(a: string | undefined, b: string | undefined): boolean {
  return a?.trim() === b?.trim();
}
