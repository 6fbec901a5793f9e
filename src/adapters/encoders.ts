import { access } from 'node:fs/promises';
import path from 'node:path';
import type { ReferenceBank } from '../core/audit/referenceBank.ts';
import type { EncoderChoice } from '../core/encoderChoice.ts';
import type { InnerProducts } from '../core/matching/innerProducts.ts';
import type {
  ImageEncoder,
  ImageReader,
  LanguageDetector,
  NounFinder,
  TextEncoder,
} from '../core/ports.ts';
import type { ClipTokens } from '../core/text/clipTokens.ts';
import { shippedModels } from './installation.ts';

/** An image and a text encoder of one space, with what belongs to them. */
export interface OpenedEncoder {
  /** Decodes images as the image encoder needs them. */
  readonly reader: ImageReader;
  readonly imageEncoder: ImageEncoder;
  readonly textEncoder: TextEncoder;
  readonly reference: ReferenceBank;
  /** Finds captions in languages that the text encoder does not read. */
  readonly languages: LanguageDetector;
  /** Size of its graphs on disk. */
  readonly bytes: number;
  readonly close: () => Promise<void>;
}

/** Encoders and what else loads native code or data. */
export interface Encoders extends OpenedEncoder {
  readonly nouns: NounFinder;
  readonly innerProducts: InnerProducts;
  readonly clipTokens: ClipTokens;
}

/** A layout of encoders on disk. */
interface EncoderLayout {
  /** File that tells it. */
  readonly marker: string;
  open(choice: EncoderChoice, threads: number | undefined): Promise<OpenedEncoder>;
}

const SHIPPED: EncoderLayout = {
  marker: 'manifest.json',
  open: async (choice, threads) =>
    (await import('./shippedEncoder.ts')).openShippedEncoder(choice, threads),
};

/** Of the Hugging Face hub. */
const DUAL_ENCODER: EncoderLayout = {
  marker: 'config.json',
  open: async (choice, threads) =>
    (await import('./dualEncoder.ts')).openDualEncoder(choice, threads),
};

/** The first whose marker there is opens a folder; the last one, if there is none, says what is missing. */
const LAYOUTS: readonly EncoderLayout[] = [SHIPPED, DUAL_ENCODER];

/**
 * Opens encoders, which loads native code and the models.
 * @param choice of other encoders than the shipped ones (absolute path)
 * @param threads per run; default: all cores
 * @throws PairLensError `invalid-model`, `missing-native-package`.
 */
export async function openEncoders(
  choice: EncoderChoice | undefined,
  threads: number | undefined,
): Promise<Encoders> {
  const [nouns, products, clip] = await Promise.all([
    import('./compromiseNouns.ts'),
    import('./onnxInnerProducts.ts'),
    import('./clipMerges.ts'),
  ]);
  return {
    ...(await openEncoder(choice ?? { path: shippedModels() }, threads)),
    nouns: nouns.compromiseNouns,
    innerProducts: products.onnxInnerProducts(threads),
    // Of the trainers, not of the encoders: other encoders have none.
    clipTokens: await clip.readClipTokens(shippedModels()),
  };
}

async function openEncoder(
  choice: EncoderChoice,
  threads: number | undefined,
): Promise<OpenedEncoder> {
  for (const layout of LAYOUTS) {
    if (await exists(path.join(choice.path, layout.marker))) return layout.open(choice, threads);
  }
  return DUAL_ENCODER.open(choice, threads);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
