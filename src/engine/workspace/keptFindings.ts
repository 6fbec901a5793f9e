import type { Detected } from '../../core/audit/detectors/detector.ts';
import type { DatasetSettings } from '../../core/settings/datasetSettings.ts';
import type { OpenedDataset } from './openedDatasets.ts';
import { datasetFindings } from './queries.ts';
import type { LiveFinding } from './workspace.ts';

interface Kept {
  readonly detected: readonly Detected[];
  readonly settings: DatasetSettings;
  readonly findings: readonly LiveFinding[];
}

/** The findings of open datasets: a change in one of them tells those of no other anew. */
export class KeptFindings {
  readonly #hash: (text: string) => string;
  readonly #kept = new WeakMap<OpenedDataset, Kept>();

  constructor(hash: (text: string) => string) {
    this.#hash = hash;
  }

  of(opened: OpenedDataset, settings: DatasetSettings): readonly LiveFinding[] {
    const detected = opened.dataset.findings.all();
    const known = this.#kept.get(opened);
    if (known?.detected === detected && known.settings === settings) return known.findings;
    const findings = datasetFindings(opened, settings, this.#hash);
    this.#kept.set(opened, { detected, settings, findings });
    return findings;
  }
}
