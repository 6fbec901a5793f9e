import { groupBy } from '../core/collections.ts';
import type {
  DatasetSummary,
  DecidedPair,
  FindingItem,
  PairItem,
  Target,
} from '../protocol/shapes.ts';

/** How the view *Findings* is arranged: in groups, or as one list with the surest first. */
export type Arrangement = 'rule' | 'file' | 'sureness';

/**
 * A tree row: a group of findings, a finding, the group of the captions that fit least where none can be judged, one of
 * these, the group of verdicts, or a verdict.
 */
export type FindingNode =
  | {
      readonly kind: 'group';
      readonly by: 'rule' | 'file';
      /** The rule, or the URI of the file. */
      readonly key: string;
      readonly findings: readonly FindingItem[];
    }
  | { readonly kind: 'finding'; readonly finding: FindingItem }
  | { readonly kind: 'leastFitting'; readonly dataset: DatasetSummary }
  | { readonly kind: 'pair'; readonly pair: PairItem }
  | { readonly kind: 'verdicts' }
  | { readonly kind: 'verdict'; readonly verdict: DecidedPair };

/** The worst first. */
const LEVELS: readonly FindingItem['level'][] = ['error', 'warning', 'info', 'hint'];

/** The rows of findings at the top of the view. */
export function arranged(findings: readonly FindingItem[], by: Arrangement): FindingNode[] {
  if (by === 'sureness') {
    return [...findings]
      .sort((a, b) => b.confidence - a.confidence || levelRank(a) - levelRank(b))
      .map((finding) => ({ kind: 'finding', finding }));
  }
  const byKey = groupBy(findings, ({ code, imageUri, uri }) =>
    by === 'rule' ? code : (imageUri ?? uri),
  );
  const groups = [...byKey].map(([key, of]) => ({ kind: 'group' as const, by, key, findings: of }));
  // The order must not depend on which rule was found first.
  const rank = ({ findings: [worst] }: (typeof groups)[number]): number =>
    worst === undefined ? LEVELS.length : levelRank(worst);
  if (by === 'rule') groups.sort((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : 1));
  return groups;
}

function levelRank({ level }: FindingItem): number {
  return LEVELS.indexOf(level);
}

/** The findings whose rule, file, message or caption holds each word of a text. */
export function filtered(findings: readonly FindingItem[], text: string): readonly FindingItem[] {
  const words = text.toLocaleLowerCase().split(/\s+/u).filter(Boolean);
  if (words.length === 0) return findings;
  return findings.filter((finding) => {
    const { code, title, message, uri, imageUri = '', item } = finding;
    const files = decodeURI(`${uri} ${imageUri}`);
    const about = [code, title, message, files, item?.caption ?? ''].join('\n').toLocaleLowerCase();
    return words.every((word) => about.includes(word));
  });
}

/**
 * The rows that a menu command is about: those that are selected if the row is one of them, else the row.
 * @param selected as VS Code passes it; undefined without a selection of several
 */
export function chosenNodes(
  node: FindingNode,
  selected: readonly FindingNode[] | undefined,
): readonly FindingNode[] {
  return selected?.includes(node) === true ? selected : [node];
}

/** The findings of rows, each once. */
export function findingsOf(nodes: readonly FindingNode[]): FindingItem[] {
  const findings = nodes.flatMap((node) => {
    if (node.kind === 'group') return node.findings;
    return node.kind === 'finding' ? [node.finding] : [];
  });
  return [...new Map(findings.map((finding) => [finding.id, finding])).values()];
}

/**
 * The finding about what is open: about the image, or the caption at the cursor; elsewhere in a caption file the only one about the
 * file.
 */
export function findingAbout(
  findings: readonly FindingItem[],
  target: Target,
): FindingItem | undefined {
  switch (target.kind) {
    case 'pair':
      return undefined;
    case 'image':
      return findings.find(({ uri, imageUri }) => (imageUri ?? uri) === target.uri);
    case 'caption': {
      const there = findings.filter(({ uri, item }) => (item?.captionUri ?? uri) === target.uri);
      const { line } = target.position;
      const here = there.find(
        ({ item, range = item?.range }) =>
          range !== undefined && range.start.line <= line && line <= range.end.line,
      );
      const ofOnePair = new Set(there.map(({ imageUri }) => imageUri)).size === 1;
      return here ?? (ofOnePair ? there[0] : undefined);
    }
  }
}
