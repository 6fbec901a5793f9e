import type { CaptionPart } from '../../dataset/captionPart.ts';
import type { Dataset } from '../../dataset/dataset.ts';
import { trainerOf } from '../../dataset/trainers/trainerTable.ts';
import type { ClipTokens } from '../../text/clipTokens.ts';
import { sentence } from '../../text/sentence.ts';
import {
  aboutPair,
  type AuditContext,
  type Detected,
  type Detector,
  perCaption,
} from './detector.ts';
import { linesAsRead } from './linesAsRead.ts';

/** Captions with more tokens than the trainer reads. */
export const trainerTokens: Detector = {
  rules: [
    {
      code: 'trainer/token-overflow',
      // Which model is trained is not known, and some read longer captions.
      level: 'info',
      title: sentence('Captions longer than the text encoder reads'),
      shortTitle: sentence('Caption longer than the text encoder reads'),
      meaning: sentence(
        'CLIP reads a limited number of tokens, and the trainer cuts off the rest: the model never learns those words.',
      ),
    },
  ],
  track: perCaption(overflowOf),
};

function overflowOf(context: AuditContext, p: number): Detected | undefined {
  const { clipTokens, trainer } = context;
  const limit = tokenLimit(trainer);
  if (clipTokens === undefined || limit === undefined) return undefined;
  const { caption } = context.pair(p);
  for (const line of linesAsRead(context.pair(p), trainer)) {
    const read = tokensOf(clipTokens, caption.slice(line.start, line.end), limit.most);
    if (read.cut === undefined) continue;
    const part = { start: line.start + read.cut.start, end: line.start + read.cut.end };
    return {
      code: 'trainer/token-overflow',
      ...aboutPair(context, p),
      parts: [part],
      message: sentence(
        '{0} of {1} tokens are cut off, from “{2}” on.',
        read.count - limit.most,
        read.count,
        firstWords(caption.slice(part.start, part.end)),
      ),
      evidence: [
        sentence('{0} reads {1} tokens of CLIP ({2}).', limit.name, limit.most, limit.source),
      ],
      confidence: 1,
      relatedPairs: [],
      relatedFiles: [],
      fixes: [],
      remedy: sentence(
        'Shorten the caption, put what matters first, or raise the limit of the trainer where it has one.',
      ),
    };
  }
  return undefined;
}

const SHOWN_CHARACTERS = 30;

function firstWords(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS).trimEnd()}…`;
}

export interface TokenLimit {
  readonly name: string;
  readonly most: number;
  readonly source: string;
}

/** How many tokens of CLIP the trainer reads; undefined if it is not known. */
export function tokenLimit(trainer: Dataset['trainer']): TokenLimit | undefined {
  if (trainer === undefined || trainer === 'none') return undefined;
  if (trainer.settings.isClip === false) return undefined;
  const { name, tokens } = trainerOf(trainer.id);
  return tokens && { name, most: trainer.settings.maxTokens ?? tokens.most, source: tokens.source };
}

interface ReadTokens {
  readonly count: number;
  /** The words that are not read to their end. */
  readonly cut?: CaptionPart;
}

/** The number of tokens of a text, and the words beyond a limit. */
export function tokensOf(tokens: ClipTokens, text: string, most: number): ReadTokens {
  const words = tokens.words(text);
  let count = 0;
  let start: number | undefined;
  for (const word of words) {
    count += word.tokens;
    if (count > most) start ??= word.start;
  }
  const end = words.at(-1)?.end;
  return { count, ...(start !== undefined && end !== undefined && { cut: { start, end } }) };
}
