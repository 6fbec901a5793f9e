import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Precision } from '../core/encoderChoice.ts';
import { PairLensError } from '../core/errors.ts';
import { type Sentence, sentence } from '../core/text/sentence.ts';
import { CONFIG_FILES, encoderFiles, invalidEncoder } from './dualEncoderFolder.ts';

/** Where encoders are downloaded from. */
export interface Hub {
  readonly url: string;
  readonly token?: string | undefined;
}

/** A file to download. */
interface HubFile {
  readonly name: string;
  readonly bytes: number | undefined;
}

/** What a download of an encoder would fetch. */
export interface HubPlan {
  readonly id: string;
  /** Commit that all files are taken from. */
  readonly revision: string;
  readonly files: readonly HubFile[];
}

const MODEL = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(z.object({ rfilename: z.string(), size: z.number().nullish() })),
});
const ID = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;
/** Attempts for one file, each of which goes on where the last one broke off. */
const ATTEMPTS = 5;
const WAIT_MS = 500;
const MOST_REDIRECTS = 5;
/** Without an answer or data for this long, a connection is broken. */
const SILENCE_MS = 60_000;

/**
 * Asks the hub which files an encoder has.
 * @throws PairLensError `download-failed`; `invalid-model` if it has no graphs of this precision.
 */
export async function planDownload(
  hub: Hub,
  id: string,
  precision: Precision | undefined,
  signal: AbortSignal,
): Promise<HubPlan> {
  if (!ID.test(id)) {
    throw failed(sentence('"{0}" is no ID of an encoder.', id), {
      remedy: sentence('Give it as the hub shows it, such as owner/name.'),
    });
  }
  const url = `${hub.url}/api/models/${id}?blobs=true`;
  const response = await request(hub, url, {}, signal).catch((error: unknown) => {
    if (signal.aborted) throw new PairLensError('cancelled', 'Cancelled.', { cause: error });
    if (PairLensError.is(error)) throw error;
    throw failed(sentence('{0} cannot be reached.', hub.url), {
      remedy: sentence('Check your network, and --hub.'),
      cause: error,
    });
  });
  const read = MODEL.safeParse(await response.json().catch(() => undefined));
  if (!read.success) throw notTheHub(url);
  const { sha, siblings } = read.data;
  const sizes = new Map(siblings.map(({ rfilename, size }) => [rfilename, size ?? undefined]));
  const names = encoderFiles([...sizes.keys()], precision);
  if (typeof names === 'string') {
    throw invalidEncoder(
      id,
      sentence('{0} is no encoder that PairLens can read: it has no {1}.', id, names),
      sentence('Look for a version of it in the ONNX layout.'),
    );
  }
  return { id, revision: sha, files: names.map((name) => ({ name, bytes: sizes.get(name) })) };
}

/**
 * Downloads the files of a plan; what is there of an earlier attempt is not fetched again.
 * @param folder of the encoder; made if it is missing
 * @param onProgress bytes of all files that are there
 * @throws PairLensError `download-failed`, `cancelled`.
 */
export async function download(
  hub: Hub,
  { id, revision, files }: HubPlan,
  folder: string,
  onProgress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  // The config comes last: without it a folder is not taken for an encoder.
  const isConfig = ({ name }: HubFile): boolean => name === CONFIG_FILES[0];
  const ordered = [...files.filter((file) => !isConfig(file)), ...files.filter(isConfig)];
  let done = 0;
  for (const { name } of ordered) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    const url = `${hub.url}/${id}/resolve/${revision}/${name}`;
    const before = done;
    await fetchFile(hub, url, file, signal, (bytes) => onProgress(before + bytes));
    done += (await stat(file)).size;
    onProgress(done);
  }
}

