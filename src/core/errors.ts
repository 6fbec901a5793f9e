import { inEnglish, type Sentence, verbatim } from './text/sentence.ts';

/** Stable error codes, for programs. */
export type ErrorCode =
  | 'cancelled'
  | 'no-dataset'
  | 'unreadable-file'
  | 'unreadable-folder'
  | 'unsupported-format'
  | 'unreadable-image'
  | 'image-too-large'
  | 'invalid-config'
  | 'invalid-model'
  | 'missing-native-package'
  | 'invalid-argument'
  | 'store-failed'
  | 'write-failed'
  | 'download-failed'
  | 'internal';

export interface ErrorDetails {
  /** What the user can do, one sentence. */
  readonly remedy?: string | Sentence;
  /** The file or folder concerned. */
  readonly path?: string;
  readonly cause?: unknown;
}

/** The serialized form of an error. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy?: string;
  readonly path?: string;
}

/** All errors of PairLens: what happened (`message`), to which file (`path`), what to do (`remedy`). */
export class PairLensError extends Error {
  override readonly name = 'PairLensError';
  readonly code: ErrorCode;
  readonly path: string | undefined;
  /** `message` and `remedy` as sentences, for translation. */
  readonly parts: { readonly message: Sentence; readonly remedy: Sentence | undefined };

  constructor(code: ErrorCode, message: string | Sentence, details: ErrorDetails = {}) {
    const text = asSentence(message);
    super(inEnglish(text), details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.parts = {
      message: text,
      remedy: details.remedy === undefined ? undefined : asSentence(details.remedy),
    };
    this.path = details.path;
  }

  get remedy(): string | undefined {
    return this.parts.remedy && inEnglish(this.parts.remedy);
  }

  /** Whether `error` is a PairLensError (with this code), also one of another copy of this module. */
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

  /** @param say formats a sentence, in English or translated */
  toData(say: (sentence: Sentence) => string = inEnglish): ErrorData {
    const { message, remedy } = this.parts;
    return {
      code: this.code,
      message: say(message),
      ...(remedy === undefined ? {} : { remedy: say(remedy) }),
      ...(this.path === undefined ? {} : { path: this.path }),
    };
  }
}

function asSentence(words: string | Sentence): Sentence {
  return typeof words === 'string' ? verbatim(words) : words;
}
