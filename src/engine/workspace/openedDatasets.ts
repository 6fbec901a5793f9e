import { AuditedPictures, type PicturesElsewhere } from '../../core/audit/picturesElsewhere.ts';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { groupBy } from '../../core/collections.ts';
import type { Inventory } from '../../core/dataset/inventory.ts';
import type { Dataset } from '../../core/dataset/dataset.ts';
import type { ReplacedCaption } from '../../core/dataset/decisions.ts';
import { toDatasetPath } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem } from '../../core/ports.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { runCooperatively } from '../../core/steps.ts';
import { sentence } from '../../core/text/sentence.ts';
import { judgeDataset } from '../audit/auditDataset.ts';
import { decisionsOf, placedCaptions, readDecisions } from '../audit/decisionFile.ts';
import { readFit } from '../audit/fittedFile.ts';
import type { CaptionFileKind, CaptionFiles } from '../discovery/captionFileKind.ts';
import { lookIntoTree, type OpenedFolder, type OpenOptions } from '../discovery/openDatasets.ts';
import type { FolderOfPairs } from '../editing/moveImages.ts';
import type { LeftOut } from '../indexing/indexPorts.ts';
import { captionEncoder } from '../indexing/indexCaptions.ts';
import { indexDataset } from '../indexing/indexDataset.ts';
import type { Levels } from '../../core/audit/rules.ts';
import { type DatasetSettings, levelsOf, overridden } from '../../core/settings/datasetSettings.ts';
import type { CaptionFileUpdater } from './captionUpdates.ts';
import { IncrementalDataset, LIVE_SPARE } from './incrementalDataset.ts';
import { livePair } from './pairLookup.ts';
import type { DatasetFit, LiveDatasetSummary, LivePairId, LiveStatus } from './workspace.ts';
import type { WorkspacePorts } from './workspacePorts.ts';

/** A dataset and the opened folder that contains it. */
export interface OpenedDataset {
  readonly opened: OpenedFolder;
  readonly dataset: IncrementalDataset;
  /** Its caption files when it was opened, without open documents; paths relative to it. */
  readonly found: CaptionFiles;
  /** Its current caption files. */
  readonly files: Map<string, CaptionFileKind>;
  /** Texts of the open documents when they were last read. */
  readonly texts: Map<string, string>;
  readonly fit: DatasetFit | undefined;
}

export function summaryOf({ dataset, fit }: OpenedDataset): LiveDatasetSummary {
  const { estimate, verified, excluded } = dataset;
  const { prior } = dataset.context.embedded.images;
  const hasReference = prior.rows === 0 || prior.columns > 0;
  const leastFitting = dataset.leastFitting.map((slot) => livePair(dataset, slot));
  return {
    dataset: dataset.dataset,
    estimate,
    leastFitting,
    verified,
    excluded,
    fit,
    hasReference,
  };
}

/** The folders with their datasets as they are now. */
export function foldersOf(datasets: readonly OpenedDataset[]): FolderOfPairs[] {
  return [...groupBy(datasets, ({ opened }) => opened)].map(([opened, all]) => ({
    opened,
    datasets: all.map(({ dataset, files }) => ({
      root: dataset.root,
      files,
      pairs: () => dataset.dataset.pairs,
    })),
  }));
}

/** Levels of the rules for a folder, which need no reading again. @param given override those of its config file. */
export function levelsIn({ config }: OpenedFolder, given: DatasetSettings): Levels {
  return levelsOf(overridden(config, given));
}

/** A caption file of a dataset; undefined for other files. */
export function captionFileOf(
  { dataset, files }: OpenedDataset,
  path: string,
): { readonly file: string; readonly kind: CaptionFileKind } | undefined {
  const file = toDatasetPath(dataset.root, path);
  const kind = file === undefined ? undefined : files.get(file);
  return file === undefined || kind === undefined ? undefined : { file, kind };
}

export interface FoundPair extends OpenedDataset {
  readonly slot: number;
}

export function findPair(
  openedDatasets: readonly OpenedDataset[],
  id: LivePairId,
): FoundPair | undefined {
  const openedDataset = openedDatasets.find(({ dataset }) => dataset.root === id.root);
  const slot = openedDataset?.dataset.slots.find(id.image, id.captionIndex);
  return openedDataset === undefined || slot === undefined ? undefined : { ...openedDataset, slot };
}

export function noSuchPair({ image }: LivePairId): PairLensError {
  return new PairLensError(
    'invalid-argument',
    sentence('{0} has no such caption any more.', image),
    {
      remedy: sentence('Look at the findings again: the files have changed.'),
    },
  );
}

interface MembersOptions extends OpenOptions {
  /** Captions of a dataset that were replaced since it was opened. */
  readonly replaced: (root: string) => readonly ReplacedCaption[];
  /** Gives access to the disk and the open documents. */
  readonly updater: CaptionFileUpdater;
  /** Called when the first dataset is found, so that other folders load no encoder. */
  readonly ports: () => Promise<WorkspacePorts>;
  readonly pause: () => Promise<void>;
  readonly onState: (state: LiveStatus['state']) => void;
  /** Called with a folder that has datasets before they are embedded. */
  readonly onListed: (opened: OpenedFolder) => Promise<void>;
}

