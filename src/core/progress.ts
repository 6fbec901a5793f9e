/** One step of a long call, as its listener sees it. */
export interface Progress {
  readonly phase:
    'list' | 'read' | 'images' | 'captions' | 'match' | 'calibrate' | 'audit' | 'words' | 'write';
  /** Items done of `total`; `total` is 0 while it is not known. */
  readonly done: number;
  readonly total: number;
  /** Items a second over the last few seconds, once it can be told. */
  readonly rate?: number;
  readonly secondsLeft?: number;
}

export type ProgressListener = (progress: Progress) => void;
