import { groupBy } from '../../collections.ts';
import type { Problem, ProblemCode } from '../../dataset/problem.ts';
import { type Sentence, sentence } from '../../text/sentence.ts';
import type { Fix } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { type Detected, type Detector, onChange } from './detector.ts';

/** One rule for each kind of problem with files. */
const RULES: Readonly<Record<ProblemCode, Omit<Rule, 'code'>>> = {
  'missing-caption': {
    level: 'error',
    title: sentence('Missing captions'),
    shortTitle: sentence('Missing caption'),
    meaning: sentence('The trainer skips the image or trains it with an empty caption.'),
  },
  'empty-caption': {
    level: 'error',
    title: sentence('Empty captions'),
    shortTitle: sentence('Empty caption'),
    meaning: sentence('The caption is there but holds no words. Some trainers stop at it.'),
  },
  'missing-image': {
    level: 'error',
    title: sentence('Missing images'),
    shortTitle: sentence('Missing image'),
    meaning: sentence('The caption names an image that is not there or may not be read.'),
  },
  'unreadable-image': {
    level: 'error',
    title: sentence('Unreadable images'),
    shortTitle: sentence('Unreadable image'),
    meaning: sentence('The file cannot be decoded, so the trainer skips it or stops.'),
  },
  'unreadable-caption': {
    level: 'error',
    title: sentence('Unreadable captions'),
    shortTitle: sentence('Unreadable caption'),
    meaning: sentence('The caption file or row cannot be understood, so its captions are lost.'),
  },
  'unreadable-archive': {
    level: 'error',
    title: sentence('Damaged archives'),
    shortTitle: sentence('Damaged archive'),
    meaning: sentence(
      'A tar or parquet file is cut off or damaged, so that images and captions in it are lost.',
    ),
  },
  'unread-captions': {
    level: 'warning',
    title: sentence('Captions that were not read'),
    shortTitle: sentence('Unread captions'),
    meaning: sentence(
      'A file that PairLens does not understand may hold the captions of images that have none otherwise. They were not judged.',
    ),
  },
  // A second set of captions, an export, an archive: reported, but CI must not fail.
  'unread-file': {
    level: 'info',
    title: sentence('Files that were not read'),
    shortTitle: sentence('Unread file'),
    meaning: sentence('The file may hold captions or images, and was not audited.'),
  },
  'wrong-encoding': {
    level: 'error',
    title: sentence('Wrong encodings'),
    shortTitle: sentence('Wrong encoding'),
    meaning: sentence('The file is neither UTF-8 nor UTF-16; trainers read it as garbage or stop.'),
  },
  'ambiguous-pair': {
    level: 'error',
    title: sentence('Ambiguous pairs'),
    shortTitle: sentence('Ambiguous pair'),
    meaning: sentence('It cannot be told which image the caption describes.'),
  },
  'unpaired-companion': {
    level: 'warning',
    title: sentence('Companions without a partner'),
    shortTitle: sentence('Companion without a partner'),
    meaning: sentence(
      'A mask, control image or edit source has no image that it belongs to, or an image lacks the one that the others have. Trainers stop at it or leave the image out.',
    ),
  },
  // Detected by names only, which may be wrong: reported, so that forgotten captions are noticed.
  'companion-pictures': {
    level: 'info',
    title: sentence('Pictures taken for companions'),
    shortTitle: sentence('Pictures taken for companions'),
    meaning: sentence(
      'Pictures without captions bear the names of captioned ones. PairLens takes them for control images, masks or edit sources, and does not judge them.',
    ),
  },
  'other-root': {
    level: 'info',
    title: sentence('Names relative to another folder'),
    shortTitle: sentence('Names relative to another folder'),
    meaning: sentence(
      'The names in a caption file are not relative to it. PairLens reads the images where they are; a trainer does so only where it is told their folder.',
    ),
  },
  'videos-not-judged': {
    level: 'info',
    title: sentence('Videos not judged'),
    shortTitle: sentence('Videos not judged'),
    meaning: sentence('PairLens judges still images; videos and their captions are left alone.'),
  },
  'second-caption-file': {
    level: 'info',
    title: sentence('Second caption files'),
    shortTitle: sentence('Second caption file'),
    meaning: sentence(
      'Images have a .txt and a .caption file. PairLens reads one of the two; which one a trainer reads, or whether it merges them, is a matter of its settings.',
    ),
  },
  'trainer/bom': {
    level: 'info',
    title: sentence('Byte order marks'),
    shortTitle: sentence('Byte order mark'),
    meaning: sentence(
      'sd-scripts, musubi-tuner and ai-toolkit read the mark as a character before the first word, so that the first tag is another one.',
    ),
  },
  'trainer/utf-16': {
    level: 'warning',
    title: sentence('UTF-16 captions'),
    shortTitle: sentence('UTF-16 caption'),
    meaning: sentence(
      'sd-scripts, musubi-tuner and ai-toolkit read UTF-8 only and stop at the first such file.',
    ),
  },
  'trainer/json-caption': {
    level: 'warning',
    title: sentence('Captions in JSON'),
    shortTitle: sentence('Caption in JSON'),
    meaning: sentence(
      'The text beside the image holds JSON. Trainers do not look into it: they train brackets, names of properties and numbers as words.',
    ),
  },
  'trainer/extension-case': {
    level: 'warning',
    title: sentence('Extensions in other letters'),
    shortTitle: sentence('Extension in other letters'),
    meaning: sentence(
      'On Linux, sd-scripts and musubi-tuner find .jpg and .JPG, but not .Jpg, and no caption with .TXT: image or caption is left out without a word.',
    ),
  },
  'trainer/image-extension': {
    level: 'warning',
    title: sentence('Images that the trainer leaves out'),
    shortTitle: sentence('Image that the trainer leaves out'),
    meaning: sentence('The trainer does not look for the extension: the image is never trained.'),
  },
  'trainer/caption-extension': {
    level: 'warning',
    title: sentence('Captions that the trainer does not read'),
    shortTitle: sentence('Caption that the trainer does not read'),
    meaning: sentence(
      'The trainer does not look for the name of the caption file: it trains the image with another caption or with none, or leaves it out.',
    ),
  },
  'trainer/unread-folder': {
    level: 'warning',
    title: sentence('Folders that the trainer does not read'),
    shortTitle: sentence('Folder that the trainer does not read'),
    meaning: sentence('The trainer does not look into the folder: its images are never trained.'),
  },
  'trainer/wrong-root': {
    level: 'warning',
    title: sentence('Folders of settings that are not there'),
    shortTitle: sentence('Folder of settings that is not there'),
    meaning: sentence('The settings of the trainer name a folder that does not hold these images.'),
  },
  'trainer/stale-latents': {
    level: 'warning',
    title: sentence('Stale caches'),
    shortTitle: sentence('Stale cache'),
    meaning: sentence(
      'Trainers go on using caches of latents and captions as long as the names are the same: they train on what the files were before.',
    ),
  },
  'invalid-config': {
    level: 'error',
    title: sentence('Settings that are not used'),
    shortTitle: sentence('Setting that is not used'),
    meaning: sentence(
      'The config file of the folder says something that PairLens does not understand, or names what is not there. The rest of it applies.',
    ),
  },
  // Folders of links are a usual way to curate without copies: reported, but CI must not fail.
  'outside-link': {
    level: 'info',
    title: sentence('Links to outside'),
    shortTitle: sentence('Link to outside'),
    meaning: sentence(
      'The file is a symbolic link to another place. It is read through, but may be missing or different where the dataset is copied to, and may show what was not meant to be shared.',
    ),
  },
  'unreadable-decisions': {
    level: 'warning',
    title: sentence('Unreadable decisions'),
    shortTitle: sentence('Unreadable decisions'),
    meaning: sentence(
      'The decisions in the file are not applied, so findings that people dealt with come back.',
    ),
  },
};

