import type { DatasetPath } from '../../dataset/dataset.ts';
import { dotRows } from '../../matching/innerProducts.ts';
import { contentWords } from '../../text/contentWords.ts';
import { opposedWords } from '../../text/opposedWords.ts';
import { type Sentence, sentence } from '../../text/sentence.ts';
import { evidenceOf } from '../captionEvidence.ts';
import type { Fix } from '../finding.ts';
import type { ScoredCaption } from '../picturesElsewhere.ts';
import type { Rule } from '../rule.ts';
import type { ComparedPictures } from './comparedPictures.ts';
import { type AuditContext, aboutPair, type Detected } from './detector.ts';

/**
 * Two captions of one picture conflict if they are this unlike (centred cosine of the sentence embeddings, below), and the one
 * that fits the picture less is this likely to be wrong. Measured (docs/findings.md): people describe one picture in ways
 * that are as unlike as captions of different pictures, so that unlikeness alone says little.
 */
const CONFLICTS = [
  { cosine: 0.2, mismatch: 0.2 },
  { cosine: 0.35, mismatch: 0.5 },
] as const;
/** Captions of other datasets are compared by their words: largest share of the shorter one's words that both have. */
const COMMON_WORDS = 0.25;
/** Probability above which a caption is likely wrong, and up to which another may take its place. */
const LIKELY_WRONG = 0.5;
const LIKELY_RIGHT = 0.2;

export const CONFLICTING_CAPTIONS: Rule = {
  code: 'conflicting-captions',
  level: 'warning',
  wrongCaption: true,
  supersedes: ['caption-mismatch'],
  title: sentence('Conflicting captions of one picture'),
  shortTitle: sentence('Conflicting caption'),
  meaning: sentence(
    'The same picture is here more than once, with captions that contradict each other. A model is trained on both.',
  ),
};

/** An image of a group of duplicates. */
export interface Copy {
  /** Relative to the root of the audited dataset. */
  readonly path: DatasetPath;
  /** Its name for messages. */
  readonly name: DatasetPath;
  /** Its captions that were scored, if it belongs to another dataset. */
  readonly elsewhere: (() => readonly ScoredCaption[]) | undefined;
}

/** Images that show the same picture, or nearly. */
export interface CopyGroup {
  readonly copies: readonly Copy[];
  readonly nearly: boolean;
}

/** The images of a group, without what belongs to all compared images. */
export function copiesOf(pictures: ComparedPictures, members: readonly number[]): Copy[] {
  return members.map((i) => ({
    path: pictures.paths[i] ?? '',
    name: pictures.names[i] ?? '',
    elsewhere: pictures.captionsElsewhere(i),
  }));
}

/** A caption of a copy; `pair` if it belongs to the audited dataset. */
interface Rival extends ScoredCaption {
  readonly copy: Copy;
  readonly pair: number | undefined;
}

/** Captions of a group of duplicates that conflict with one of another image of the group: at most one finding for an image. */
export function conflictsOf(context: AuditContext, { copies, nearly }: CopyGroup): Detected[] {
  const found = captionsInConflict(context, copies);
  return found.map(([rival, other]) => finding(context, rival, other, nearly));
}

function captionsInConflict(context: AuditContext, copies: readonly Copy[]): Conflict[] {
  const captions = copies.map((copy) => captionsOf(context, copy));
  return copies.flatMap((copy, c) => {
    if (copy.elsewhere !== undefined) return [];
    const others = captions.flatMap((of, x) => (x === c ? [] : of));
    const found = (captions[c] ?? []).flatMap((rival) => {
      const other = contradicting(context, rival, others);
      return other === undefined ? [] : [[rival, other] as const];
    });
    return found.sort(([a], [b]) => b.mismatch - a.mismatch).slice(0, 1);
  });
}

/** A caption of the audited dataset, and the one that contradicts it. */
type Conflict = readonly [Rival, Rival];

function captionsOf(context: AuditContext, copy: Copy): Rival[] {
  if (copy.elsewhere !== undefined) {
    return copy.elsewhere().map((scored) => ({ ...scored, copy, pair: undefined }));
  }
  return context
    .pairsOfImage(copy.path)
    .filter((pair) => context.judged[pair] === true)
    .map((pair) => {
      const { caption } = context.pair(pair);
      return { caption, mismatch: context.mismatch[pair]!, copy, pair };
    });
}

