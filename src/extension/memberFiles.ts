import * as vscode from 'vscode';
import { MEMBER_SCHEME, REQUESTS } from '../protocol/serverApi.ts';
import type { ServerClient } from './serverClient.ts';

/**
 * Files inside archives, as read-only documents: `pairlens:/data/00000.tar/000123.txt`. The server reads them. A change
 * of an archive is reported by the server's findings; open members are read again when they are opened again.
 */
export function registerMemberFiles(client: ServerClient): vscode.Disposable {
  return vscode.workspace.registerFileSystemProvider(MEMBER_SCHEME, new MemberFiles(client), {
    isReadonly: true,
    isCaseSensitive: true,
  });
}

class MemberFiles implements vscode.FileSystemProvider {
  readonly #client: ServerClient;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  constructor(client: ServerClient) {
    this.#client = client;
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { bytes, modified } = await this.#read(uri);
    return { type: vscode.FileType.File, size: bytes.length, ctime: modified, mtime: modified };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return (await this.#read(uri)).bytes;
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  async #read(uri: vscode.Uri): Promise<{ bytes: Uint8Array; modified: number }> {
    await this.#client.start();
    const found = await this.#client.request(REQUESTS.member, { uri: uri.toString() });
    if (found === null) throw vscode.FileSystemError.FileNotFound(uri);
    return { bytes: Buffer.from(found.base64, 'base64'), modified: found.modified };
  }
}
