import type { Finding } from '../../core/audit/finding.ts';
import type { RuleCode } from '../../core/audit/rule.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import {
  noneReadOnly,
  type ReadOnlyCounts,
  type ReadOnlyReason,
} from '../../core/dataset/readOnly.ts';
import { chooseFix, hasWritingFix, type WantedFixes, type WritingFix } from './chooseFix.ts';

/** The new caption of a pair: a text, or that of another pair. */
export type TakenCaption = { readonly text: string } | { readonly from: number };

/** A fix that changes a file as a whole. */
export type WholeFileFix = Extract<
  WritingFix,
  { kind: 'save-as-utf8' | 'plain-utf8' | 'rename-caption-file' | 'separate-images' }
>;

/** What becomes of findings. */
export interface FixCounts {
  /** Number of findings by rule that are fixed. */
  readonly fixed: ReadonlyMap<RuleCode, number>;
  /** Number of findings by rule that have a fix which a person must choose. */
  readonly left: ReadonlyMap<RuleCode, number>;
  /** Number of findings whose file gets another fix first: for a second run. */
  readonly later: number;
  /** Number of findings about captions that are not edited, by the reason. */
  readonly readOnly: Readonly<ReadOnlyCounts>;
}

/** The fixes of a dataset that can be made together: a file gets either edits of its captions or one change as a whole. */
export class TakenFixes {
  readonly #fileOf: (pair: number) => DatasetPath | undefined;
  readonly #captions = new Map<number, TakenCaption>();
  readonly #edited = new Set<DatasetPath>();
  readonly #whole = new Map<DatasetPath, WholeFileFix>();

  /** @param fileOf the caption file of a pair; undefined if there is no such pair */
  constructor(fileOf: (pair: number) => DatasetPath | undefined) {
    this.#fileOf = fileOf;
  }

  /** New captions by pair. */
  get captions(): ReadonlyMap<number, TakenCaption> {
    return this.#captions;
  }

  /** Changes of whole files, by file. */
  get whole(): ReadonlyMap<DatasetPath, WholeFileFix> {
    return this.#whole;
  }

  /** Replaces the caption of a pair. False if another change has its file or pair already. */
  replace(pair: number, text: string): boolean {
    return this.#assign([[pair, { text }]]);
  }

  /** False if a file or pair of the fix is changed by another fix already. */
  take(finding: Finding, fix: WritingFix): boolean {
    switch (fix.kind) {
      case 'replace-caption':
        return finding.pair !== undefined && this.replace(finding.pair, fix.caption);
      case 'swap-captions':
        return this.#assign([
          [fix.pair, { from: fix.other }],
          [fix.other, { from: fix.pair }],
        ]);
      case 'move-captions':
        return this.#assign(fix.moves.map(({ to, from }) => [to, { from }] as const));
      case 'save-as-utf8':
      case 'rename-caption-file':
      case 'separate-images':
        return this.#change([finding.file], fix);
      case 'plain-utf8':
        return this.#change(fix.files, fix);
    }
  }

  #assign(captions: readonly (readonly [number, TakenCaption])[]): boolean {
    const files = captions.flatMap(([pair]) => this.#fileOf(pair) ?? []);
    // The partners of an exchange have a finding each, with the same fix.
    if (captions.every(([pair, caption]) => same(this.#captions.get(pair), caption))) return true;
    if (files.length < captions.length || files.some((file) => this.#whole.has(file))) return false;
    if (captions.some(([pair]) => this.#captions.has(pair))) return false;
    for (const [pair, caption] of captions) this.#captions.set(pair, caption);
    for (const file of files) this.#edited.add(file);
    return true;
  }

  #change(files: readonly DatasetPath[], fix: WholeFileFix): boolean {
    if (files.some((file) => this.#edited.has(file) || this.#whole.has(file))) return false;
    for (const file of files) this.#whole.set(file, fix);
    return true;
  }
}

/** Counts findings by what becomes of them, over several datasets. */
export class FixCounter implements FixCounts {
  readonly fixed = new Map<RuleCode, number>();
  readonly left = new Map<RuleCode, number>();
  /** The findings that are fixed. */
  readonly taken: Finding[] = [];
  later = 0;
  readonly readOnly = noneReadOnly();

  /**
   * Takes the fixes of the findings of a dataset that are wanted and need no choice. A caption that is suggested for several images goes
   * to the one that it fits best: it belongs to one.
   */
  take(
    taken: Pick<TakenFixes, 'take'>,
    findings: Iterable<Finding>,
    wanted: WantedFixes,
    readOnly: (finding: Finding) => ReadOnlyReason | undefined,
  ): void {
    const chosen = [...findings]
      .filter((each) => wanted.rules?.has(each.code) !== false && hasWritingFix(each))
      .map((finding) => ({ finding, fix: chooseFix(finding, wanted) }))
      .sort((a, b) => suggestedMatch(b.fix) - suggestedMatch(a.fix));
    const given = new Set<string>();
    for (const { finding, fix } of chosen) {
      const suggestion =
        fix?.kind === 'replace-caption' && fix.match !== undefined ? fix.caption : '';
      const reason = readOnly(finding);
      if (reason !== undefined) this.readOnly[reason]++;
      else if (fix === undefined || given.has(suggestion)) count(this.left, finding.code);
      else if (taken.take(finding, fix)) {
        count(this.fixed, finding.code);
        this.taken.push(finding);
        if (suggestion !== '') given.add(suggestion);
      } else this.later++;
    }
  }
}

/** The match of a suggestion; of other fixes more than any. */
function suggestedMatch(fix: WritingFix | undefined): number {
  return (fix?.kind === 'replace-caption' ? fix.match : undefined) ?? 2;
}

function count(counts: Map<RuleCode, number>, code: RuleCode): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
}

function same(a: TakenCaption | undefined, b: TakenCaption): boolean {
  if (a === undefined) return false;
  return 'text' in a ? 'text' in b && a.text === b.text : 'from' in b && a.from === b.from;
}
