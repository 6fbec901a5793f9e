import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { PairLensError } from '../core/errors.ts';
import { sentence } from '../core/text/sentence.ts';

const FILE = z.object({ file: z.string(), sha256: z.string().length(64) });
const MANIFEST = z.object({
  id: z.string().min(1),
  image: z.object({
    size: z.number().int().positive(),
    channels: z.literal('RGB'),
    layout: z.literal('NHWC'),
    type: z.literal('uint8'),
    resize: z.literal('squash'),
  }),
  text: z.object({
    maxTokens: z.number().int().min(3),
    language: z.string(),
    padId: z.number().int(),
  }),
  files: z.object({
    imageBackbone: FILE,
    imageHead: FILE,
    textBackbone: FILE,
    textHead: FILE,
    tokenizer: FILE,
    tokenizerConfig: FILE,
  }),
});
export type ModelManifest = z.infer<typeof MANIFEST>;
export type ModelFile = keyof ModelManifest['files'];

/** A folder of encoders: its manifest, and its files after their checksums are verified. */
export interface ModelFolder {
  readonly folder: string;
  readonly manifest: ModelManifest;
  /** Absolute path of a file with a verified checksum. @throws PairLensError `invalid-model`. */
  checked(file: ModelFile): Promise<string>;
  /** Size of its files. @throws if one is missing. */
  bytes(): Promise<number>;
}

/** @throws PairLensError `invalid-model`. */
export async function openModelFolder(folder: string): Promise<ModelFolder> {
  const file = path.join(folder, 'manifest.json');
  const manifest = await readManifest(file);
  return {
    folder,
    manifest,
    async checked(name) {
      const { file: relative, sha256 } = manifest.files[name];
      const absolute = path.join(folder, relative);
      const found = await checksum(absolute);
      if (found !== sha256) {
        throw invalid(absolute, 'its checksum is not the one in manifest.json');
      }
      return absolute;
    },
    async bytes() {
      const files = Object.values(manifest.files).map(({ file }) => stat(path.join(folder, file)));
      return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
    },
  };
}

async function readManifest(file: string): Promise<ModelManifest> {
  try {
    return MANIFEST.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw invalid(file, reason, error);
  }
}

async function checksum(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    throw invalid(file, 'it cannot be read', error);
  }
  return hash.digest('hex');
}

function invalid(file: string, reason: string, cause?: unknown): PairLensError {
  return new PairLensError(
    'invalid-model',
    sentence('The model file {0} cannot be used: {1}.', file, reason),
    {
      path: file,
      remedy: sentence('Install PairLens again, or give --encoder another folder.'),
      cause,
    },
  );
}
