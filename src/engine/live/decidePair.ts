import { toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import { sentence } from '../../core/text/sentence.ts';
import { writeDecision } from '../decisions.ts';
import type { CaptionIntake } from './captionIntake.ts';
import type { LivePorts } from './livePorts.ts';
import type { Decision, LivePairId } from './liveWorkspace.ts';
import { findPair, noSuchPair, type Member } from './members.ts';

/**
 * Writes down what a person decided about a pair, and judges anew what that touches.
 * @returns the path of the pair's caption file.
 * @throws PairLensError `invalid-argument`, `write-failed`, `unreadable-file`, `unsupported-format`.
 */
export async function decidePair(
  members: readonly Member[],
  id: LivePairId,
  decision: Decision | 'none',
  intake: CaptionIntake,
  { files }: Pick<LivePorts, 'files'>,
  hash: (text: string) => string,
): Promise<string> {
  const found = findPair(members, id);
  if (found === undefined) throw noSuchPair(id);
  const { dataset, slot, opened } = found;
  const { image, caption, source } = dataset.slots.pairs[slot]!;
  const imageHash = dataset.context.embedded.images.hashes[dataset.imageRowOf.get(image) ?? -1];
  if (imageHash === undefined) {
    throw new PairLensError('invalid-argument', sentence('{0} cannot be read.', image), {
      path: toAbsolute(dataset.root, image),
      remedy: sentence('Replace the image first.'),
    });
  }
  const place = { root: dataset.root, folder: opened.dir };
  await writeDecision(files, place, { image, imageHash, caption }, decision, hash);
  const known = dataset.unknownTexts([caption]);
  dataset.decide(slot, decision, await intake.encode(known, undefined));
  return toAbsolute(dataset.root, source.file);
}
