import type { CaptionPart } from '../../dataset/captionPart.ts';
import type { Dataset, Pair } from '../../dataset/dataset.ts';
import type { Trainer, TrainerSettings } from '../../dataset/trainers/trainer.ts';
import { trainerOf } from '../../dataset/trainers/trainerTable.ts';
import { captionKind, tagKey, tagsIn } from '../../text/captionTags.ts';
import { type Sentence, sentence } from '../../text/sentence.ts';
import type { Rule } from '../rule.ts';
import { aboutPair, type AuditContext, type Detector, perCaption } from './detector.ts';
import { linesAsRead, linesRead } from './linesAsRead.ts';

interface Fault {
  readonly part: CaptionPart;
  readonly message: Sentence;
  readonly evidence: Sentence;
}

/** A caption as one trainer reads it. */
interface Reading {
  readonly pair: Pair;
  readonly known: Dataset['trainer'];
  readonly trainer: Trainer;
  readonly settings: TrainerSettings;
}

interface CaptionCheck {
  readonly rule: Rule;
  readonly remedy: Sentence;
  readonly find: (reading: Reading) => Fault | undefined;
}

const CHECKS: readonly CaptionCheck[] = [
  {
    rule: {
      code: 'trainer/extra-lines',
      level: 'warning',
      title: sentence('Lines that the trainer reads otherwise'),
      shortTitle: sentence('Lines that the trainer reads otherwise'),
      meaning: sentence(
        'Trainers differ in what they do with several lines of a caption file: only the first is trained, each by itself, or all as one caption.',
      ),
    },
    remedy: sentence('Write the caption as the trainer reads it, or change its setting.'),
    find: extraLines,
  },
  {
    rule: {
      code: 'trainer/separators',
      level: 'warning',
      title: sentence('Too many separators'),
      shortTitle: sentence('Too many separators'),
      meaning: sentence(
        'The separator of fixed and shuffled tags is understood twice; any further one is trained as text.',
      ),
    },
    remedy: sentence('Leave two of them: fixed tags, shuffled tags, fixed tags.'),
    find: surplusSeparator,
  },
  {
    rule: {
      code: 'trainer/brackets',
      level: 'info',
      title: sentence('Unbalanced brackets'),
      shortTitle: sentence('Unbalanced brackets'),
      meaning: sentence(
        'With weighted captions a bracket without its partner gives weight to the rest of the caption, or is trained as text.',
      ),
    },
    remedy: sentence(
      'Close the bracket, or write \\( and \\) for brackets that are meant as text.',
    ),
    find: unbalanced,
  },
  {
    rule: {
      code: 'trainer/duplicate-tags',
      level: 'info',
      title: sentence('Tags that are there twice'),
      shortTitle: sentence('Tag that is there twice'),
      meaning: sentence(
        'A repeated tag is trained twice as strongly and takes the place of other words.',
      ),
    },
    remedy: sentence('Delete one of them.'),
    find: repeatedTag,
  },
];

/** Captions that a known trainer reads otherwise than they are meant. */
export const trainerCaptions: Detector = {
  rules: CHECKS.map(({ rule }) => rule),
  track: (context) => {
    const trackers = CHECKS.map((check) =>
      perCaption((_, p) => faultOf(context, p, check))(context),
    );
    return {
      *detectAll() {
        for (const tracker of trackers) yield* tracker.detectAll();
      },
      update: (changed, moved) =>
        trackers.map((tracker) => tracker.update(changed, moved)).includes(true),
      findings: () => trackers.flatMap((tracker) => tracker.findings()),
    };
  },
};

function faultOf(context: AuditContext, p: number, { rule, remedy, find }: CaptionCheck) {
  const { trainer: known } = context;
  if (known === undefined || known === 'none') return undefined;
  const trainer = trainerOf(known.id);
  const fault = find({ pair: context.pair(p), known, trainer, settings: known.settings });
  if (fault === undefined) return undefined;
  return {
    code: rule.code,
    ...aboutPair(context, p),
    parts: [fault.part],
    message: fault.message,
    evidence: [fault.evidence],
    confidence: 1,
    relatedPairs: [],
    relatedFiles: [],
    fixes: [],
    remedy,
  };
}

