import type { ReferenceBank } from '../core/audit/referenceBank.ts';
import type { InnerProducts } from '../core/matching/innerProducts.ts';
import type {
  ImageEncoder,
  ImageReader,
  LanguageDetector,
  NounFinder,
  TextEncoder,
} from '../core/ports.ts';
import type { ClipTokens } from '../core/text/clipTokens.ts';
import { native, shippedModels } from './installation.ts';

/** Image reader and encoders; opening them loads native code and the models. */
export interface Encoders {
  readonly reader: ImageReader;
  readonly imageEncoder: ImageEncoder;
  readonly textEncoder: TextEncoder;
  readonly reference: ReferenceBank;
  readonly languages: LanguageDetector;
  readonly nouns: NounFinder;
  readonly innerProducts: InnerProducts;
  readonly clipTokens: ClipTokens;
  readonly close: () => Promise<void>;
}

/**
 * @param folder of other encoders than the shipped ones (absolute path)
 * @param threads per run; default: all cores
 * @throws PairLensError `invalid-model`, `missing-native-package`.
 */
export async function openEncoders(
  folder: string | undefined,
  threads: number | undefined,
): Promise<Encoders> {
  const models = folder ?? shippedModels();
  const [folders, images, texts, banks, languages, nouns, products, clip, sharp] =
    await Promise.all([
      import('./modelFolder.ts'),
      import('./onnxImageEncoder.ts'),
      import('./onnxTextEncoder.ts'),
      import('./referenceBankFile.ts'),
      import('./eldLanguages.ts'),
      import('./compromiseNouns.ts'),
      import('./onnxInnerProducts.ts'),
      import('./clipMerges.ts'),
      native('sharp', () => import('./sharpImageReader.ts')),
    ]);
  const opened = await folders.openModelFolder(models);
  const reference = await banks.readReferenceBank(models);
  const imageEncoder = await images.openOnnxImageEncoder(opened, threads);
  const textEncoder = await texts.openOnnxTextEncoder(opened, threads);
  return {
    reader: sharp.sharpImageReader(),
    imageEncoder,
    textEncoder,
    reference,
    languages: languages.eldLanguages,
    nouns: nouns.compromiseNouns,
    innerProducts: products.onnxInnerProducts(threads),
    // Of the trainers, not of the encoders: other encoders have none.
    clipTokens: await clip.readClipTokens(shippedModels()),
    async close() {
      await imageEncoder.close();
      await textEncoder.close();
    },
  };
}