/**
 * Opens, indexes and audits the datasets of some folders. Which datasets there are is decided by the files on disk, so
 * that an incomplete edit loses none; the content of open documents replaces that of their files.
 * @throws PairLensError `cancelled` and the errors of opening.
 */
export async function openFolders(
  folders: readonly string[],
  options: MembersOptions,
): Promise<OpenedDatasets> {
  const { updater, ports, pause, onState, onListed, replaced, ...run } = options;
  const datasets: OpenedDataset[] = [];
  const inventories: Inventory[] = [];
  for (const folder of folders) {
    const tree = await lookIntoTree(updater.disk, folder, run);
    inventories.push(...tree.map(({ inventory }) => inventory));
    const audited = new AuditedPictures(folder);
    for (const opened of tree) {
      if (opened.datasets.length === 0) continue;
      onState('indexing');
      await onListed(opened);
      for (const found of opened.datasets) {
        onState('indexing');
        const { dataset, ...known } = await updater.withDocuments(opened, found, run.signal);
        const { live, fit } = await buildDataset(dataset, folder, await ports(), updater.disk, {
          ...run,
          leaveOut: { triggerWords: opened.settings.triggerWords ?? [] },
          fitted: opened.settings.fitted,
          replaced: replaced(dataset.root),
          elsewhere: audited.seenFrom(dataset.root),
          pause,
          onAudit: () => onState('auditing'),
        });
        const { images } = live.context.embedded;
        audited.add({ dataset, images }, (image) => live.scoredCaptions(image));
        datasets.push({ opened, dataset: live, fit, ...known });
      }
    }
  }
  return { datasets, inventories };
}

/** The datasets of some folders, and what each folder holds. */
interface OpenedDatasets {
  readonly datasets: readonly OpenedDataset[];
  readonly inventories: readonly Inventory[];
}

export interface BuildOptions {
  /** What is left out of captions beside what they share. */
  readonly leaveOut: LeftOut;
  /** Setting of the file of `pairlens fit`. */
  readonly fitted: string | undefined;
  /** Wrong captions that were replaced, besides those in the file of decisions. */
  readonly replaced: readonly ReplacedCaption[];
  /** Pictures of the datasets of the folder that were audited before. */
  readonly elsewhere: readonly PicturesElsewhere[];
  readonly signal?: CancelSignal;
  readonly onProgress?: ProgressListener;
  readonly pause: () => Promise<void>;
  readonly onAudit: () => void;
}

/**
 * Indexes and audits one dataset.
 * @param folder that was opened and contains the dataset.
 * @throws PairLensError `cancelled`.
 */
export async function buildDataset(
  dataset: Dataset,
  folder: string,
  ports: WorkspacePorts,
  files: FileSystem,
  options: BuildOptions,
): Promise<{ readonly live: IncrementalDataset; readonly fit: DatasetFit | undefined }> {
  const hash = (text: string): string => ports.hasher.hash(text);
  const verdicts = await readDecisions(files, dataset.root, folder);
  const { decisions, replaced, problems, different } = verdicts;
  const gone = [...(replaced ?? []), ...options.replaced];
  const captions = gone.map(({ caption }) => caption);
  const indexed = await indexDataset(dataset, ports, { ...options, replaced: captions });
  const place = { root: dataset.root, folder };
  const known = await readFit(files, place, indexed.modelId, options.fitted);
  const embedded = {
    ...indexed,
    problems: [...indexed.problems, ...problems, ...known.problems],
  };
  options.onAudit();
  const context = await judgeDataset(embedded, {
    ...options,
    releases: true,
    spare: LIVE_SPARE,
    fitted: known.fit?.model,
    reference: ports.reference,
    ...(different && { different }),
    decisions: decisionsOf(embedded, decisions, hash),
    replaced: placedCaptions(embedded, gone, hash),
    ...(ports.languages && { languages: ports.languages }),
    ...(ports.clipTokens && { clipTokens: ports.clipTokens }),
    encode: captionEncoder(ports, indexed.boilerplate),
    ...(ports.nouns && { nouns: ports.nouns }),
    ...(ports.innerProducts && { innerProducts: ports.innerProducts }),
  });
  const { languages } = ports;
  const live = await runCooperatively(
    IncrementalDataset.from(embedded, context, { decisions, replaced: gone }, { hash, languages }),
    options.pause,
  );
  await live.findings.detectAll(async () => {
    await options.pause();
    throwIfCancelled(options.signal);
  });
  const isUsed = context.model.scorer.fitted !== undefined;
  return { live, fit: known.fit && { heldOut: known.fit.heldOut, isUsed } };
}

/** The folders that are not inside another one. */
export function outermost(folders: readonly string[]): string[] {
  const distinct = [...new Set(folders)];
  return distinct.filter(
    (folder) =>
      !distinct.some((other) => other !== folder && toDatasetPath(other, folder) !== undefined),
  );
}
