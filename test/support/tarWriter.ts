/** A member of a tar; a folder if its name ends with `/`. */
export interface TarEntry {
  readonly name: string;
  readonly bytes: Uint8Array | string;
}

/** How names that ustar cannot hold are written: by pax headers as Python does, or GNU tar's long names. */
export type TarStyle = 'pax' | 'gnu';

const BLOCK = 512;

/** A tar archive with these members. */
export function tarOf(entries: readonly TarEntry[], style: TarStyle = 'pax'): Uint8Array {
  const parts = entries.flatMap(({ name, bytes }) => {
    const data = bytesOf(bytes);
    const type = name.endsWith('/') ? '5' : '0';
    return [...longName(name, style), header(name, data.length, type), padded(data)];
  });
  return Buffer.concat([...parts, new Uint8Array(2 * BLOCK)]);
}

function longName(name: string, style: TarStyle): Uint8Array[] {
  if (bytesOf(name).length <= 100) return [];
  const data = style === 'gnu' ? bytesOf(`${name}\0`) : paxRecord('path', name);
  const type = style === 'gnu' ? 'L' : 'x';
  return [
    header(style === 'gnu' ? '././@LongLink' : 'PaxHeaders/0', data.length, type),
    padded(data),
  ];
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): Uint8Array {
  const rest = bytesOf(` ${key}=${value}\n`).length;
  let length = rest;
  while (length !== rest + String(length).length) length = rest + String(length).length;
  return bytesOf(`${length} ${key}=${value}\n`);
}

function header(name: string, size: number, type: string): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string, length = text.length) => {
    block.set(bytesOf(text).subarray(0, length), at);
  };
  put(0, name, 100);
  put(100, '0000644\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(148, '        ');
  put(156, type);
  put(257, 'ustar\x0000');
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return block;
}

function padded(data: Uint8Array): Uint8Array {
  const all = new Uint8Array(Math.ceil(data.length / BLOCK) * BLOCK);
  all.set(data);
  return all;
}

function bytesOf(data: Uint8Array | string): Uint8Array {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data;
}
