import * as l10n from '@vscode/l10n';
import {
  MarkupKind,
  type Hover,
  type HoverParams,
  type Position,
} from 'vscode-languageserver/node';
import type { WeighedWord } from '../../core/matching/leaveOneOut.ts';
import type { LiveFinding, LiveNeighbour, LivePair } from '../../engine/workspace/workspace.ts';
import { LEAST_POSSIBLE } from '../../core/candidateLevels.ts';
import { CLIENT_COMMANDS } from '../../protocol/commands.ts';
import { shownScore } from '../../protocol/shownScore.ts';
import { answer } from '../requestHandler.ts';
import type { ServerContext } from '../context.ts';
import { commandLink, markdownText, plainText } from '../markdown.ts';
import { pairAt, contains } from '../resolveTarget.ts';
import { matchText, percentSure } from './scores.ts';
import { describeError } from '../serverLog.ts';
import { fileOf, findingRanges, rangeOf, ProtocolConverter } from '../toProtocol.ts';
import { localize } from '../localize.ts';

const NEIGHBOURS = 3;
/** Captions asked for beside those: the partners of an exchange, which are left out. */
const PARTNERS = 2;
const CAPTION_CHARACTERS = 160;
const SENTENCE_CHARACTERS = 600;
/** Most findings listed in the hover of a caption. */
const FINDINGS = 5;
const PICTURE_PIXELS = 240;
const PICTURE_HEIGHT = 160;
/** Sizes to try, in pixels, until the Markdown is well below VS Code's limit of 100,000 characters. */
const SMALLER_PICTURES = [PICTURE_PIXELS, 192, 96];
const PICTURE_CHARACTERS = 70_000;
/** An image or words that take longer are left out; the next hover shows them from the cache. */
const WAIT_MS = 1500;

/** Hover of a caption: its image, its score, the reasons, and captions that match better. */
export function registerHover(context: ServerContext): void {
  context.connection.onHover((params, token) =>
    answer('textDocument/hover', token, context.log, (signal) => hover(context, params, signal)),
  );
}

async function hover(
  context: ServerContext,
  { textDocument: { uri }, position }: HoverParams,
  signal: AbortSignal,
): Promise<Hover | null> {
  const { live, documents, uris, client, settings } = context;
  const file = uris.toPath(uri);
  if (!settings.enable || file === undefined || live.kindOf(file) !== 'captions') return null;
  await documents.whenSynced(file, signal);
  const pair = pairAt(live, file, position);
  if (pair === undefined || !contains(rangeOf(pair), position)) return null;
  const [picture, found, words] = await live.first(() =>
    Promise.all([
      client.richHovers ? inTime(pictureOf(context, pair)) : undefined,
      live.neighbours(pair, NEIGHBOURS + PARTNERS, signal),
      pair.match === undefined ? undefined : inTime(wordsOf(context, pair, signal)),
    ]),
  );
  const findings = (found?.findings ?? []).slice(0, FINDINGS);
  const parts = {
    pair,
    position,
    findings,
    picture,
    // A finding that says so is not repeated.
    words: findings.some(({ finding }) => saysWords(finding.code)) ? [] : (words ?? []),
    captions: withoutPartners(found?.captions ?? [], findings).slice(0, NEIGHBOURS),
  };
  return {
    range: rangeOf(pair),
    contents: client.markdown
      ? { kind: MarkupKind.Markdown, value: markdownHover(context, parts) }
      : { kind: MarkupKind.PlainText, value: plainHover(parts) },
  };
}

interface HoverParts {
  readonly pair: LivePair;
  readonly position: Position;
  readonly findings: readonly LiveFinding[];
  readonly picture: string | undefined;
  /** Words of the caption that the image does not support, the worst first. */
  readonly words: readonly WeighedWord[];
  /** Captions of the dataset that match the image best. */
  readonly captions: readonly LiveNeighbour[];
}

