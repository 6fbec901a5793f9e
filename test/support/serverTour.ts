import path from 'node:path';
import { tourCopy, type Workplace } from './datasets.ts';
import { LspClient } from './lspClient.ts';

/** A copy of the sample dataset, and a client whose server has published all about it. */
export async function openTour(): Promise<{
  readonly place: Workplace;
  readonly client: LspClient;
}> {
  const place = await tourCopy();
  const client = await LspClient.start({ folders: [place.folder], cache: place.cache });
  await client.ready();
  // The last one that is published: the least sure of the mismatches.
  const last = path.join(place.folder, 'animals/koala.txt');
  await client.until(() => client.codes(last).length > 0, 'diagnostics');
  return { place, client };
}
