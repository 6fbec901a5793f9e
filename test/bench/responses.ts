import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HoverRequest } from 'vscode-languageserver/node';
import { LspClient, uriOf } from '../support/lspClient.ts';
import { seeded } from '../support/randomVectors.ts';
import { metadataOf, withIndexedFolder } from './indexedFolder.ts';
import { reportTimes } from './times.ts';

const PAIRS = 10_000;
const AUDITS = 3;
/** A person points at one caption after another. */
const EVERY_MS = 50;

/**
 * How long a hover takes, while nothing else happens and while all is audited anew: what the longest step of an audit
 * holds up. Through a real LSP client over stdio, with 10,000 indexed pairs in one metadata.jsonl.
 */
export async function benchResponses(pairs = PAIRS): Promise<void> {
  await withIndexedFolder(pairs, async ({ images, cache, captions }) => {
    const file = path.join(images, 'metadata.jsonl');
    const text = metadataOf(captions);
    await writeFile(file, text);
    const client = await LspClient.start({ folders: [images], cache });
    try {
      await client.open(file, text);
      await client.ready(3600);
      await client.published(file, 1);
      const random = seeded(5);
      const hover = async (): Promise<number> => {
        const line = Math.floor(random() * pairs);
        const character = text.split('\n')[line]!.indexOf('"text":"') + 10;
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
        const asked = performance.now();
        const found = await client.connection.sendRequest(HoverRequest.type, {
          textDocument: { uri: uriOf(file) },
          position: { line, character },
        });
        if (found === null) throw new Error(`No hover on line ${line + 1}.`);
        return performance.now() - asked;
      };
      const quiet: number[] = [];
      for (let n = 0; n < 100; n++) quiet.push(await hover());
      reportTimes('a hover, nothing else', quiet);
      const busy: number[] = [];
      const audits: number[] = [];
      for (let n = 0; n < AUDITS; n++) {
        const started = performance.now();
        const auditing = new Set([client.request('audit', {})]);
        for (const audit of auditing) {
          void audit.finally(() => auditing.delete(audit));
          while (auditing.size > 0) busy.push(await hover());
          await audit;
        }
        audits.push(performance.now() - started);
      }
      reportTimes(`a hover during an audit (${busy.length})`, busy);
      reportTimes(`an audit with hovers (${AUDITS})`, audits);
    } finally {
      await client.stop();
      await rm(file);
    }
  });
}
