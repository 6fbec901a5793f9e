import type { OpenedEncoder } from './encoders.ts';
import { eldLanguages } from './eldLanguages.ts';
import { native } from './installation.ts';
import { openModelFolder } from './modelFolder.ts';
import { openOnnxImageEncoder } from './onnxImageEncoder.ts';
import { openOnnxTextEncoder } from './onnxTextEncoder.ts';
import { readReferenceBank } from './referenceBankFile.ts';

/**
 * Opens encoders in the layout of the shipped ones: `manifest.json` and the files that it names.
 * @param folder absolute path
 * @throws PairLensError `invalid-model`, `missing-native-package`.
 */
export async function openShippedEncoder(
  { path: folder }: { readonly path: string },
  threads: number | undefined,
): Promise<OpenedEncoder> {
  const { sharpImageReader } = await native('sharp', () => import('./sharpImageReader.ts'));
  const models = await openModelFolder(folder);
  const reference = await readReferenceBank(folder);
  const imageEncoder = await openOnnxImageEncoder(models, threads);
  const textEncoder = await openOnnxTextEncoder(models, threads);
  return {
    reader: sharpImageReader(),
    imageEncoder,
    textEncoder,
    reference,
    languages: eldLanguages,
    bytes: await models.bytes(),
    async close() {
      await imageEncoder.close();
      await textEncoder.close();
    },
  };
}
