import { onnxInnerProducts } from './onnxInnerProducts.ts';

/** More than one row and column, so that the kernel of matrices computes, and not that of vectors. */
const SIDE = 4;
const [LARGEST, ZERO, WEIGHT] = [255, 128, 127] as const;

let measured: Promise<boolean> | undefined;

/**
 * Whether onnxruntime adds two products of bytes in 16 bits on this processor, which overflow: x64 without VNNI. Measured once, by a
 * product whose result is known.
 * @throws PairLensError `missing-native-package`.
 */
export function bytesOverflow(): Promise<boolean> {
  measured ??= overflows().catch((error: unknown) => {
    measured = undefined;
    throw error;
  });
  return measured;
}

async function overflows(): Promise<boolean> {
  const { ofBytes } = onnxInnerProducts(1);
  const a = { rows: SIDE, columns: SIDE, data: new Uint8Array(SIDE * SIDE).fill(LARGEST) };
  const sums = new Int32Array(SIDE * SIDE);
  await ofBytes?.(a, new Int8Array(SIDE * SIDE).fill(WEIGHT), sums);
  return sums.some((sum) => sum !== SIDE * (LARGEST - ZERO) * WEIGHT);
}
