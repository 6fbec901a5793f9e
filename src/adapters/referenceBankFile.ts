import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { ReferenceBank } from '../core/audit/referenceBank.ts';
import { PairLensError } from '../core/errors.ts';
import { parseNpyFloat16 } from '../core/export/npyFile.ts';
import type { Matrix } from '../core/matching/matrix.ts';
import { sentence } from '../core/text/sentence.ts';

const FILE = z.object({ file: z.string(), sha256: z.string() });
const MANIFEST = z.object({
  reference: z.object({
    files: z.object({
      images: FILE,
      captions: FILE,
      looks: FILE,
      priors: FILE,
      sentences: FILE,
      means: FILE,
    }),
  }),
});
const MEAN = z.array(z.number()).transform((values) => Float32Array.from(values));
const MEANS = z
  .object({ images: MEAN, captions: MEAN, looks: MEAN, priors: MEAN, sentences: MEAN })
  .transform(({ looks, ...others }) => ({ ...others, visuals: looks }));

/**
 * The shipped reference pairs of a model folder, with verified checksums.
 * @throws PairLensError `invalid-model`.
 */
export async function readReferenceBank(modelFolder: string): Promise<ReferenceBank> {
  const manifestFile = path.join(modelFolder, 'manifest.json');
  const { reference } = await sound(manifestFile, async () =>
    MANIFEST.parse(JSON.parse(await readFile(manifestFile, 'utf8'))),
  );
  const { files } = reference;
  const bytesOf = ({ file, sha256 }: z.infer<typeof FILE>): Promise<Buffer> =>
    sound(path.join(modelFolder, file), async () => {
      const bytes = await readFile(path.join(modelFolder, file));
      const found = createHash('sha256').update(bytes).digest('hex');
      if (found !== sha256) throw new Error('its checksum is not the one in manifest.json');
      return bytes;
    });
  const matrixOf = async (entry: z.infer<typeof FILE>): Promise<Matrix> => {
    const bytes = await bytesOf(entry);
    return sound(path.join(modelFolder, entry.file), () => Promise.resolve(parseNpyFloat16(bytes)));
  };
  const meansBytes = await bytesOf(files.means);
  return {
    images: await matrixOf(files.images),
    captions: await matrixOf(files.captions),
    visuals: await matrixOf(files.looks),
    priors: await matrixOf(files.priors),
    sentences: await matrixOf(files.sentences),
    means: await sound(path.join(modelFolder, files.means.file), () =>
      Promise.resolve(MEANS.parse(JSON.parse(meansBytes.toString('utf8')))),
    ),
  };
}

async function sound<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? z.prettifyError(error) : PairLensError.from(error).message;
    throw new PairLensError(
      'invalid-model',
      sentence('The model file {0} cannot be used: {1}.', file, reason),
      {
        path: file,
        remedy: sentence('Install PairLens again, or give --encoder another folder.'),
        cause: error,
      },
    );
  }
}
