import type { CaptionPart } from '../dataset/captionPart.ts';
import type { CaptionSource, DatasetPath } from '../dataset/dataset.ts';
import type { CaptionMove, ImageSeparation } from '../dataset/problem.ts';
import type { EncodingReading } from '../text/textEncoding.ts';
import type { Sentence } from '../text/sentence.ts';
import type { Level, RuleCode } from './rule.ts';

/** A fix of a finding, as data; the engine converts it to an edit. */
export type Fix =
  | {
      readonly kind: 'replace-caption';
      readonly caption: string;
      /**
       * Probability that it is the correct one, given that at most one candidate is, 0..1. Absent if the new caption follows
       * from the old one.
       */
      readonly match?: number;
      /** Whether it does not fit its present image. */
      readonly homeless?: boolean;
    }
  | { readonly kind: 'swap-captions'; readonly pair: number; readonly other: number }
  /** Each pair `to` gets the caption of the pair `from`; each pair is once on either side. */
  | {
      readonly kind: 'move-captions';
      readonly moves: readonly { readonly to: number; readonly from: number }[];
    }
  | { readonly kind: 'create-caption'; readonly file: DatasetPath }
  /** Writes the file as UTF-8, its other lines read in an encoding that was guessed. */
  | { readonly kind: 'save-as-utf8'; readonly reading: EncodingReading }
  /** Writes files as UTF-8 without a byte order mark; their text stays as it is. */
  | { readonly kind: 'plain-utf8'; readonly files: readonly DatasetPath[] }
  /** Renames the caption file, whose text is `caption`, like its image. */
  | {
      readonly kind: 'rename-caption-file';
      readonly move: CaptionMove;
      readonly caption: string;
    }
  /** Renames images that share the caption file with another one, and gives each a copy of it. */
  | { readonly kind: 'separate-images'; readonly separations: readonly ImageSeparation[] }
  | { readonly kind: 'mark-verified' }
  | { readonly kind: 'exclude-pair' };

/** One problem (or noteworthy fact) of the dataset. */
export interface Finding {
  readonly code: RuleCode;
  readonly level: Exclude<Level, 'off'>;
  /** The file to open; for a pair its caption file. */
  readonly file: DatasetPath;
  readonly image?: DatasetPath;
  /** Index into `dataset.pairs`, for a finding about a pair. */
  readonly pair?: number;
  readonly caption?: string;
  /** Location in a caption file. */
  readonly source?: Pick<CaptionSource, 'file' | 'range'>;
  /** The parts of the caption that are meant; the whole caption if undefined. */
  readonly parts?: readonly CaptionPart[];
  /** One sentence: what is wrong. */
  readonly message: Sentence;
  /** Reasons, the strongest first. */
  readonly evidence: readonly Sentence[];
  /** Confidence, 0..1; 1 for facts. Findings of one rule are sorted by it. */
  readonly confidence: number;
  /** Indices of other pairs concerned (the swap partner, the hard negative). */
  readonly relatedPairs: readonly number[];
  /** Other files concerned (the other duplicates). */
  readonly relatedFiles: readonly DatasetPath[];
  readonly fixes: readonly Fix[];
  /** What to do, if it is not one of the fixes. */
  readonly remedy?: Sentence;
}

/** What a finding without a pair is about: its image, or the file to open, which is the first image of what is said of many. */
export function subjectOf({ image, file }: Pick<Finding, 'image' | 'file'>): DatasetPath {
  return image ?? file;
}

/** Whether a fix of the finding changes captions, and not a file as a whole. */
export function changesCaptions({ fixes }: Pick<Finding, 'fixes'>): boolean {
  return fixes.some(({ kind }) => CAPTION_FIXES.includes(kind));
}

const CAPTION_FIXES: readonly Fix['kind'][] = ['replace-caption', 'swap-captions', 'move-captions'];
