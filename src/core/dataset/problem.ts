import type { Sentence } from '../text/sentence.ts';
import type { EncodingReading } from '../text/textEncoding.ts';
import type { DatasetPath, SourceRange } from './dataset.ts';

/** Problems of files; each code is also a rule. */
export type ProblemCode =
  | 'missing-caption'
  | 'empty-caption'
  | 'missing-image'
  | 'unreadable-image'
  | 'unreadable-caption'
  | 'unreadable-archive'
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
  | 'invalid-config'
  | 'outside-link'
  | 'unreadable-decisions';

/** Files that common trainers read differently from PairLens. */
type TrainerFileCode =
  | 'trainer/bom'
  | 'trainer/utf-16'
  | 'trainer/json-caption'
  | 'trainer/extension-case'
  | 'trainer/image-extension'
  | 'trainer/caption-extension'
  | 'trainer/unread-folder'
  | 'trainer/wrong-root'
  | 'trainer/stale-latents';

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
  /** For `wrong-encoding`: how the file reads in the encoding that it seems to be in. */
  readonly reading?: EncodingReading;
  /** For a caption without image: its text, shortened. */
  readonly caption?: string;
  /** For a caption without image: the image that seems to be its own under another name. */
  readonly move?: CaptionMove;
  /** For images that share a caption file: new names for all but the first. */
  readonly separations?: readonly ImageSeparation[];
  /** Other files concerned, e.g. the second image of an ambiguous pair. */
  readonly related?: readonly DatasetPath[];
}

/** A caption file that would stand beside its image again under another name. */
export interface CaptionMove {
  readonly image: DatasetPath;
  readonly to: DatasetPath;
  /** Whether the content of the image was seen under the name of the caption file; otherwise the names are alike. */
  readonly known: boolean;
}

/** An image that would get a name of its own, with a copy of the caption file that it shares with others. */
export interface ImageSeparation {
  readonly image: DatasetPath;
  readonly to: DatasetPath;
  readonly caption: DatasetPath;
}

const OF_PLACE: ReadonlySet<ProblemCode> = new Set([
  ...(['outside-link', 'unreadable-decisions', 'unreadable-archive'] as const),
  ...(['trainer/extension-case', 'trainer/stale-latents', 'trainer/image-extension'] as const),
  ...(['trainer/caption-extension', 'trainer/unread-folder', 'trainer/wrong-root'] as const),
]);

/** Problems of a file's location, name or time, not its content: edits of the file do not solve them. */
export function isOfPlace({ code }: Problem): boolean {
  return OF_PLACE.has(code);
}
