import path from 'node:path';
import type { EncoderChoice } from '../../core/encoderChoice.ts';
import type { RunProgram } from './encoderMeasure.ts';

/** An encoder in the user's folder of encoders. */
export interface StoredEncoder {
  /** Its ID at the hub, `owner/name`. */
  readonly id: string;
  readonly path: string;
  /** Size of its graphs; undefined if there are none. */
  readonly bytes: number | undefined;
}

/** Access to encoders, made by src/server/composeServer.ts. */
export interface EncoderAccess {
  stored(): Promise<readonly StoredEncoder[]>;
  /**
   * Opens an encoder and closes it.
   * @throws PairLensError `invalid-model`, `missing-native-package`.
   */
  attempt(choice: EncoderChoice, threads?: number): Promise<{ model: string; bytes: number }>;
  readonly run: RunProgram;
}

/** The encoders that a person can choose besides the shipped one. @param inUse of the settings */
export async function listEncoders(
  access: EncoderAccess,
  inUse: EncoderChoice | undefined,
): Promise<{
  encoders: { name: string; path: string; bytes?: number }[];
  inUse: string;
}> {
  const stored = await access.stored();
  const isStored = stored.some((encoder) => encoder.path === inUse?.path);
  return {
    encoders: [
      ...stored.map(({ id, path: at, bytes }) => ({
        name: id,
        path: at,
        ...(bytes !== undefined && { bytes }),
      })),
      ...(inUse === undefined || isStored
        ? []
        : [{ name: path.basename(inUse.path), path: inUse.path }]),
    ],
    inUse: inUse?.path ?? '',
  };
}
