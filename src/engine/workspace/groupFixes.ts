import type { Fix } from '../../core/audit/finding.ts';
import type { RuleCode } from '../../core/audit/rule.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import type { WantedFixes } from '../editing/chooseFix.ts';
import type { FileEdit, NewCaption } from '../editing/editor.ts';
import {
  FixCounter,
  type FixCounts,
  TakenFixes,
  type WholeFileFix,
} from '../editing/takenFixes.ts';
import { type Editing, editorOf, refuseOutside } from './edits.ts';
import { readOnlyBecause, livePair } from './pairLookup.ts';
import type { OpenedDataset } from './openedDatasets.ts';
import type { LiveFinding, LivePairId } from './workspace.ts';

/** A change of a whole file. Paths are absolute. */
export type FileFix =
  /** Without an encoding the file's own is kept, and written as UTF-8 without a byte order mark. */
  | { readonly kind: 'save-as-utf8'; readonly path: string; readonly encoding: string | undefined }
  | { readonly kind: 'rename-caption-file'; readonly from: string; readonly to: string }
  | {
      readonly kind: 'separate-images';
      readonly path: string;
      readonly separations: readonly {
        readonly image: string;
        readonly to: string;
        readonly caption: string;
      }[];
    };

/** The fixes of several findings. */
export interface GroupFixes extends Omit<FixCounts, 'fixed'> {
  /** IDs of the findings that are fixed. */
  readonly fixed: readonly string[];
  readonly edits: readonly FileEdit[];
  readonly files: readonly FileFix[];
}

/** Suggests captions for wrong ones again: those of findings that were not looked at may be of earlier captions. */
function renewSuggestions(
  opened: readonly OpenedDataset[],
  findings: readonly LiveFinding[],
): void {
  for (const { root, finding } of findings) {
    if (finding.pair === undefined || !finding.fixes.some(isSuggestion)) continue;
    opened.find(({ dataset }) => dataset.root === root)?.dataset.findings.renew(finding.pair);
  }
}

function isSuggestion(fix: Fix): boolean {
  return fix.kind === 'replace-caption' && fix.match !== undefined;
}

/**
 * The fixes of findings of an editor's folders, chosen as `pairlens fix --rule` chooses them.
 * @param all the current findings
 * @param isWanted of which findings
 * @param suggestions take the likely suggestions for wrong captions, and nothing else
 * @throws PairLensError `invalid-argument` if a format cannot represent a caption; `write-failed`.
 */
export async function groupFixes(
  editing: Editing,
  all: () => readonly LiveFinding[],
  isWanted: (finding: LiveFinding) => boolean,
  suggestions: boolean,
): Promise<GroupFixes> {
  renewSuggestions(editing.opened, all().filter(isWanted));
  const findings = all().filter(isWanted);
  const counter = new FixCounter();
  const captions: NewCaption<LivePairId>[] = [];
  const files: FileFix[] = [];
  const rules = new Set<RuleCode>(findings.map(({ finding }) => finding.code));
  const wanted: WantedFixes = { rules, suggestions: suggestions ? 'likely' : undefined };
  for (const { dataset, opened } of editing.opened) {
    const { root } = dataset;
    const { pairs } = dataset.slots;
    const here = findings.filter((each) => each.root === root);
    const reasons = new Map(here.map((live) => [live.finding, readOnlyBecause(live)]));
    const taken = new TakenFixes((slot) => pairs[slot]?.source.file);
    const chosen = here
      .map(({ finding }) => finding)
      .filter(({ fixes }) => !suggestions || fixes.some(isSuggestion));
    counter.take(taken, chosen, wanted, (each) => reasons.get(each));
    for (const [slot, caption] of taken.captions) {
      const text = 'text' in caption ? caption.text : pairs[caption.from]?.caption;
      if (text !== undefined) captions.push({ pair: livePair(dataset, slot), caption: text });
    }
    for (const [file, fix] of taken.whole) {
      const path = toAbsolute(root, file);
      await refuseOutside(editing.updater.disk, path, opened.dir);
      files.push(fileFix(root, path, fix));
    }
  }
  const edits = await editorOf(editing).replace(captions);
  const { left, later, readOnly } = counter;
  const taken = new Set(counter.taken);
  const fixed = findings.filter(({ finding }) => taken.has(finding)).map(({ id }) => id);
  return { edits, files, fixed, left, later, readOnly };
}

function fileFix(root: string, path: string, fix: WholeFileFix): FileFix {
  const absolute = (file: DatasetPath): string => toAbsolute(root, file);
  switch (fix.kind) {
    case 'save-as-utf8':
      return { kind: fix.kind, path, encoding: fix.reading.encoding };
    case 'plain-utf8':
      return { kind: 'save-as-utf8', path, encoding: undefined };
    case 'rename-caption-file':
      return { kind: fix.kind, from: path, to: absolute(fix.move.to) };
    case 'separate-images': {
      const separations = fix.separations.map(({ image, to, caption }) => ({
        image: absolute(image),
        to: absolute(to),
        caption: absolute(caption),
      }));
      return { kind: fix.kind, path, separations };
    }
  }
}