async function fetchFile(
  hub: Hub,
  url: string,
  file: string,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const part = `${file}.part`;
  for (let attempt = 1; ; attempt++) {
    try {
      const digest = await fetchRest(hub, url, part, signal, onProgress);
      await check(url, part, digest);
      await rename(part, file);
      return;
    } catch (error) {
      if (signal.aborted) throw new PairLensError('cancelled', 'Cancelled.', { cause: error });
      if (PairLensError.is(error)) throw error;
      if (attempt === ATTEMPTS) {
        throw failed(sentence('The connection to {0} broke off.', url), {
          remedy: sentence('Run it again: it goes on where it stopped.'),
          cause: error,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS * attempt));
    }
  }
}

/** Fetches what is missing at the end of a file. @returns the SHA-256 that the hub names, if it does. */
async function fetchRest(
  hub: Hub,
  url: string,
  part: string,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<string | undefined> {
  const start = await stat(part).then(
    ({ size }) => size,
    () => 0,
  );
  let digest: string | undefined;
  const headers = start > 0 ? { Range: `bytes=${start}-` } : {};
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const either = AbortSignal.any([signal, silence.signal]);
  try {
    const response = await request(hub, url, headers, either, (answer) => {
      digest ??= digestOf(answer);
    });
    // 416: all of it is there.
    if (response.status === 416) return digest;
    const isPage = response.headers.get('content-type')?.startsWith('text/html') === true;
    if (isPage || response.body === null) throw notTheHub(url);
    const appends = response.status === 206;
    let bytes = appends ? start : 0;
    const counted = async function* (body: AsyncIterable<Uint8Array>) {
      for await (const chunk of body) {
        timer.refresh();
        onProgress((bytes += chunk.length));
        yield chunk;
      }
    };
    const to = createWriteStream(part, { flags: appends ? 'a' : 'w' });
    await pipeline(response.body, counted, to, { signal: either });
    return digest;
  } finally {
    clearTimeout(timer);
  }
}

/** The SHA-256 that the hub has of a large file. */
function digestOf(answer: Response): string | undefined {
  return /^"?([0-9a-f]{64})"?$/.exec(answer.headers.get('x-linked-etag') ?? '')?.[1];
}

async function check(url: string, part: string, digest: string | undefined): Promise<void> {
  if (digest === undefined) return;
  const hash = createHash('sha256');
  await pipeline(createReadStream(part), hash);
  if (hash.digest('hex') === digest) return;
  await rm(part);
  throw failed(sentence('{0} arrived with a wrong checksum and was deleted.', url), {
    remedy: sentence(
      'Run it again; if it stays so, something between you and the hub changes files.',
    ),
  });
}

/**
 * A GET that follows redirects; the token goes to the hub only.
 * @param onAnswer called with each answer, redirects included
 */
async function request(
  hub: Hub,
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  onAnswer: (answer: Response) => void = () => undefined,
): Promise<Response> {
  let at = new URL(url);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const own = at.origin === new URL(hub.url).origin && hub.token !== undefined;
    const answer = await fetch(at, {
      headers: { ...headers, ...(own && { Authorization: `Bearer ${hub.token}` }) },
      redirect: 'manual',
      signal,
    });
    onAnswer(answer);
    const next = answer.headers.get('location');
    if (answer.status < 300 || answer.status >= 400 || next === null) return accepted(url, answer);
    at = new URL(next, at);
  }
  throw notTheHub(url);
}

function accepted(url: string, answer: Response): Response {
  const { status } = answer;
  if (answer.ok || status === 416) return answer;
  if (status === 401 || status === 403) {
    throw failed(sentence('The hub does not give {0} to you (status {1}).', url, status), {
      remedy: sentence('Check the ID; for one that needs an account set HF_TOKEN to your token.'),
    });
  }
  if (status === 404) {
    throw failed(sentence('The hub has no {0}.', url), {
      remedy: sentence('Check the ID.'),
    });
  }
  if (status < 500) {
    throw failed(sentence('The hub answered {0} with status {1}.', url, status), {
      remedy: sentence('Try again later.'),
    });
  }
  throw new Error(`status ${status}`);
}

function notTheHub(url: string): PairLensError {
  return failed(sentence('{0} answered with a page, not with a file.', url), {
    remedy: sentence('Check --hub, and whether your network asks for a sign-in.'),
  });
}

function failed(
  message: Sentence,
  details: { readonly remedy: Sentence; readonly cause?: unknown },
): PairLensError {
  return new PairLensError('download-failed', message, details);
}
