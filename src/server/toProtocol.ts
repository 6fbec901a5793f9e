import * as l10n from '@vscode/l10n';
import path from 'node:path';
import { DUPLICATE_RULES } from '../core/audit/detectors/duplicatePictures.ts';
import { changesCaptions, type Finding, type Fix } from '../core/audit/finding.ts';
import { ruleOf } from '../core/audit/rules.ts';
import { isImageName } from '../core/dataset/fileKinds.ts';
import { readOnlyReason, readOnlyRemedy } from '../core/dataset/readOnly.ts';
import { isLoneCaption } from '../core/formats/captionFiles.ts';
import { placeOfPart } from '../core/dataset/captionPart.ts';
import { toAbsolute, toAbsoluteFrom } from '../core/dataset/paths.ts';
import { shorten, visibleText } from '../core/text/visibleText.ts';
import { readOnlyBecause } from '../engine/workspace/pairLookup.ts';
import type {
  LiveFinding,
  LiveMatch,
  LiveNeighbour,
  LiveNeighbours,
  LivePair,
  LivePairId,
} from '../engine/workspace/workspace.ts';
import type {
  FindingItem,
  FixItem,
  Match,
  Neighbour,
  Neighbours,
  PairItem,
  PairRef,
  Range,
} from '../protocol/shapes.ts';
import type { Uris } from './uris.ts';
import { localize } from './localize.ts';

/** Kinds of fixes that are decisions, and change no caption. */
export const VERDICTS: readonly FixItem['kind'][] = ['mark-verified', 'exclude-pair'];

/** Longest caption in the title of a fix, in characters. */
const TITLE_CHARACTERS = 100;

export function rangeOf({ range, end }: LivePair): Range {
  return {
    start: { line: range.line, character: range.column },
    end: { line: end.line, character: end.column },
  };
}

/** The file in which a finding is shown: the caption file, or the image if there is none. */
export function fileOf({ root, finding }: LiveFinding): string {
  return toAbsolute(root, finding.file);
}

/** The ranges in that file, one for each part of the caption that is meant; none for a finding about the whole file. */
export function findingRanges(live: LiveFinding): Range[] {
  const { pair, finding } = live;
  if (pair?.captionPath === fileOf(live)) {
    const parts = (finding.parts ?? []).flatMap((part) => {
      const place = placeOfPart(pair.caption, pair.range, part);
      return place === undefined ? [] : [rangeBetween(place)];
    });
    return parts.length > 0 ? parts : [rangeOf(pair)];
  }
  const range = finding.source?.range;
  if (range === undefined) return [];
  const start = { line: range.line, character: range.column };
  return [{ start, end: start }];
}

function rangeBetween({ start, end }: NonNullable<ReturnType<typeof placeOfPart>>): Range {
  return {
    start: { line: start.line, character: start.column },
    end: { line: end.line, character: end.column },
  };
}

/** Converts engine objects to protocol objects and back. */
export class ProtocolConverter {
  readonly #uris: Uris;

  constructor(uris: Uris) {
    this.#uris = uris;
  }

