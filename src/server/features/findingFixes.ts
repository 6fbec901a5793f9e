import * as l10n from '@vscode/l10n';
import type { z } from 'zod';
import type { FileFix } from '../../engine/workspace/groupFixes.ts';
import type { LiveFinding } from '../../engine/workspace/workspace.ts';
import { pairKey } from '../../protocol/pairKey.ts';
import type { REQUESTS } from '../../protocol/serverApi.ts';
import type { ChosenFindings, FileFixItem } from '../../protocol/shapes.ts';
import type { ServerContext } from '../context.ts';
import { ProtocolConverter } from '../toProtocol.ts';
import type { Uris } from '../uris.ts';
import { planOfShown, wireEdit } from './editRequests.ts';

/** Answers `pairlens/findingFixes`. @throws PairLensError `write-failed` if a text keeps changing. */
export async function findingFixes(
  context: ServerContext,
  of: ChosenFindings,
  suggestions: boolean,
  signal: AbortSignal,
): Promise<z.input<(typeof REQUESTS)['findingFixes']['result']>> {
  const { live, uris } = context;
  const wanted = chosen(of, new ProtocolConverter(uris));
  const plan = () => live.edits.fixes(wanted, suggestions);
  const { edits, files, fixed, left, later, readOnly } = await planOfShown(context, plan, signal);
  const words =
    fixed.length === 1
      ? { label: l10n.t('Fix 1 finding'), done: l10n.t('1 finding fixed.') }
      : {
          label: l10n.t('Fix {0} findings', fixed.length),
          done: l10n.t('{0} findings fixed.', fixed.length),
        };
  return {
    edit: edits.length === 0 ? null : await wireEdit(context, words, edits),
    files: files.map((fix) => wireFix(fix, uris)),
    fixed: [...fixed],
    left: [...left.values()].reduce((total, count) => total + count, 0),
    later,
    readOnly: { ...readOnly },
  };
}

function chosen(of: ChosenFindings, wire: ProtocolConverter): (finding: LiveFinding) => boolean {
  if ('ids' in of) {
    const ids = new Set(of.ids);
    return ({ id }) => ids.has(id);
  }
  const pairs = new Set(of.pairs.map(pairKey));
  return ({ pair }) => pair !== undefined && pairs.has(pairKey(wire.ref(pair)));
}

function wireFix(fix: FileFix, uris: Uris): FileFixItem {
  const uri = (path: string): string => uris.toUri(path);
  switch (fix.kind) {
    case 'save-as-utf8': {
      const { kind, path, encoding } = fix;
      return { kind, uri: uri(path), ...(encoding !== undefined && { encoding }) };
    }
    case 'rename-caption-file':
      return { kind: fix.kind, from: uri(fix.from), to: uri(fix.to) };
    case 'separate-images': {
      const separations = fix.separations.map(({ image, to, caption }) => ({
        image: uri(image),
        to: uri(to),
        caption: uri(caption),
      }));
      return { kind: fix.kind, uri: uri(fix.path), separations };
    }
  }
}
