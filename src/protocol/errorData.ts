import { z } from 'zod';
import type { ErrorData } from '../core/errors.ts';

const ERROR_CODES = [
  'cancelled',
  'no-dataset',
  'unreadable-file',
  'unreadable-folder',
  'unsupported-format',
  'unreadable-image',
  'image-too-large',
  'invalid-model',
  'missing-native-package',
  'invalid-argument',
  'store-failed',
  'write-failed',
  'download-failed',
  'internal',
] as const satisfies readonly ErrorData['code'][];

/** A serialized error; an unknown code becomes `internal`. */
export const errorDataSchema = z.object({
  code: z.enum(ERROR_CODES).catch('internal'),
  message: z.string(),
  remedy: z.string().optional(),
  path: z.string().optional(),
});