function extraLines({ pair, known, trainer }: Reading): Fault | undefined {
  const read = linesRead(pair, known);
  const { captions, name } = trainer;
  if (read === undefined || captions === undefined) return undefined;
  const { caption, captionIndex } = pair;
  const firstEnd = caption.search(/\r?\n/);
  const whole = { start: 0, end: caption.length };
  const rest = { start: firstEnd + 1, end: caption.length };
  const evidence = (said: Sentence): Pick<Fault, 'evidence'> => ({ evidence: said });
  if (read === 'first' && (captionIndex > 0 || firstEnd >= 0)) {
    return {
      part: captionIndex > 0 ? whole : rest,
      message: sentence('{0} reads only the first line of the file.', name),
      ...evidence(sentence('enable_wildcard reads the other lines, too ({0}).', captions.source)),
    };
  }
  if (read === 'each' && firstEnd >= 0) {
    return {
      part: rest,
      message: sentence('{0} takes each line for a caption of its own.', name),
      ...evidence(sentence('One of them is drawn each time ({0}).', captions.source)),
    };
  }
  if (read === 'whole' && captionIndex === 1) {
    return {
      part: whole,
      message: sentence('{0} takes all lines of the file for one caption.', name),
      ...evidence(sentence('The whole file is read ({0}).', captions.source)),
    };
  }
  return undefined;
}

function surplusSeparator({ pair, trainer, known, settings }: Reading): Fault | undefined {
  const { separators, name } = trainer;
  if (separators === undefined) return undefined;
  const separator = settings.keepTokensSeparator ?? separators.usual;
  for (const { start, end } of linesAsRead(pair, known)) {
    let at = start - separator.length;
    let seen = 0;
    while ((at = pair.caption.indexOf(separator, at + separator.length)) >= 0 && at < end) {
      if (++seen <= separators.most) continue;
      return {
        part: { start: at, end: at + separator.length },
        message: sentence(
          'The caption has more than {0} separators “{1}”.',
          separators.most,
          separator,
        ),
        evidence: sentence('{0} splits at the first two ({1}).', name, separators.source),
      };
    }
  }
  return undefined;
}

const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

function unbalanced({ pair, trainer, known }: Reading): Fault | undefined {
  const { weights, name } = trainer;
  if (weights === undefined) return undefined;
  for (const { start, end } of linesAsRead(pair, known)) {
    const at = loneBracket(pair.caption.slice(start, end));
    if (at === undefined) continue;
    const bracket = pair.caption[start + at] ?? '';
    return {
      part: { start: start + at, end: start + at + 1 },
      message: sentence('The bracket {0} has no partner.', bracket),
      evidence: sentence(
        '{0} reads brackets as weights with --weighted_captions ({1}).',
        name,
        weights.source,
      ),
    };
  }
  return undefined;
}

/** Position of the first bracket without a partner; escaped ones and those of emoticons do not count. */
function loneBracket(text: string): number | undefined {
  const open: { readonly bracket: string; readonly at: number }[] = [];
  let lone: number | undefined;
  for (const { 0: bracket, index } of text.matchAll(/(?<!\\)[()[\]]/g)) {
    const opening = OPENING[bracket];
    if (opening === undefined) open.push({ bracket, at: index });
    else if (open.at(-1)?.bracket === opening) open.pop();
    else lone ??= isEmoticon(text, index) ? undefined : index;
  }
  const unclosed = open.find(({ at }) => !isEmoticon(text, at));
  return [lone, unclosed?.at].filter((at) => at !== undefined).sort((a, b) => a - b)[0];
}

/** `:)`, `;-(`, `=]`, `>:(`, and `(:`. */
function isEmoticon(text: string, at: number): boolean {
  return /[:;=][-^']?$/.test(text.slice(0, at)) || /^[-^']?[:;=]/.test(text.slice(at + 1));
}

function repeatedTag({ pair, trainer, known }: Reading): Fault | undefined {
  const { tags, name } = trainer;
  if (tags === undefined) return undefined;
  const { caption } = pair;
  for (const line of linesAsRead(pair, known)) {
    if (captionKind(caption.slice(line.start, line.end)) !== 'tags') continue;
    const seen = new Set<string>();
    for (const { text, start, end } of tagsIn(caption, line)) {
      const key = tagKey(text);
      if (seen.has(key)) {
        return {
          part: { start, end },
          message: sentence('The tag “{0}” is there twice.', key),
          evidence: sentence(
            '{0} splits captions at commas and keeps both ({1}).',
            name,
            tags.source,
          ),
        };
      }
      seen.add(key);
    }
  }
  return undefined;
}
