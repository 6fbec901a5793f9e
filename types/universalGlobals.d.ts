// What every JavaScript runtime offers and the ES2023 library does not declare. Only tsconfig.core.json
// includes this file: the rest of the project gets the same names from @types/node.
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array, options?: { stream?: boolean }): string;
}
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}
