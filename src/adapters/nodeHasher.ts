import { createHash } from 'node:crypto';
import type { Hasher } from '../core/ports.ts';

/** 160 bits of SHA-256, in hex. */
export const nodeHasher: Hasher = {
  hash: (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 40),
};
