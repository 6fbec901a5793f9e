import { INNER_PRODUCTS_WASM } from './innerProducts.ts';

/** Exports of innerProducts.wat; addresses are byte offsets in the memory. */
export interface Kernel {
  readonly dot: (a: number, b: number, length: number) => number;
  readonly dots: (a: number, b: number, rows: number, length: number, out: number) => void;
  readonly gather: (rows: number, count: number, from: number, length: number, out: number) => void;
  readonly offer: (
    products: number,
    queries: number,
    count: number,
    group: number,
    stride: number,
    width: number,
    querySide: number,
    groupSide: number,
  ) => void;
  readonly cut: (side: number, row: number) => void;
}

const PAGE = 1 << 16;
/** Limit of WebAssembly's 32-bit memory. */
const MOST = 2 ** 32;

/** A memory of its own and what computes in it; undefined if it is too large, or the runtime lacks SIMD or memory. */
export function openKernel(
  bytes: number,
): { readonly buffer: ArrayBuffer; readonly kernel: Kernel } | undefined {
  if (bytes > MOST - PAGE) return undefined;
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
    const module = new WebAssembly.Module(bytesOf(INNER_PRODUCTS_WASM));
    const { exports } = new WebAssembly.Instance(module, { arena: { memory } });
    return { buffer: memory.buffer, kernel: exports as unknown as Kernel };
  } catch (error) {
    if (error instanceof RangeError || isCompileError(error)) return undefined;
    throw error;
  }
}

/** The next address that a vector may have. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}

function isCompileError(error: unknown): boolean {
  return error instanceof Error && error.name === 'CompileError';
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}