/** Rules whose problems are one finding for all files of a dataset: how many files, and one of them. */
const TOLD_AS_ONE: Readonly<
  Partial<Record<ProblemCode, (count: number, file: string) => Sentence>>
> = {
  'trainer/bom': (count, file) =>
    sentence('{0} caption files begin with a byte order mark, e.g. {1}.', count, file),
  'trainer/json-caption': (count, file) =>
    sentence(
      '{0} caption files hold JSON, which trainers read as it is: brackets, names and all, e.g. {1}.',
      count,
      file,
    ),
  'trainer/utf-16': (count, file) =>
    sentence('{0} caption files are UTF-16, at which trainers stop, e.g. {1}.', count, file),
};

/** Problems found while reading files and decoding images. */
export const brokenFiles: Detector = {
  rules: Object.entries(RULES).map(([code, rule]) => ({ code, ...rule })),
  track: onChange((context) => problemFindings(context.problems())),
};

/** Findings of problems; they are known before anything is embedded. */
export function problemFindings(problems: readonly Problem[]): Detected[] {
  return toldOnce(problems).map(findingOf);
}

/** The problems, those of a rule that is told as one joined into the first file's by name. */
function toldOnce(problems: readonly Problem[]): Problem[] {
  const isJoined = ({ code }: Problem): boolean => TOLD_AS_ONE[code] !== undefined;
  const joined = [...groupBy(problems.filter(isJoined), ({ code }) => code).values()];
  return [...problems.filter((problem) => !isJoined(problem)), ...joined.flatMap(asOne)];
}

function asOne(problems: readonly Problem[]): Problem[] {
  const [first, ...others] = [...problems].sort((a, b) => (a.file < b.file ? -1 : 1));
  if (first === undefined || others.length === 0) return first === undefined ? [] : [first];
  const message = TOLD_AS_ONE[first.code]?.(problems.length, first.file) ?? first.message;
  return [{ ...first, message, related: others.map(({ file }) => file) }];
}

function findingOf(problem: Problem): Detected {
  return {
    code: problem.code,
    file: problem.file,
    ...(problem.image !== undefined && { image: problem.image }),
    ...(problem.range && { source: { file: problem.file, range: problem.range } }),
    message: problem.message,
    evidence: evidenceOf(problem),
    confidence: 1,
    relatedPairs: [],
    relatedFiles: problem.related ?? [],
    fixes: fixesOf(problem),
    remedy: problem.remedy,
  };
}

/** The text of a caption without image, which the fix shows where there is one. */
function evidenceOf({ caption, move }: Problem): readonly Sentence[] {
  return caption === undefined || move !== undefined ? [] : [sentence('Its text: “{0}”.', caption)];
}

function fixesOf({
  code,
  file,
  caption = '',
  related = [],
  reading,
  move,
  separations,
}: Problem): readonly Fix[] {
  const isPlain = code === 'trainer/bom' || code === 'trainer/utf-16';
  return [
    ...(reading === undefined ? [] : [{ kind: 'save-as-utf8' as const, reading }]),
    ...(isPlain ? [{ kind: 'plain-utf8' as const, files: [file, ...related] }] : []),
    ...(move === undefined ? [] : [{ kind: 'rename-caption-file' as const, move, caption }]),
    ...(separations === undefined ? [] : [{ kind: 'separate-images' as const, separations }]),
  ];
}