/** The caption that says the opposite; or the best of the other copies' captions, if all are unlike it. */
function contradicting(
  context: AuditContext,
  rival: Rival,
  others: readonly Rival[],
): Rival | undefined {
  if (rival.pair === undefined || context.verified[rival.pair] === true) return undefined;
  const better = others.filter((other) => fitsLess(context, rival, other));
  const opposed = better.find(({ caption }) => opposedWords(rival.caption, caption));
  if (opposed !== undefined) return opposed;
  if (!others.every((other) => areUnlike(context, rival, other))) return undefined;
  const [best] = better.sort((a, b) => a.mismatch - b.mismatch);
  return best;
}

/** Whether the first of two captions is to be reported: the one that fits less, or the later one. */
function fitsLess({ verified }: AuditContext, rival: Rival, other: Rival): boolean {
  if (other.pair === undefined) return !(other.mismatch > rival.mismatch);
  if (verified[other.pair] === true) return true;
  if (rival.mismatch !== other.mismatch && !Number.isNaN(rival.mismatch + other.mismatch)) {
    return rival.mismatch > other.mismatch;
  }
  return (rival.pair ?? 0) > other.pair;
}

function areUnlike(context: AuditContext, rival: Rival, other: Rival): boolean {
  const wrong = Math.max(rival.mismatch, other.mismatch);
  if (Number.isNaN(wrong)) return false;
  const { embedded, model } = context;
  const j = rival.pair === undefined ? -1 : embedded.textRow[rival.pair]!;
  const t = other.pair === undefined ? -1 : embedded.textRow[other.pair]!;
  if (j < 0 || t < 0) {
    return wrong >= LIKELY_WRONG && commonWords(rival.caption, other.caption) <= COMMON_WORDS;
  }
  const { sentences } = model.scorer.spaces;
  const alike = dotRows(sentences, j, sentences, t);
  return CONFLICTS.some(({ cosine, mismatch }) => alike < cosine && wrong >= mismatch);
}

/** Share of the content words of the caption with fewer ones that both have; 1 without any. */
function commonWords(a: string, b: string): number {
  const [fewer, more] = [contentWords(a), contentWords(b)].sort((x, y) => x.size - y.size);
  if (fewer === undefined || more === undefined || fewer.size === 0) return 1;
  return [...fewer].filter((word) => more.has(word)).length / fewer.size;
}

function finding(context: AuditContext, rival: Rival, other: Rival, nearly: boolean): Detected {
  const { pair = 0, caption, mismatch } = rival;
  const { name } = other.copy;
  const words = opposedWords(caption, other.caption);
  const isKnownWorse = mismatch >= LIKELY_WRONG && other.mismatch <= LIKELY_RIGHT;
  const isRight = other.pair !== undefined && context.verified[other.pair] === true;
  const fix: Fix = {
    kind: 'replace-caption',
    caption: other.caption,
    match: isRight ? 1 : 1 - other.mismatch,
  };
  const evidence: Sentence[] = [
    sentence('{0} is captioned “{1}”.', name, other.caption),
    ...(words ? [sentence('Here “{0}”, there “{1}”.', ...words)] : []),
    ...(isRight ? [sentence('That one is verified.')] : []),
    ...(isKnownWorse && !isRight
      ? [
          sentence('Of the two, this caption fits the picture less.'),
          ...evidenceOf(context, context.embedded.imageRow[pair]!, context.embedded.textRow[pair]!),
        ]
      : []),
  ];
  return {
    code: CONFLICTING_CAPTIONS.code,
    ...aboutPair(context, pair),
    message: nearly
      ? sentence('{0} shows nearly the same picture, with a contradicting caption.', name)
      : sentence('{0} shows the same picture, with a contradicting caption.', name),
    evidence,
    confidence: words !== undefined || isRight ? 1 : mismatch,
    relatedPairs: other.pair === undefined ? [] : [other.pair],
    relatedFiles: [other.copy.path],
    fixes: isKnownWorse || isRight ? [fix] : [],
    remedy: sentence('Give both the caption that is right, or delete one of the files.'),
  };
}
