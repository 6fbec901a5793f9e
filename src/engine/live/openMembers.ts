import { PairLensError } from '../../core/errors.ts';
import { openFolder, type OpenOptions } from '../openDatasets.ts';
import { buildDataset } from './buildDataset.ts';
import type { CaptionIntake } from './captionIntake.ts';
import type { LivePorts } from './livePorts.ts';
import type { LiveStatus } from './liveWorkspace.ts';
import type { Member } from './members.ts';

interface MembersOptions extends OpenOptions {
  /** Knows the disk and the open documents. */
  readonly intake: CaptionIntake;
  /** Asked for when the first dataset is found: a folder without one opens no encoder. */
  readonly ports: () => Promise<LivePorts>;
  readonly pause: () => Promise<void>;
  readonly onState: (state: LiveStatus['state']) => void;
}

/**
 * Opens, indexes and audits the datasets of some folders. Which datasets there are, the disk says, so that a document
 * that is broken for a moment loses none; what an open document says stands in the place of what the disk holds.
 * @throws PairLensError `cancelled` and what opening throws.
 */
export async function openMembers(
  folders: readonly string[],
  options: MembersOptions,
): Promise<Member[]> {
  const { intake, ports, pause, onState, ...hooks } = options;
  const members: Member[] = [];
  for (const folder of folders) {
    const opened = await openFolder(intake.disk, folder, hooks).catch((error: unknown) => {
      if (PairLensError.is(error, 'no-dataset')) return undefined;
      throw error;
    });
    if (opened === undefined) continue;
    for (const found of opened.datasets) {
      onState('indexing');
      const { dataset, ...known } = await intake.withDocuments(opened, found, hooks.signal);
      const live = await buildDataset(dataset, folder, await ports(), intake.disk, {
        ...hooks,
        pause,
        onAudit: () => onState('auditing'),
      });
      members.push({ opened, dataset: live, ...known });
    }
  }
  return members;
}
