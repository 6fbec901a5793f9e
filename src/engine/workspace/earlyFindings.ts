import pMap from 'p-map';
import { problemFindings } from '../../core/audit/detectors/brokenFiles.ts';
import type { Detected } from '../../core/audit/detectors/detector.ts';
import { knownDuplicates } from '../../core/audit/detectors/duplicatePictures.ts';
import type { Levels } from '../../core/audit/rules.ts';
import type { DatasetSettings } from '../../core/settings/datasetSettings.ts';
import { splitsOf, splitsOfFolder } from '../../core/audit/picturesElsewhere.ts';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { groupBy } from '../../core/collections.ts';
import type { Dataset } from '../../core/dataset/dataset.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem, Hasher, Log } from '../../core/ports.ts';
import { findingIds, folderPrefix } from '../audit/buildReport.ts';
import { findingsAt } from '../audit/reportedFindings.ts';
import type { OpenedFolder } from '../discovery/openDatasets.ts';
import { levelsIn, type OpenedDataset } from './openedDatasets.ts';
import type { LiveFinding } from './workspace.ts';

/** Files looked at concurrently. */
const AT_ONCE = 16;
/** Images of one size in bytes that are read to compare them; more take too long to be early. */
const MOST_READ = 2000;

/** Ports that are there before the encoders are loaded. */
export interface EarlyPorts {
  /** Identifies findings; without it there are no early ones. */
  readonly hasher?: Hasher;
  readonly log?: Log;
}

/** The findings of datasets that are audited for the first time, as far as they need no encoder. */
export class EarlyFindings {
  readonly ports: EarlyPorts;
  readonly #files: FileSystem;
  readonly #onChange: () => void;
  #datasets: readonly EarlyDataset[] = [];

  constructor(files: FileSystem, ports: EarlyPorts, onChange: () => void) {
    this.#files = files;
    this.ports = ports;
    this.#onChange = onChange;
  }

  /** Looks at datasets that were listed and read. @throws PairLensError `cancelled`. */
  async listed(opened: OpenedFolder, signal: CancelSignal | undefined): Promise<void> {
    const { hasher } = this.ports;
    if (hasher === undefined) return;
    for (const dataset of opened.datasets) {
      const early = await findEarly(dataset, opened, { files: this.#files, hasher }, signal);
      const others = this.#datasets.filter((known) => known.dataset.root !== dataset.root);
      this.#datasets = [...others, early];
    }
    this.#onChange();
  }

  /** Of datasets without an audit; the others keep the findings of their last audit until the next is done. */
  findings(audited: readonly OpenedDataset[], settings: DatasetSettings): readonly LiveFinding[] {
    const { hasher } = this.ports;
    if (hasher === undefined) return [];
    const roots = new Set(audited.map(({ dataset }) => dataset.root));
    return this.#datasets
      .filter(({ dataset }) => !roots.has(dataset.root))
      .flatMap((each) =>
        liveFindings(each, levelsIn(each.opened, settings), (text) => hasher.hash(text)),
      );
  }

  clear(): void {
    this.#datasets = [];
  }
}

/** A dataset that was listed and read, but not embedded. */
interface EarlyDataset {
  readonly dataset: Dataset;
  readonly detected: readonly Detected[];
  /** The opened folder. */
  readonly opened: OpenedFolder;
}

/**
 * Findings that need no encoder: broken files, and images with the same bytes. Only images with as many bytes as another
 * one are read.
 * @throws PairLensError `cancelled`.
 */
async function findEarly(
  dataset: Dataset,
  opened: OpenedFolder,
  ports: { readonly files: FileSystem; readonly hasher: Hasher },
  signal: CancelSignal | undefined,
): Promise<EarlyDataset> {
  const sizes = new Map<string, number>();
  const ofImage = async <T>(image: string, look: (path: string) => Promise<T>) => {
    throwIfCancelled(signal);
    // Images that cannot be read become problems when they are embedded.
    return look(toAbsolute(dataset.root, image)).catch((error: unknown) => {
      if (PairLensError.is(error, 'cancelled')) throw error;
      return undefined;
    });
  };
  await pMap(
    dataset.images,
    async (image) => {
      const found = await ofImage(image, (path) => ports.files.stat(path));
      if (found !== undefined) sizes.set(image, found.bytes);
    },
    { concurrency: AT_ONCE },
  );
  const suspects = [...groupBy(sizes.keys(), (image) => sizes.get(image)).values()]
    .filter((images) => images.length > 1)
    .flat();
  const hashes = new Map<string, string>();
  if (suspects.length <= MOST_READ) {
    await pMap(
      suspects,
      async (image) => {
        const bytes = await ofImage(image, (path) => ports.files.read(path));
        if (bytes !== undefined) hashes.set(image, ports.hasher.hash(bytes));
      },
      { concurrency: AT_ONCE },
    );
  }
  // In the order of the whole audit, not in that of reading: the finding is about the first of equal images.
  const paths = dataset.images.filter((path) => sizes.has(path));
  const splits = splitsOf(dataset);
  const duplicates = knownDuplicates({
    own: paths.length,
    paths,
    names: paths,
    // An image that was not read is like no other.
    hashes: paths.map((path) => hashes.get(path) ?? `\0${path}`),
    splits: paths.map((path) => splits.get(path) ?? splitsOfFolder(path)),
  });
  return { dataset, opened, detected: [...problemFindings(dataset.problems), ...duplicates] };
}

/** The early findings whose rule is not off, the worst first. */
function liveFindings(
  { dataset, detected, opened }: EarlyDataset,
  levels: Levels,
  hash: (text: string) => string,
): LiveFinding[] {
  const prefix = folderPrefix(opened.dir, dataset.root);
  const findings = findingsAt(levels, detected);
  const ids = findingIds(findings, dataset, prefix, hash);
  return findings.map((finding, n): LiveFinding => ({
    id: ids[n]!,
    root: dataset.root,
    finding,
    pair: undefined,
    related: [],
  }));
}
