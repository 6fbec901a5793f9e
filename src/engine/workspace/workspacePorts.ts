import type { ReferenceBank } from '../../core/audit/referenceBank.ts';
import type { InnerProducts } from '../../core/matching/innerProducts.ts';
import type { LanguageDetector, Log, NounFinder } from '../../core/ports.ts';
import type { ClipTokens } from '../../core/text/clipTokens.ts';
import type { IndexPorts } from '../indexing/indexPorts.ts';

/** Ports of the workspace. */
export interface WorkspacePorts extends IndexPorts {
  readonly reference: ReferenceBank;
  /** Detects captions in languages the encoder does not support; without it all captions are treated as English. */
  readonly languages?: LanguageDetector;
  /** Finds nouns; without it the evidence names no words. */
  readonly nouns?: NounFinder;
  /** Counts tokens of captions; without it none is too long. */
  readonly clipTokens?: ClipTokens;
  /** SIMD kernel for the all-pairs search; plain JavaScript if undefined. */
  readonly innerProducts?: InnerProducts;
  readonly log: Log;
}
