// Assembles the WebAssembly text of the core into a TypeScript file beside it, which is committed: neither the bundle
// nor a test needs the assembler. test/contract/assembly.test.ts sees that the two agree.
import { readFile, writeFile } from 'node:fs/promises';
import openWabt from 'wabt';

const SOURCE = 'src/core/matching/simd/innerProducts';

export const ASSEMBLED_FILE = `${SOURCE}.ts`;

/** The TypeScript file that belongs to the WebAssembly text. */
export async function assembled(): Promise<string> {
  const wabt = await openWabt();
  const text = await readFile(`${SOURCE}.wat`, 'utf8');
  const module = wabt.parseWat(`${SOURCE}.wat`, text, { simd: true });
  try {
    module.validate();
    const { buffer } = module.toBinary({});
    const bytes = [...buffer].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const lines = bytes.match(/.{1,96}/g) ?? [];
    return [
      '// Written by `node --import tsx scripts/assemble.mts` from innerProducts.wat.',
      'export const INNER_PRODUCTS_WASM =',
      lines.map((line) => `  '${line}'`).join(' +\n') + ';',
      '',
    ].join('\n');
  } finally {
    module.destroy();
  }
}

if (process.argv[1] === import.meta.filename) await writeFile(ASSEMBLED_FILE, await assembled());
