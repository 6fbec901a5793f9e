import { pushTo } from '../../core/collections.ts';
import type { Decision } from '../../core/dataset/decisions.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem } from '../../core/ports.ts';
import { sentence } from '../../core/text/sentence.ts';
import { type PairDecision, writeDecisions, writeReplaced } from '../audit/decisionFile.ts';
import type { Editing } from './edits.ts';
import { findPair, noSuchPair, type OpenedDataset } from './openedDatasets.ts';
import { calibrateAgain } from './verdicts.ts';
import type { LivePairId } from './workspace.ts';

/** What was decided. */
export interface Decided {
  /** The pairs, and the decisions that they had before. */
  readonly before: readonly { readonly pair: LivePairId; readonly decision: Decision | 'none' }[];
}

interface Choice extends PairDecision {
  readonly slot: number;
}

/**
 * Saves a decision about pairs, one write a dataset, and rescores what it affects. Pairs that are gone or whose images
 * cannot be read are left out.
 * @throws PairLensError `invalid-argument` if none is left; `write-failed`, `unreadable-file`, `unsupported-format`.
 */
export async function decidePairs(
  { opened: openedDatasets, updater }: Editing,
  ids: readonly LivePairId[],
  decision: Decision | 'none',
  files: FileSystem,
  hash: (text: string) => string,
): Promise<Decided> {
  const choices = new Map<OpenedDataset, Choice[]>();
  const before: Decided['before'][number][] = [];
  let refusal: PairLensError | undefined;
  for (const id of ids) {
    const found = findPair(openedDatasets, id);
    const pair = found?.dataset.slots.pairs[found.slot];
    const member = openedDatasets.find(({ dataset }) => dataset === found?.dataset);
    if (found === undefined || pair === undefined || member === undefined) {
      refusal ??= noSuchPair(id);
      continue;
    }
    const { dataset, slot } = found;
    const { image, caption } = pair;
    const imageHash = dataset.context.embedded.images.hashes[dataset.imageRowOf.get(image) ?? -1];
    if (imageHash === undefined) {
      refusal ??= unreadable(toAbsolute(dataset.root, image), image);
      continue;
    }
    before.push({ pair: id, decision: dataset.decision(slot) ?? 'none' });
    pushTo(choices, member, { slot, image, imageHash, caption, decision });
  }
  if (before.length === 0 && refusal !== undefined) throw refusal;
  for (const [{ dataset, opened }, chosen] of choices) {
    const place = { root: dataset.root, folder: opened.dir };
    await writeDecisions(files, place, chosen, hash);
    await writeReplaced(files, place, dataset.replaced, dataset.restored);
    const unknown = dataset.unknownTexts(chosen.map(({ caption }) => caption));
    const slots = chosen.map(({ slot }) => slot);
    dataset.decide(slots, decision, await updater.encode(unknown, undefined, dataset));
    await calibrateAgain(dataset);
  }
  return { before };
}

function unreadable(path: string, image: string): PairLensError {
  return new PairLensError('invalid-argument', sentence('{0} cannot be read.', image), {
    path,
    remedy: sentence('Replace the image first.'),
  });
}
