import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fixtureEncoder } from './fixtureEncoders.ts';

const REVISION = 'a'.repeat(40);
/** The encoder that the hub has. */
export const HUB_ID = 'tiny/clip';
/** Its file that is stored elsewhere and named with its SHA-256, as large files are. */
export const BIG = 'onnx/text_model.onnx';

/** Answers in place of the hub, if it wants to. @param name of the file; empty where files are listed */
export type Interference = (
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
) => boolean;

/** A hub on loopback with one tiny encoder. */
export class LoopbackHub {
  answer: Interference = () => false;
  /** Files that were asked for. */
  asked: { readonly name: string; readonly range: string | undefined }[] = [];
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#server.close();
  }

  /** As it was when it was opened. */
  reset(): void {
    this.answer = () => false;
    this.asked = [];
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    const folder = fixtureEncoder('clip');
    if (url.startsWith('/api/models/')) {
      const graphs = (await readdir(path.join(folder, 'onnx'))).map((name) => `onnx/${name}`);
      const names = [...(await readdir(folder)).filter((name) => name !== 'onnx'), ...graphs];
      const siblings = names.map((rfilename) => ({ rfilename, size: 1000 }));
      if (this.answer(request, response, '')) return;
      response.end(JSON.stringify({ sha: REVISION, siblings }));
      return;
    }
    const name = url.replace(`/${HUB_ID}/resolve/${REVISION}/`, '').replace('/cdn/', '');
    const bytes = await readFile(path.join(folder, name));
    const sha = createHash('sha256').update(bytes).digest('hex');
    // Large files are elsewhere, as at the real hub: the token must not follow.
    if (name === BIG && !url.startsWith('/cdn/')) {
      response.writeHead(302, { Location: `/cdn/${name}`, 'x-linked-etag': `"${sha}"` }).end();
      return;
    }
    const { range } = request.headers;
    this.asked.push({ name, range });
    if (this.answer(request, response, name)) return;
    const start = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    if (start >= bytes.length) response.writeHead(416).end();
    else {
      response.writeHead(start > 0 ? 206 : 200, { 'Content-Length': bytes.length - start });
      response.end(bytes.subarray(start));
    }
  }
}
