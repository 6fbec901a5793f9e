/** Progress of a long call. */
export interface Progress {
  readonly phase:
    | 'list'
    | 'read'
    | 'images'
    | 'captions'
    | 'match'
    | 'fit'
    | 'calibrate'
    | 'audit'
    | 'words'
    | 'write'
    | 'download';
  /** Items done of `total`; `total` is 0 while it is unknown. */
  readonly done: number;
  readonly total: number;
  /** Items per second over the last few seconds; absent until it can be measured. */
  readonly rate?: number;
  readonly secondsLeft?: number;
}

export type ProgressListener = (progress: Progress) => void;