function markdownHover(context: ServerContext, parts: HoverParts): string {
  const { pair, position, findings, picture, words, captions } = parts;
  const blocks: string[] = [];
  // VS Code shows about 250 pixels of a hover without scrolling, and the reasons must be in view.
  if (picture !== undefined) {
    const name = markdownText(pair.image, SENTENCE_CHARACTERS);
    blocks.push(`![${name}](${picture}|height=${PICTURE_HEIGHT})`);
  }
  // The editor shows the problems at the position above the hover: they are not repeated.
  const told = (live: LiveFinding): boolean =>
    context.client.richHovers &&
    fileOf(live) === pair.captionPath &&
    findingRanges(live).some((range) => contains(range, position));
  const untold = findings.filter((live) => !told(live));
  const head = summary(pair, findings, untold, (text) => `**${text}**`);
  if (head !== '') blocks.push(head);
  if (words.length > 0) blocks.push(markdownText(wordsLine(words), SENTENCE_CHARACTERS));
  for (const live of findings) {
    const { finding } = live;
    const lines =
      isAboutFit(finding.code) || told(live)
        ? []
        : [markdownText(localize(finding.message), SENTENCE_CHARACTERS)];
    lines.push(
      ...finding.evidence.map((line) => `- ${markdownText(localize(line), SENTENCE_CHARACTERS)}`),
    );
    if (lines.length > 0) blocks.push(lines.join('\n\n').replaceAll('\n\n- ', '\n- '));
  }
  const { fixes, examples } = byGrade(captions);
  const line = (entry: LiveNeighbour): string => captionLine(context, pair, entry);
  if (fixes.length > 0) {
    blocks.push([l10n.t('Captions that may be meant:'), ...fixes.map(line)].join('\n'));
  }
  if (examples.length > 0) {
    blocks.push([examplesTitle(examples), ...examples.map(line)].join('\n'));
  }
  return blocks.join('\n\n');
}

/**
 * Captions without those of the other pairs of an exchange: to use one of them alone would leave it on two images, and the
 * finding's own fix moves all.
 */
function withoutPartners(
  captions: readonly LiveNeighbour[],
  findings: readonly LiveFinding[],
): readonly LiveNeighbour[] {
  const partners = findings
    .filter(({ finding: { fixes } }) =>
      fixes.some(({ kind }) => kind === 'swap-captions' || kind === 'move-captions'),
    )
    .flatMap(({ related }) => related);
  return captions.filter(
    ({ pair: { image, captionIndex } }) =>
      !partners.some((other) => other.image === image && other.captionIndex === captionIndex),
  );
}

/** Captions that may be the right one, and captions that fit their own picture. */
function byGrade(captions: readonly LiveNeighbour[]): {
  readonly fixes: readonly LiveNeighbour[];
  readonly examples: readonly LiveNeighbour[];
} {
  return {
    fixes: captions.filter(({ score, homeless }) => homeless === true && score >= LEAST_POSSIBLE),
    examples: captions.filter(({ homeless }) => homeless !== true),
  };
}

function examplesTitle(examples: readonly LiveNeighbour[]): string {
  return examples.some(({ pair }) => pair.incomparable !== undefined)
    ? l10n.t('Captions of pictures like this one:')
    : l10n.t('Captions of pictures like this one, which they fit:');
}

/** A caption of the dataset as a list item. Only one that may be meant has a score, and a link that uses it. */
function captionLine(
  context: ServerContext,
  pair: LivePair,
  { pair: other, score, homeless }: LiveNeighbour,
): string {
  const text = markdownText(other.caption, CAPTION_CHARACTERS);
  const shown = homeless === true ? `${shownScore(score)} ` : '';
  if (!context.client.richHovers) return `- ${shown}${text}`;
  const wire = new ProtocolConverter(context.uris);
  const { captionUri, range, imageUri } = wire.item(other);
  const open = commandLink(text, CLIENT_COMMANDS.openPair.command, [
    { captionUri, range, imageUri },
  ]);
  // The link's argument contains the whole caption: no link for captions of unusual length.
  if (homeless !== true || other.caption.length > CAPTION_CHARACTERS * 4)
    return `- ${shown}${open}`;
  const use = commandLink(l10n.t('Use'), CLIENT_COMMANDS.useCaption.command, [
    { pair: wire.ref(pair), caption: other.caption },
  ]);
  return `- ${shown}${open} · ${use}`;
}

