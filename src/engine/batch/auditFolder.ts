import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import type { LearntModel } from '../../core/audit/learntModel.ts';
import { AuditedPictures, type ScoredCaption } from '../../core/audit/picturesElsewhere.ts';
import { pushTo } from '../../core/collections.ts';
import type { Dataset, DatasetPath } from '../../core/dataset/dataset.ts';
import { Boilerplate } from '../../core/text/boilerplate.ts';
import { throwIfCancelled } from '../../core/cancellation.ts';
import type { AuditReport } from '../../core/export/auditReport.ts';
import { auditReport, folderPrefix } from '../audit/buildReport.ts';
import { decisionsOf, placedCaptions } from '../audit/decisionFile.ts';
import type { FailOn } from '../../core/settings/settingTable.ts';
import { type DatasetSettings, levelsOf } from '../../core/settings/datasetSettings.ts';
import type { AuditedDataset, DatasetAudit } from '../audit/datasetAudit.ts';
import type { BatchPorts, RunOptions } from './batchPorts.ts';

export interface AuditedFolder {
  readonly report: AuditReport;
  readonly datasets: readonly AuditedDataset[];
  /** What the settings say of a file of the report: the level from which its findings fail the audit. */
  readonly failOn: (file: string) => FailOn | undefined;
}

/**
 * Audits the datasets below `folder` one after the other, so that the embeddings of only one are in memory.
 *
 * @param folder absolute path
 * @param version of this program, for the report
 * @throws PairLensError `no-dataset`, `cancelled`, and the errors of the steps.
 */
export async function auditFolder(
  folder: string,
  workspace: BatchPorts,
  options: {
    readonly version: string;
    readonly words?: boolean;
    /** What `pairlens learn` learnt of another dataset, which then judges these. */
    readonly learnt?: LearntModel;
    /** Called with each dataset before its embeddings are dropped. */
    readonly onAudited?: (embedded: EmbeddedDataset, audit: DatasetAudit) => void;
  },
  run: RunOptions,
): Promise<AuditedFolder> {
  const datasets: AuditedDataset[] = [];
  const audited = new AuditedPictures(folder);
  for (const dataset of await workspace.open(folder, run)) {
    const { settings } = dataset;
    throwIfCancelled(run.signal);
    const { words = false, learnt } = options;
    const levels = levelsOf(settings);
    const { triggerWords = [] } = settings;
    const known = await workspace.decisions(dataset.root, folder);
    const { replaced: gone = [], different } = known;
    const captions = gone.map(({ caption }) => caption);
    const leaveOut = {
      triggerWords,
      ...(learnt && { learnt: Boilerplate.from(learnt.boilerplate) }),
    };
    const indexed = await workspace.index(dataset, run, leaveOut, captions);
    const { fit, problems } = await workspace.fitOf(dataset.root, folder, settings.fitted);
    const embedded = {
      ...indexed,
      problems: [...indexed.problems, ...known.problems, ...problems],
    };
    const hash = (text: string): string => workspace.hash(text);
    const decisions = decisionsOf(embedded, known.decisions, hash);
    const replaced = placedCaptions(embedded, gone, hash);
    const elsewhere = audited.seenFrom(dataset.root);
    const wanted = {
      ...{ levels, decisions, replaced, words, elsewhere },
      releases: options.onAudited === undefined,
      ...(fit && { fit }),
      ...(learnt && { learnt }),
      ...(different && { different }),
    };
    const audit = await workspace.audit(embedded, wanted, run);
    audited.add(embedded, scoredCaptions(embedded.dataset, audit));
    options.onAudited?.(embedded, audit);
    const { paths, facts, modified: times } = embedded.images;
    const pictures = new Map(
      paths.flatMap((path, row) => {
        const modified = times?.[row];
        const known = facts[row];
        return entryOf(path, known && { ...known, ...(modified !== undefined && { modified }) });
      }),
    );
    datasets.push({ dataset, settings, audit, decisions, pictures });
  }
  const report = auditReport(folder, datasets, {
    version: options.version,
    model: workspace.modelId,
    hasReference: workspace.reference.images.rows > 0,
    hash: (text) => workspace.hash(text),
  });
  return { report, datasets, failOn: (file) => settingsAt(folder, datasets, file).failOn };
}

/** The scored captions of an image, for the datasets that are audited later. */
function scoredCaptions(
  { pairs }: Dataset,
  audit: DatasetAudit,
): (image: DatasetPath) => readonly ScoredCaption[] {
  let ofImage: Map<DatasetPath, ScoredCaption[]> | undefined;
  return (image) => {
    if (ofImage === undefined) {
      ofImage = new Map();
      for (const [p, pair] of pairs.entries()) {
        const { scored = false, mismatch = NaN } = audit.pairs[p] ?? {};
        if (scored) pushTo(ofImage, pair.image, { caption: pair.caption, mismatch });
      }
    }
    return ofImage.get(image) ?? [];
  };
}

/** The settings of the dataset that holds a file of the report. */
function settingsAt(
  folder: string,
  datasets: readonly AuditedDataset[],
  file: string,
): DatasetSettings {
  const holding = datasets
    .map(({ dataset, settings }) => ({ prefix: folderPrefix(folder, dataset.root), settings }))
    .filter(({ prefix }) => file.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  return holding[0]?.settings ?? {};
}

function entryOf<K, V>(key: K, value: V | undefined): [K, V][] {
  return value === undefined ? [] : [[key, value]];
}
