import { baseName, folderOf } from '../../dataset/paths.ts';
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
    const { trainer } = context;
    // ai-toolkit adds the word of its settings where it is missing (inject_trigger_into_prompt).
    if (trainer === undefined || trainer === 'none') return [];
    if (trainer.settings.triggerWord !== undefined) return [];
    const named = (context.embedded.boilerplate?.triggerWords ?? []).map((word) => ({
      word,
      isCaptioned: () => true,
    }));
    return [...named, ...namesOfFolders(context)].flatMap(({ word, isCaptioned }) =>
      lacking(context, word, isCaptioned),
    );
  }),
};

interface Trigger {
  readonly word: string;
  /** Whether the word belongs to a pair. */
  readonly isCaptioned: (p: number) => boolean;
}

/** `10_sks dog` names the word `sks` for its folder (sd-scripts, extract_dreambooth_params). */
function namesOfFolders(context: AuditContext): Trigger[] {
  if (context.trainer === undefined || context.trainer === 'none') return [];
  if (context.trainer.id !== 'sd-scripts') return [];
  const words = new Map<string, string>();
  for (const p of context.pairs()) {
    const folder = folderOf(context.pair(p).image);
    const name = /^\d+_(\S+)/.exec(baseName(folder))?.[1];
    if (name !== undefined) words.set(folder, name);
  }
  return [...words].map(([folder, word]) => ({
    word,
    isCaptioned: (p) => folderOf(context.pair(p).image) === folder,
  }));
}

function lacking(
  context: AuditContext,
  word: string,
  isCaptioned: Trigger['isCaptioned'],
): Detected[] {
  const wanted = word.toLowerCase();
  const without: number[] = [];
  let captions = 0;
  for (const p of context.pairs()) {
    if (!isCaptioned(p)) continue;
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
  const { trainer } = context;
  const name = trainer === undefined || trainer === 'none' ? '' : trainerOf(trainer.id).name;
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
