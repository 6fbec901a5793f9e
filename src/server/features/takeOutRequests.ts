import * as l10n from '@vscode/l10n';
import path from 'node:path';
import type { z } from 'zod';
import type { REQUESTS } from '../../protocol/serverApi.ts';
import type { ServerContext } from '../context.ts';
import { localize } from '../localize.ts';
import { ProtocolConverter } from '../toProtocol.ts';
import { planOfShown, wireEdit } from './editRequests.ts';

/** Answers `pairlens/takeOut`. @param folder absolute path; undefined for one that PairLens does not read */
export async function takeOut(
  context: ServerContext,
  images: readonly string[],
  folder: string | undefined,
  signal: AbortSignal,
): Promise<z.input<(typeof REQUESTS)['takeOut']['result']>> {
  const { live, uris } = context;
  const plan = () => live.pairFiles.takeOut(images, folder);
  const { moves, creations, edits, left } = await planOfShown(context, plan, signal);
  const label = l10n.t('Take {0} images out of the dataset', images.length);
  const edit = edits.length === 0 ? null : await wireEdit(context, { label, done: label }, edits);
  return {
    moves: moves.map(({ from, to }) => ({ from: uris.toUri(from), to: uris.toUri(to) })),
    creations: creations.map((each) => ({ uri: uris.toUri(each.path), text: each.text })),
    edit,
    left: left.map(localize),
  };
}

/** Answers `pairlens/duplicates`. */
export async function duplicates(
  { live, uris }: ServerContext,
  id: string,
): Promise<z.input<(typeof REQUESTS)['duplicates']['result']>> {
  const found = await live.pairFiles.duplicates(id);
  if (found === undefined) return null;
  const wire = new ProtocolConverter(uris);
  return {
    ...(found.merged !== undefined && { merged: found.merged }),
    images: found.images.map(({ path: file, bytes, width, height, pairs }) => ({
      uri: uris.toUri(file),
      name: path.basename(file),
      ...(bytes !== undefined && { bytes }),
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
      items: pairs.map((pair) => wire.item(pair)),
    })),
  };
}
