import { readFileSync } from 'node:fs';
import { after } from 'node:test';
import { LspClient, type ClientOptions } from '../../support/lspClient.ts';

/** How long a server may take to answer an ordinary request on a busy machine, in milliseconds. */
export const ANSWER_MS = 30_000;

/** Rejects when the answer does not come: a hang is a failed test, not an endless one. */
export async function within<T>(answer: Promise<T>, what: string, ms = ANSWER_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms / 1000} s: ${what}.`)), ms);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** The words of a refusal, or undefined where there was none. A hang is neither: it rejects. */
export async function refusalOf(
  answer: Promise<unknown>,
  what: string,
): Promise<string | undefined> {
  return within(
    answer.then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    ),
    what,
  );
}

const started = new Set<LspClient>();
after(() => {
  for (const client of started) client.process.kill('SIGKILL');
});

/** A server that is killed after the tests of the file, whatever becomes of it. */
export async function startServer(
  options: Omit<ClientOptions, 'folders'> & { readonly folder: string },
): Promise<LspClient> {
  const { folder, ...others } = options;
  const client = await within(
    LspClient.start({ folders: [folder], ...others }),
    'the handshake of the server',
    120_000,
  );
  started.add(client);
  return client;
}

/** Says goodbye; a server that does not listen is killed, and that is an error. */
export async function stopServer(client: LspClient): Promise<void> {
  started.delete(client);
  try {
    await within(client.stop(), 'shutdown and exit');
  } finally {
    client.process.kill('SIGKILL');
  }
}

/** Dies where it stands. */
export async function killServer(client: LspClient): Promise<void> {
  started.delete(client);
  client.process.kill('SIGKILL');
  await client.exited;
  client.connection.dispose();
}

/** Rejects when the server ends before it answers; the protocol leaves such a request open for ever. */
export async function orItsEnd<T>(client: LspClient, answer: Promise<T>): Promise<T> {
  const end = client.exited.then((): never => {
    throw new Error(`The server ended: ${client.process.signalCode ?? client.process.exitCode}.`);
  });
  return Promise.race([answer, end]);
}

/** Whether the server still answers. */
export async function answers(client: LspClient, what: string): Promise<void> {
  if (client.process.exitCode !== null || client.process.signalCode !== null) {
    const end = client.process.signalCode ?? client.process.exitCode;
    throw new Error(`The server ended (${end}) after ${what}: ${client.stderr.slice(-500)}`);
  }
  await within(client.request('status', {}), `status after ${what}`);
}

/** Most resident memory the process ever held, in MB. */
export function peakMbOf(client: LspClient): number {
  const status = readFileSync(`/proc/${client.process.pid ?? 0}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