  ref({ root, image, captionIndex }: LivePairId): PairRef {
    return { root: this.#uris.toUri(root), image, captionIndex };
  }

  /** Undefined if the root is not a file URI. */
  id({ root, image, captionIndex }: PairRef): LivePairId | undefined {
    const folder = this.#uris.toPath(root);
    return folder === undefined ? undefined : { root: folder, image, captionIndex };
  }

  item(pair: LivePair): PairItem {
    const readOnly = readOnlyReason(pair.captionPath);
    return {
      pair: this.ref(pair),
      caption: pair.caption,
      ...(pair.lead > 0 && { lead: pair.lead }),
      imageUri: this.#uris.toUri(pair.imagePath),
      captionUri: this.#uris.toUri(pair.captionPath),
      range: rangeOf(pair),
      ...(readOnly !== undefined && { readOnly }),
      ...judged(pair),
    };
  }

  finding(live: LiveFinding): FindingItem {
    const { finding, root, pair } = live;
    const remedy = remedyOf(live);
    const [range] = findingRanges(live);
    const rule = ruleOf(finding.code);
    const image =
      finding.image ?? pair?.image ?? (isImageName(finding.file) ? finding.file : undefined);
    return {
      id: live.id,
      code: finding.code,
      title: localize(rule.title),
      shortTitle: localize(rule.shortTitle),
      level: finding.level,
      message: localize(finding.message),
      evidence: finding.evidence.map(localize),
      confidence: finding.confidence,
      uri: this.#uris.toUri(fileOf(live)),
      ...(range && { range }),
      ...(image !== undefined && { imageUri: this.#uris.toUri(toAbsolute(root, image)) }),
      ...(pair && { item: this.item(pair) }),
      related: live.related.map((other) => this.item(other)),
      relatedUris: finding.relatedFiles.map((file) => this.#uris.toUri(toAbsoluteFrom(root, file))),
      ...(DUPLICATE_RULES.includes(finding.code) && { ofDuplicates: true as const }),
      ...(rule.wrongCaption && { wrongCaption: true as const }),
      ...(isLone(finding) && { loneCaption: true as const }),
      fixes: this.fixes(live),
      ...(remedy !== undefined && { remedy: localize(remedy) }),
    };
  }

  neighbour({ pair, kind, score, hardNegative, homeless }: LiveNeighbour): Neighbour {
    return {
      item: this.item(pair),
      kind,
      score,
      ...(hardNegative !== undefined && { hardNegative }),
      ...(homeless !== undefined && { homeless }),
    };
  }

  neighbours(live: LiveNeighbours): Neighbours {
    const list = (entries: readonly LiveNeighbour[]) => entries.map((n) => this.neighbour(n));
    return {
      focus: this.item(live.focus),
      siblings: live.siblings.map((pair) => this.item(pair)),
      findings: live.findings.map((finding) => this.finding(finding)),
      captions: list(live.captions),
      images: list(live.images),
      lookAlikes: list(live.lookAlikes),
      duplicates: list(live.duplicates),
    };
  }

  match(live: LiveMatch): Match {
    const { evidence, neighbours } = live;
    return {
      ...judged(live),
      evidence: evidence.map(localize),
      neighbours: this.neighbours(neighbours),
    };
  }

  /** Fixes in the order in which the editor offers them. */
  fixes(live: LiveFinding): FixItem[] {
    const offered = live.finding.fixes.flatMap((fix) => this.#fix(fix, live) ?? []);
    if (readOnlyBecause(live) !== undefined)
      return offered.filter(({ kind }) => VERDICTS.includes(kind));
    const creates = offered.some(({ kind }) => kind === 'create-caption');
    if (creates || !lacksCaption(live.finding)) return offered;
    return [
      { kind: 'create-caption', title: l10n.t('Write a caption for this image') },
      ...offered,
    ];
  }

  #fix(fix: Fix, { root, pair, related, finding }: LiveFinding): FixItem | undefined {
    switch (fix.kind) {
      case 'replace-caption':
        return {
          kind: fix.kind,
          title: useCaptionTitle(fix.caption),
          caption: fix.caption,
          ...(fix.match !== undefined && { match: fix.match }),
          ...(fix.homeless === true && { homeless: true }),
        };
      case 'swap-captions': {
        const [other] = related;
        if (pair === undefined || other === undefined) return undefined;
        return {
          kind: fix.kind,
          title: l10n.t('Swap with {0}', placeName(pair, other)),
          other: this.ref(other),
        };
      }
      case 'move-captions': {
        const refs = new Map(pair === undefined ? [] : [[finding.pair, this.ref(pair)]]);
        finding.relatedPairs.forEach((slot, i) => {
          const other = related[i];
          if (other !== undefined) refs.set(slot, this.ref(other));
        });
        const moves = fix.moves.flatMap(({ to, from }) => {
          const [target, source] = [refs.get(to), refs.get(from)];
          return target === undefined || source === undefined ? [] : [{ to: target, from: source }];
        });
        if (moves.length < fix.moves.length) return undefined;
        return { kind: fix.kind, title: l10n.t('Move {0} captions back', moves.length), moves };
      }
      case 'create-caption':
        return {
          kind: fix.kind,
          title: l10n.t('Create {0}', visibleText(path.posix.basename(fix.file))),
        };
      case 'save-as-utf8': {
        const { encoding, sample } = fix.reading;
        return {
          kind: fix.kind,
          title: l10n.t('Save as UTF-8, read as {0}: “{1}”', encoding, titleCaption(sample)),
          caption: sample,
          encoding,
        };
      }
      case 'rename-caption-file': {
        const { image, to } = fix.move;
        const names = [path.posix.basename(to), path.posix.basename(image)].map(visibleText);
        return {
          kind: fix.kind,
          title: l10n.t('Rename it to {0}, beside {1}', ...names),
          caption: fix.caption,
          to: this.#uris.toUri(toAbsolute(root, to)),
          imageUri: this.#uris.toUri(toAbsolute(root, image)),
        };
      }
      case 'separate-images': {
        const uri = (file: string): string => this.#uris.toUri(toAbsolute(root, file));
        const [first] = fix.separations;
        if (first === undefined) return undefined;
        const names = [first.image, first.to].map((file) => visibleText(path.posix.basename(file)));
        return {
          kind: fix.kind,
          title:
            fix.separations.length === 1
              ? l10n.t('Rename {0} to {1}, with a copy of the caption', ...names)
              : l10n.t(
                  'Rename {0} images, each with a copy of the caption',
                  fix.separations.length,
                ),
          separations: fix.separations.map(({ image, to, caption }) => ({
            image: uri(image),
            to: uri(to),
            caption: uri(caption),
          })),
          imageUri: uri(first.image),
        };
      }
      case 'plain-utf8':
        // The editor's own "Save with Encoding" does it, one file at a time.
        return undefined;
      case 'mark-verified':
        return { kind: fix.kind, title: l10n.t('Mark as verified') };
      case 'exclude-pair':
        return { kind: fix.kind, title: l10n.t('Ignore: leave it out of audits and exports') };
    }
  }
}

/** What a finding says to do; where its fixes are not offered, what to do in place of them. */
function remedyOf(live: LiveFinding): Finding['remedy'] {
  const { finding } = live;
  const reason = readOnlyBecause(live);
  if (finding.remedy !== undefined || reason === undefined) return finding.remedy;
  return changesCaptions(finding) ? readOnlyRemedy(reason) : undefined;
}

/** The match of a caption, or that its dataset says nothing about it. */
function judged({
  match,
  incomparable,
}: Pick<LivePair, 'match' | 'incomparable'>): Pick<PairItem, 'match' | 'incomparable'> {
  return { ...(match !== undefined && { match }), ...(incomparable && { incomparable }) };
}

/** Whether the finding is about a caption file that belongs to no image. */
function isLone({ code, file, image, source, relatedFiles }: Finding): boolean {
  if (code !== 'missing-image') return false;
  return isLoneCaption({
    code,
    file,
    ...(image !== undefined && { image }),
    ...(source && { range: source.range }),
    related: relatedFiles,
  });
}

/** Whether the finding is about an image without a caption or with an empty one. */
export function lacksCaption({ code, image }: Finding): boolean {
  return image !== undefined && (code === 'missing-caption' || code === 'empty-caption');
}

export function useCaptionTitle(caption: string): string {
  return l10n.t('Use “{0}”', titleCaption(caption));
}

/** A caption for titles, shortened to the width of menus. */
export function titleCaption(caption: string): string {
  return visibleText(shorten(caption.trim(), TITLE_CHARACTERS));
}

/** Name of a caption relative to another: its line in the same file, else its file name. */
export function placeName(from: LivePair, other: LivePair): string {
  return other.captionPath === from.captionPath
    ? l10n.t('line {0}', other.range.line + 1)
    : visibleText(path.basename(other.captionPath));
}
