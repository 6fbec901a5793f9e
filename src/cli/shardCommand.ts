import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PairLensError } from '../core/errors.ts';
import { packFloat16 } from '../core/float16.ts';
import { jsonText } from '../core/text/visibleText.ts';
import { auditShard, type ShardRecord } from '../engine/batch/auditShard.ts';
import { runOptions, type CommandContext } from './commandContext.ts';
import { openShard, readLearntModel } from './composeCli.ts';

export interface ShardCommandOptions {
  readonly model: string;
  readonly name?: string | undefined;
}

/** `pairlens shard`: one JSON object a line for each image, pair and finding of a shard, and one at the end. */
export async function shardCommand(
  shard: string,
  { model, name }: ShardCommandOptions,
  context: CommandContext,
): Promise<number> {
  if (shard !== '-') return judge(await existingFile(shard), name, model, context);
  if (name === undefined) {
    throw new PairLensError('invalid-argument', 'A shard from standard input needs a name.', {
      remedy: 'Give --name 00000.tar, or that of a parquet file.',
    });
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'pairlens-shard-'));
  try {
    const file = path.join(folder, 'shard');
    await pipeline(process.stdin, createWriteStream(file), { signal: context.signal });
    return await judge(file, name, model, context);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function judge(
  file: string,
  given: string | undefined,
  model: string,
  context: CommandContext,
): Promise<number> {
  const name = given ?? path.basename(file);
  if (!/^[^\\/]+\.(?:tar|parquet)$/i.test(name)) {
    throw new PairLensError('invalid-argument', `${name} is no name of a shard.`, {
      remedy: 'Shards are .tar and .parquet files.',
    });
  }
  const folder = path.dirname(file);
  const workspace = await openShard(context, folder, { name, file });
  try {
    const learnt = await readLearntModel(model, workspace.modelId);
    const known = { version: context.version, learnt };
    const records = await auditShard(folder, name, workspace, known, runOptions(context));
    await context.terminal.print(lines(records));
    return 0;
  } finally {
    await workspace.close();
  }
}

function* lines(records: Iterable<ShardRecord>): Generator<string> {
  for (const record of records) yield `${jsonText(packed(record))}\n`;
}

/** Embeddings become base64 of little-endian 16-bit floats, thumbnails base64. */
function packed(record: ShardRecord): unknown {
  switch (record.kind) {
    case 'image':
      return {
        ...record,
        embedding: halves(record.embedding),
        visual: halves(record.visual),
        thumbnail: Buffer.from(record.thumbnail).toString('base64'),
      };
    case 'pair':
      return { ...record, embedding: halves(record.embedding) };
    default:
      return record;
  }
}

function halves(values: Float32Array): string {
  const { buffer, byteOffset, byteLength } = packFloat16(values);
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

async function existingFile(file: string): Promise<string> {
  const absolute = path.resolve(file);
  const isFile = await stat(absolute).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return absolute;
  throw new PairLensError('unreadable-file', `There is no file ${file}.`, {
    path: absolute,
    remedy: 'Check the spelling; give a .tar or .parquet file.',
  });
}
