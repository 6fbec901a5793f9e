import type { ReferenceBank } from '../../core/audit/referenceBank.ts';
import type { InnerProducts } from '../../core/matching/innerProducts.ts';
import type { LanguageDetector, Log } from '../../core/ports.ts';
import type { IndexPorts } from '../indexing/indexPorts.ts';

/** Everything the live workspace touches. */
export interface WorkspacePorts extends IndexPorts {
  readonly reference: ReferenceBank;
  /** Tells captions the encoder cannot read; without one every caption counts as English. */
  readonly languages?: LanguageDetector;
  /** A fast kernel for the all-pairs search; plain JavaScript without one. */
  readonly innerProducts?: InnerProducts;
  readonly log: Log;
}
