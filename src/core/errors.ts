/** What went wrong, as a stable word that programs may compare. */
export type ErrorCode =
  | 'cancelled'
  | 'no-dataset'
  | 'unreadable-file'
  | 'unreadable-folder'
  | 'unsupported-format'
  | 'unreadable-image'
  | 'image-too-large'
  | 'invalid-model'
  | 'missing-native-package'
  | 'invalid-argument'
  | 'store-failed'
  | 'write-failed'
  | 'internal';

export interface ErrorDetails {
  /** What the person can do about it, one sentence. */
  readonly remedy?: string;
  /** The file or folder it happened to. */
  readonly path?: string;
  readonly cause?: unknown;
}

/** The plain form in which an error crosses a process or thread border. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy?: string;
  readonly path?: string;
}

/** Every failure PairLens reports: what happened (`message`), to which file (`path`), what to do (`remedy`). */
export class PairLensError extends Error {
  override readonly name = 'PairLensError';
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly path: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.remedy = details.remedy;
    this.path = details.path;
  }

  /** Whether `error` is a PairLensError (of this code). Also true for one made by another copy of this module. */
  static is(error: unknown, code?: ErrorCode): error is PairLensError {
    return (
      error instanceof Error &&
      error.name === 'PairLensError' &&
      'code' in error &&
      (code === undefined || error.code === code)
    );
  }

  static from(error: unknown, path?: string): PairLensError {
    if (PairLensError.is(error)) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new PairLensError('internal', message, {
      cause: error,
      ...(path === undefined ? {} : { path }),
    });
  }

  static fromData(data: ErrorData): PairLensError {
    return new PairLensError(data.code, data.message, {
      ...(data.remedy === undefined ? {} : { remedy: data.remedy }),
      ...(data.path === undefined ? {} : { path: data.path }),
    });
  }

  toData(): ErrorData {
    return {
      code: this.code,
      message: this.message,
      ...(this.remedy === undefined ? {} : { remedy: this.remedy }),
      ...(this.path === undefined ? {} : { path: this.path }),
    };
  }
}
