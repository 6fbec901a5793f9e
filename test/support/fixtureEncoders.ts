import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** Tiny encoders with random weights, made by models/build/pairlens_models/tiny_encoders.py. */
export const ENCODERS = ['clip', 'siglip', 'siglip2', 'chinese-clip'] as const;

/** The folder of one of `ENCODERS`, or a picture that was made with them. */
export function fixtureEncoder(name: string): string {
  return path.join(ROOT, 'test', 'fixtures', 'encoders', name);
}

/** Photos with captions. */
export const SAMPLES = path.join(ROOT, 'samples', 'tour');

/** A method pack with random weights, made by models/build/pairlens_models/tiny_pack.py. */
export function fixturePack(): string {
  return path.join(ROOT, 'test', 'fixtures', 'pack');
}
