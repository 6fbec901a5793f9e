import { PairLensError } from '../../core/errors.ts';
import type { FileSystem } from '../../core/ports.ts';
import { openFolder, type OpenOptions } from '../openDatasets.ts';
import { buildDataset } from './buildDataset.ts';
import type { LivePorts } from './livePorts.ts';
import type { LiveStatus } from './liveWorkspace.ts';
import type { Member } from './members.ts';
import { captionFiles } from './readCaptionFile.ts';

interface MembersOptions extends OpenOptions {
  readonly files: FileSystem;
  /** Asked for when the first dataset is found: a folder without one opens no encoder. */
  readonly ports: () => Promise<LivePorts>;
  readonly pause: () => Promise<void>;
  readonly onState: (state: LiveStatus['state']) => void;
}

/** Opens, indexes and audits the datasets of some folders. @throws PairLensError `cancelled` and what opening throws. */
export async function openMembers(
  folders: readonly string[],
  options: MembersOptions,
): Promise<Member[]> {
  const { files, ports, pause, onState, ...hooks } = options;
  const members: Member[] = [];
  for (const folder of folders) {
    const opened = await openFolder(files, folder, hooks).catch((error: unknown) => {
      if (PairLensError.is(error, 'no-dataset')) return undefined;
      throw error;
    });
    for (const dataset of opened?.datasets ?? []) {
      onState('indexing');
      const live = await buildDataset(dataset, folder, await ports(), files, {
        ...hooks,
        pause,
        onAudit: () => onState('auditing'),
      });
      if (opened)
        members.push({ opened, dataset: live, files: captionFiles(dataset), texts: new Map() });
    }
  }
  return members;
}
