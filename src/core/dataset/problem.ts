import type { Sentence } from '../text/sentence.ts';
import type { DatasetPath, SourceRange } from './dataset.ts';

/** Problems of files; each code is also a rule. */
export type ProblemCode =
  | 'missing-caption'
  | 'empty-caption'
  | 'missing-image'
  | 'unreadable-image'
  | 'unreadable-caption'
  | 'unread-captions'
  | 'unread-file'
  | 'wrong-encoding'
  | 'ambiguous-pair'
  | 'unpaired-companion'
  | 'companion-pictures'
  | 'other-root'
  | 'videos-not-judged'
  | 'second-caption-file'
  | TrainerFileCode
  | 'outside-link'
  | 'unreadable-decisions';

/** Files that common trainers read differently from PairLens. */
type TrainerFileCode =
  'trainer/bom' | 'trainer/utf-16' | 'trainer/extension-case' | 'trainer/stale-latents';

/** A broken file, row or link. */
export interface Problem {
  readonly code: ProblemCode;
  /** The file to open: the image, or the caption file. */
  readonly file: DatasetPath;
  /** Where in the file, if it is a text file. */
  readonly range?: SourceRange;
  readonly image?: DatasetPath;
  /** What is wrong, with the file's name. */
  readonly message: Sentence;
  /** What to do about it. */
  readonly remedy: Sentence;
  /** Other files concerned, e.g. the second image of an ambiguous pair. */
  readonly related?: readonly DatasetPath[];
}

/** Problems of a file's location or encoding, not its content: edits of the file do not solve them. */
export function isOfPlace({ code }: Problem): boolean {
  return code === 'outside-link' || code === 'unreadable-decisions' || code.startsWith('trainer/');
}