function plainHover({ pair, findings, words, captions }: HoverParts): string {
  const lines = [summary(pair, findings, findings, (text) => text)];
  if (words.length > 0) lines.push(plainText(wordsLine(words), SENTENCE_CHARACTERS));
  for (const { finding } of findings) {
    if (!isAboutFit(finding.code))
      lines.push(plainText(localize(finding.message), SENTENCE_CHARACTERS));
    lines.push(
      ...finding.evidence.map((line) => `- ${plainText(localize(line), SENTENCE_CHARACTERS)}`),
    );
  }
  const { fixes, examples } = byGrade(captions);
  if (fixes.length > 0) lines.push(l10n.t('Captions that may be meant:'));
  for (const { pair: other, score } of fixes) {
    lines.push(`- ${shownScore(score)} ${plainText(other.caption, CAPTION_CHARACTERS)}`);
  }
  if (examples.length > 0) lines.push(examplesTitle(examples));
  for (const { pair: other } of examples) {
    lines.push(`- ${plainText(other.caption, CAPTION_CHARACTERS)}`);
  }
  return lines.join('\n');
}

function wordsLine(words: readonly WeighedWord[]): string {
  return l10n.t('Words that do not fit the picture: {0}', words.map(({ text }) => text).join(', '));
}

/** One line: the verdict, its probability, and the user's decision. */
function summary(
  pair: LivePair,
  findings: readonly LiveFinding[],
  untold: readonly LiveFinding[],
  strong: (text: string) => string,
): string {
  const isWrong = findings.some(({ finding }) => isAboutFit(finding.code));
  const wrong = untold.find(({ finding }) => isAboutFit(finding.code));
  const parts: string[] = [];
  if (wrong !== undefined) {
    const sentence = strong(l10n.t('This caption does not fit its image'));
    parts.push(`${sentence} (${percentSure(wrong.finding.confidence)})`);
  }
  if (pair.match !== undefined) {
    if (!isWrong) parts.push(matchText(pair.match));
  } else {
    parts.push(notJudgedText(pair));
  }
  if (pair.decision === 'verified') parts.push(l10n.t('marked as verified'));
  if (pair.decision === 'excluded') parts.push(l10n.t('ignored by audits and exports'));
  return parts.join(' · ');
}

/** Why a caption has no match. */
function notJudgedText({ incomparable }: LivePair): string {
  if (incomparable === undefined) return l10n.t('not judged');
  return incomparable === 'too-few'
    ? l10n.t('too few pairs to compare')
    : l10n.t('too alike to be judged');
}

/** Whether findings of a rule name the words that are not seen. */
function saysWords(code: string): boolean {
  return isAboutFit(code) || code === 'unsupported-words';
}

function isAboutFit(code: string): boolean {
  return code === 'caption-mismatch' || code === 'captions-swapped';
}

async function pictureOf(
  { thumbnails }: ServerContext,
  pair: LivePair,
): Promise<string | undefined> {
  for (const size of SMALLER_PICTURES) {
    const picture = await thumbnails.of(pair.imagePath, size);
    if (picture === undefined) return undefined;
    if (picture.dataUri.length <= PICTURE_CHARACTERS) return picture.dataUri;
  }
  return undefined;
}

/** No words instead of an error: the hover is still useful while the encoders are busy or being reopened. */
async function wordsOf(
  { live, log }: ServerContext,
  pair: LivePair,
  signal: AbortSignal,
): Promise<readonly WeighedWord[]> {
  try {
    return (await live.words(pair, pair.caption, signal)).unsupported;
  } catch (error) {
    if (!signal.aborted) log.debug(`textDocument/hover: ${describeError(error)}`);
    return [];
  }
}

/** The result, or undefined if it takes longer than WAIT_MS. */
async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), WAIT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
