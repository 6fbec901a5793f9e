import type { Dataset } from '../../core/dataset/dataset.ts';
import { type DecisionLine, decisionKey } from '../../core/dataset/decisions.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem, Hasher } from '../../core/ports.ts';
import { decisionsIn } from '../audit/decisionFile.ts';
import { groupBy } from '../../core/collections.ts';

/** A decision with its dataset. */
export interface ListedDecision extends DecisionLine {
  readonly root: string;
  /** Whether a pair of the dataset still has this image and this caption. */
  readonly applies: boolean;
}

/**
 * The decisions about pairs of some datasets. Reads only images with a caption that has a decision.
 * @param folder that was opened and contains the datasets
 * @throws PairLensError `unreadable-file`, `unsupported-format` of a decisions file.
 */
export async function listDecisions(
  datasets: readonly Dataset[],
  folder: string,
  ports: { readonly files: FileSystem; readonly hasher: Hasher },
): Promise<readonly ListedDecision[]> {
  const listed: ListedDecision[] = [];
  for (const dataset of datasets) {
    const lines = await decisionsIn(ports.files, { root: dataset.root, folder });
    const wanted = new Set(lines.map(({ caption }) => caption));
    const pairs = dataset.pairs.filter(({ caption }) => wanted.has(caption));
    const byCaption = groupBy(pairs.keys(), (p) => pairs[p]?.caption ?? '');
    for (const line of lines) {
      const images = (byCaption.get(line.caption) ?? []).flatMap((p) => pairs[p]?.image ?? []);
      // The image is probably the one named in the line.
      images.sort((a, b) => Number(b === line.image) - Number(a === line.image));
      let applies = false;
      for (const image of images) {
        applies = (await keyOf(dataset, image, line.caption, ports)) === line.key;
        if (applies) break;
      }
      listed.push({ ...line, root: dataset.root, applies });
    }
  }
  return listed;
}

async function keyOf(
  { root }: Dataset,
  image: string,
  caption: string,
  { files, hasher }: { readonly files: FileSystem; readonly hasher: Hasher },
): Promise<string | undefined> {
  try {
    const bytes = await files.read(toAbsolute(root, image));
    return decisionKey(hasher.hash(bytes), caption, (text) => hasher.hash(text));
  } catch (error) {
    if (PairLensError.is(error, 'unreadable-file')) return undefined;
    throw error;
  }
}
