import { PILLOW_LIMIT, type Trainer } from '../../dataset/trainers/trainer.ts';
import { trainerOf } from '../../dataset/trainers/trainerTable.ts';
import type { PictureFacts } from '../../pictureFacts.ts';
import { type Sentence, sentence } from '../../text/sentence.ts';
import type { Rule } from '../rule.ts';
import { type Detected, type Detector, onImages } from './detector.ts';

/*
 * Images that trainers decode differently than viewers, according to core/dataset/trainers. If the trainer is not known,
 * what common trainers do is reported.
 */

/** Share of hidden pixels from which an image is reported. */
const HIDDEN = 0.01;

interface Habit {
  readonly rule: Rule;
  readonly concerns: (facts: PictureFacts) => boolean;
  /** Whether the trainer reads such images differently, and the reason. */
  readonly of: (trainer: Trainer) => Sentence | undefined;
  readonly one: (file: string) => Sentence;
  readonly many: (count: number, file: string) => Sentence;
  /** What common trainers do. */
  readonly evidence: Sentence;
  readonly remedy: Sentence;
}

const HABITS: readonly Habit[] = [
  {
    rule: {
      code: 'trainer/exif-orientation',
      level: 'warning',
      title: sentence('Pictures turned by EXIF only'),
      shortTitle: sentence('Picture turned by EXIF only'),
      meaning: sentence(
        'The pixels lie sideways or upside down, and a mark in the file says how to turn them. Some trainers ignore the mark.',
      ),
    },
    concerns: ({ orientation }) => orientation > 1,
    of: ({ name, exif }) =>
      exif.applied
        ? undefined
        : sentence('{0} reads the pixels as they are stored ({1}).', name, exif.source),
    one: (file) => sentence('{0} is upright only by its EXIF orientation.', file),
    many: (count, file) =>
      sentence('{0} pictures are upright only by their EXIF orientation, e.g. {1}.', count, file),
    evidence: sentence(
      'sd-scripts, musubi-tuner and diffusion-pipe read the pixels as they are stored; ai-toolkit and Hugging Face datasets turn them.',
    ),
    remedy: sentence(
      'Turn the pixels themselves, for example with `magick mogrify -auto-orient`, or in a picture viewer.',
    ),
  },
  {
    rule: {
      code: 'trainer/alpha',
      level: 'warning',
      title: sentence('Pictures with transparent parts'),
      shortTitle: sentence('Picture with transparent parts'),
      meaning: sentence(
        'Where a picture is transparent, trainers see what the file holds below, often black, or white. It is rarely what people see.',
      ),
    },
    concerns: ({ hidden }) => hidden >= HIDDEN,
    of: ({ name, alpha }) =>
      alpha.below === 'white'
        ? undefined
        : sentence(
            '{0} drops the alpha channel, so that the colours below it show ({1}).',
            name,
            alpha.source,
          ),
    one: (file) => sentence('{0} looks otherwise without its transparency.', file),
    many: (count, file) =>
      sentence('{0} pictures look otherwise without their transparency, e.g. {1}.', count, file),
    evidence: sentence(
      'sd-scripts and musubi-tuner drop the alpha channel, so that the colours below it show; diffusion-pipe puts white there.',
    ),
    remedy: sentence(
      'Put the background that is to be learnt below the pictures and save them without alpha.',
    ),
  },
  {
    rule: {
      code: 'trainer/pillow-limit',
      level: 'warning',
      title: sentence('Pictures too large for Pillow'),
      shortTitle: sentence('Picture too large for Pillow'),
      meaning: sentence(
        'Trainers read pictures with Pillow, which refuses those of more than 178 megapixels.',
      ),
    },
    concerns: ({ width, height }) => width * height > PILLOW_LIMIT,
    of: ({ name, size }) =>
      size.most === PILLOW_LIMIT
        ? sentence('{0} reads with Pillow and keeps its limit ({1}).', name, size.source)
        : undefined,
    one: (file) => sentence('{0} has more than 178 megapixels.', file),
    many: (count, file) =>
      sentence('{0} pictures have more than 178 megapixels, e.g. {1}.', count, file),
    evidence: sentence('Pillow stops with DecompressionBombError, and the trainer with it.'),
    remedy: sentence('Shrink the image; trainers scale it down anyway.'),
  },
];

/** Images that common trainers decode differently, one finding for each kind. */
export const trainerPictures: Detector = {
  rules: HABITS.map(({ rule }) => rule),
  track: onImages(({ embedded, trainer }) =>
    HABITS.flatMap(({ rule, concerns, of, one, many, evidence, remedy }): Detected[] => {
      const reason =
        trainer === undefined
          ? evidence
          : trainer === 'none'
            ? undefined
            : of(trainerOf(trainer.id));
      if (reason === undefined) return [];
      const { paths, facts } = embedded.images;
      const [first, ...others] = paths.filter(
        (_, i) => facts[i] !== undefined && concerns(facts[i]),
      );
      if (first === undefined) return [];
      return [
        {
          code: rule.code,
          file: first,
          image: first,
          message: others.length === 0 ? one(first) : many(others.length + 1, first),
          evidence: [reason],
          confidence: 1,
          relatedPairs: [],
          relatedFiles: others,
          fixes: [],
          remedy,
        },
      ];
    }),
  ),
};
