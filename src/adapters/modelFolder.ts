import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { PairLensError } from '../core/errors.ts';
import { sentence } from '../core/text/sentence.ts';
import { shippedModels } from './installation.ts';

/** Names a folder of encoders. */
export const ENCODER_MARKER = 'manifest.json';
/** Names a folder of a scorer of pairs, which reads the features of the shipped backbones. */
export const SCORER_MARKER = 'scorer.json';

const BACKBONE_FILES = ['imageBackbone', 'textBackbone', 'tokenizer', 'tokenizerConfig'] as const;
const ENCODER_FILES = [...BACKBONE_FILES, 'imageHead', 'textHead'] as const;
const SCORER_FILES = [...BACKBONE_FILES, 'imageFragments', 'textFragments', 'score'] as const;
export type BackboneFile = (typeof BACKBONE_FILES)[number];
type EncoderFile = (typeof ENCODER_FILES)[number];
type ScorerFile = (typeof SCORER_FILES)[number];

const FILE = z.object({ file: z.string(), sha256: z.string().length(64) });
type FileEntry = z.infer<typeof FILE>;
const COMMON = z.object({
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
});
const ENCODER = COMMON.extend({ files: z.record(z.enum(ENCODER_FILES), FILE) });
const SCORER = COMMON.extend({ files: z.record(z.enum(SCORER_FILES), FILE) });
const ANY_FILES = z.object({ files: z.record(z.string(), FILE) });

/** A folder of models: what is said of it, and its files after their checksums are verified. */
export interface ModelFolder<Name extends string = BackboneFile> {
  readonly folder: string;
  readonly manifest: z.infer<typeof COMMON>;
  /** Absolute path of a file with a verified checksum. @throws PairLensError `invalid-model`. */
  checked(file: Name): Promise<string>;
  /** Size of its files. @throws PairLensError `invalid-model` if one is missing. */
  bytes(): Promise<number>;
}

/** Encoders in the layout of the shipped ones. @throws PairLensError `invalid-model`. */
export async function openModelFolder(folder: string): Promise<ModelFolder<EncoderFile>> {
  const { files, ...manifest } = await readManifest(path.join(folder, ENCODER_MARKER), ENCODER);
  return modelFolder<EncoderFile>(folder, manifest, files);
}

/** A scorer of pairs. @throws PairLensError `invalid-model`. */
export async function openScorerFolder(folder: string): Promise<ModelFolder<ScorerFile>> {
  const { files, ...manifest } = await readManifest(path.join(folder, SCORER_MARKER), SCORER);
  return modelFolder<ScorerFile>(folder, manifest, files);
}

function modelFolder<Name extends string>(
  folder: string,
  manifest: z.infer<typeof COMMON>,
  files: Readonly<Record<Name, FileEntry>>,
): ModelFolder<Name> {
  return {
    folder,
    manifest,
    async checked(name) {
      const absolute = await located(folder, files[name]);
      const found = await checksum(absolute);
      if (found !== files[name].sha256) {
        throw invalid(absolute, 'its checksum is not the one in manifest.json');
      }
      return absolute;
    },
    async bytes() {
      const entries: readonly FileEntry[] = Object.values(files);
      const sizes = entries.map(async (entry) => (await stat(await located(folder, entry))).size);
      return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    },
  };
}

/** A file of the folder, or, where it is not there, the shipped one with its checksum: methods of a pack share the backbones inside. */
async function located(folder: string, { file, sha256 }: FileEntry): Promise<string> {
  const own = path.join(folder, file);
  const shipped = shippedModels();
  if (folder === shipped || (await exists(own))) return own;
  const { files } = await readManifest(path.join(shipped, ENCODER_MARKER), ANY_FILES);
  const same = Object.values(files).find((entry) => entry.sha256 === sha256);
  if (same !== undefined) return path.join(shipped, same.file);
  throw new PairLensError(
    'invalid-model',
    sentence('{0} is missing, and none of the models inside PairLens is the one it needs.', own),
    {
      path: own,
      remedy: sentence('It was made for another version of PairLens: make or download it again.'),
    },
  );
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function readManifest<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
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
