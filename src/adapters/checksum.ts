import xxhash from 'xxhash-wasm';

/** 64-bit checksum of `bytes`. Detects damage, not forgery. */
export type Checksum = (bytes: Uint8Array) => bigint;

/** @throws WebAssembly.CompileError where the runtime has no WebAssembly. */
export async function loadChecksum(): Promise<Checksum> {
  const hashes = await xxhash();
  return (bytes) => hashes.h64Raw(bytes);
}
