import { groupBy } from '../../collections.ts';
import { baseName, folderOf } from '../../dataset/paths.ts';
import type { Trainer } from '../../dataset/trainers/trainer.ts';
import { trainerOf } from '../../dataset/trainers/trainerTable.ts';
import { linesAsRead } from './linesAsRead.ts';
import { sentence } from '../../text/sentence.ts';
import {
  aboutPair,
  type AuditContext,
  type Detected,
  type Detector,
  onChange,
} from './detector.ts';

/** Share of captions with a word from which those without it are reported: below, it is no trigger word. */
const USUAL = 0.8;
const FEWEST_CAPTIONS = 5;

/** Captions without the trigger word that nearly all others have. */
export const triggerWords: Detector = {
  rules: [
    {
      code: 'trainer/trigger-word',
      level: 'warning',
      title: sentence('Captions without the trigger word'),
      shortTitle: sentence('Caption without the trigger word'),
      meaning: sentence(
        'The model learns to connect the trigger word with what is trained; a picture without it teaches the same without the word.',
      ),
    },
  ],
  track: onChange((context) => {
    const { trainer: known } = context;
    if (known === undefined || known === 'none') return [];
    // ai-toolkit adds the word of its settings where it is missing (inject_trigger_into_prompt).
    if (known.settings.triggerWord !== undefined) return [];
    const trainer = trainerOf(known.id);
    const all = [...context.pairs()];
    const named = (context.embedded.boilerplate?.triggerWords ?? []).map((word) => ({
      word,
      pairs: all,
    }));
    const ofFolders = trainer.repeatFolders === undefined ? [] : namesOfFolders(context, all);
    return [...named, ...ofFolders].flatMap((trigger) => lacking(context, trigger, trainer));
  }),
};

interface Trigger {
  readonly word: string;
  /** The pairs that the word belongs to. */
  readonly pairs: readonly number[];
}

/** `10_sks dog` names the word `sks` for its folder (sd-scripts, extract_dreambooth_params). */
function namesOfFolders(context: AuditContext, all: readonly number[]): Trigger[] {
  const byFolder = groupBy(all, (p) => folderOf(context.pair(p).image));
  return [...byFolder].flatMap(([folder, pairs]) => {
    const word = /^\d+_(\S+)/.exec(baseName(folder))?.[1];
    return word === undefined ? [] : [{ word, pairs }];
  });
}

function lacking(
  context: AuditContext,
  { word, pairs }: Trigger,
  { name }: Pick<Trainer, 'name'>,
): Detected[] {
  const wanted = word.toLowerCase();
  const without: number[] = [];
  let captions = 0;
  for (const p of pairs) {
    const pair = context.pair(p);
    const read = linesAsRead(pair, context.trainer);
    if (read.length === 0) continue;
    captions++;
    const hasWord = read.every(({ start, end }) =>
      pair.caption.slice(start, end).toLowerCase().includes(wanted),
    );
    if (!hasWord) without.push(p);
  }
  if (captions < FEWEST_CAPTIONS || captions - without.length < USUAL * captions) return [];
  return without
    .sort((a, b) => a - b)
    .map((p) => ({
      code: 'trainer/trigger-word',
      ...aboutPair(context, p),
      message: sentence('The trigger word “{0}” is missing.', word),
      evidence: [
        sentence(
          '{0} of {1} captions have it; {2} does not add it.',
          captions - without.length,
          captions,
          name,
        ),
      ],
      confidence: 1,
      relatedPairs: [],
      relatedFiles: [],
      fixes: [],
      remedy: sentence('Write it into the caption, where the others have it.'),
    }));
}
