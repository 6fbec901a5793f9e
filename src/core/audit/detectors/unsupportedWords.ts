import { listed, sentence } from '../../text/sentence.ts';
import { shorten } from '../../text/visibleText.ts';
import type { FittedSentence } from '../sentenceFits.ts';
import { wordConfidence } from '../wordSupports.ts';
import { type AuditContext, aboutPair, type Detected, type Detector, perPair } from './detector.ts';

/** A caption that is more likely wrong than right is wrong altogether, not in single words. */
const WHOLLY_WRONG = 0.5;

/** Words of a caption that the image does not support. */
export const unsupportedWords: Detector = {
  rules: [
    {
      code: 'unsupported-words',
      level: 'info',
      title: sentence('Unsupported words'),
      shortTitle: sentence('Unsupported word'),
      meaning: sentence(
        'The caption names something that is not seen in the picture. A model trained on the pair learns a wrong meaning of the word.',
      ),
    },
  ],
  track: perPair(wordsOf),
};

/** Chance that a reported sentence is wrong if one in fifty is. */
const SENTENCE_CONFIDENCE = 0.8;

/** The sentences of a caption that belong to another picture. */
function foreignSentences(context: AuditContext, p: number): readonly FittedSentence[] {
  const { caption } = context.pair(p);
  return context.sentences?.foreign(context.embedded.imageRow[p]!, caption) ?? [];
}

function sentenceFinding(
  context: AuditContext,
  p: number,
  { start, end, text }: FittedSentence,
): Detected {
  return {
    code: 'unsupported-words',
    ...aboutPair(context, p),
    message: sentence(
      'One sentence does not seem to describe the picture: “{0}”.',
      shorten(text, 100),
    ),
    evidence: [
      sentence(
        'It fits no better than sentences drawn at random from this dataset; the others do.',
      ),
    ],
    confidence: SENTENCE_CONFIDENCE,
    parts: [{ start, end }],
    relatedPairs: [],
    relatedFiles: [],
    fixes: [{ kind: 'mark-verified' }, { kind: 'exclude-pair' }],
    remedy: sentence('Correct or delete the sentence, or mark the pair as verified.'),
  };
}

function wordsOf(context: AuditContext, p: number): Detected | undefined {
  const { embedded, judged, verified, mismatch, supports } = context;
  if (supports === undefined || judged[p] !== true || verified[p] === true) return undefined;
  if (mismatch[p]! >= WHOLLY_WRONG) return undefined;
  const [foreign] = foreignSentences(context, p);
  if (foreign !== undefined) return sentenceFinding(context, p, foreign);
  const words = supports.reported(embedded.imageRow[p]!, context.pair(p).caption);
  if (words.length === 0) return undefined;
  const named = listed([...new Set(words.map(({ text }) => text))]);
  return {
    code: 'unsupported-words',
    ...aboutPair(context, p),
    message: sentence('Not seen in the picture: {0}.', named),
    evidence: [sentence('The caption fits the picture better without {0}.', named)],
    confidence: Math.max(...words.map(({ support }) => wordConfidence(support))),
    parts: words.map(({ start, end }) => ({ start, end })),
    relatedPairs: [],
    relatedFiles: [],
    fixes: [{ kind: 'mark-verified' }, { kind: 'exclude-pair' }],
    remedy: sentence('Correct or delete the words, or mark the pair as verified.'),
  };
}
