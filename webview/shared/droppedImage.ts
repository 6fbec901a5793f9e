/** A dropped or pasted image: a workspace file as URI, or the bytes of another file. */
export type GivenImage =
  | { readonly kind: 'uri'; readonly name: string; readonly uri: string }
  | { readonly kind: 'file'; readonly name: string; readonly file: File };

/** Largest image sent through the message channel. */
export const MAX_BYTES = 64 * 1024 * 1024;

/** The first image in the transferred data, if any. */
export function imageIn(data: DataTransfer): GivenImage | undefined {
  for (const file of data.files) {
    if (file.type.startsWith('image/')) return { kind: 'file', name: file.name, file };
  }
  // The Explorer and editor tabs transfer URIs.
  for (const type of ['application/vnd.code.uri-list', 'text/uri-list']) {
    const uri = data
      .getData(type)
      .split(/\r?\n/u)
      .find((line) => line !== '' && !line.startsWith('#'));
    if (uri !== undefined && /^(file|vscode-remote|vscode-vfs):/u.test(uri)) {
      return { kind: 'uri', name: decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1)), uri };
    }
  }
  return undefined;
}

/** Rejects if the file cannot be read. */
export async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const CHUNK = 0x8000;
  let binary = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(binary);
}
