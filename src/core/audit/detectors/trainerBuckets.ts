import { groupBy } from '../../collections.ts';
import type { DatasetPath } from '../../dataset/dataset.ts';
import type { PictureSize, Trainer } from '../../dataset/trainers/trainer.ts';
import { trainerOf } from '../../dataset/trainers/trainerTable.ts';
import type { PictureFacts } from '../../pictureFacts.ts';
import { type Sentence, sentence } from '../../text/sentence.ts';
import type { Rule } from '../rule.ts';
import { type Detected, type Detector, onImages } from './detector.ts';

const SMALL: Rule = {
  code: 'trainer/small-image',
  level: 'info',
  title: sentence('Pictures below the training resolution'),
  shortTitle: sentence('Picture below the training resolution'),
  meaning: sentence('The trainer enlarges the picture, so that the model learns blur.'),
};

const LONE: Rule = {
  code: 'trainer/lone-bucket',
  level: 'info',
  title: sentence('Aspect ratios with a single picture'),
  shortTitle: sentence('Aspect ratio with a single picture'),
  meaning: sentence(
    'Trainers fill a batch with pictures of one size. A picture that is alone in its size makes a batch of its own, which weighs as much as a full one.',
  ),
};

/** Pictures that do not fit the resolution and the batches in the settings of a known trainer. */
export const trainerBuckets: Detector = {
  rules: [SMALL, LONE],
  track: onImages(({ embedded: { images }, trainer: known }) => {
    if (known === undefined || known === 'none') return [];
    const { settings } = known;
    const { resolution, batchSize = 1 } = settings;
    if (resolution === undefined) return [];
    const trainer = trainerOf(known.id);
    const pictures = images.paths.flatMap((path, i) => {
      const facts = images.facts[i];
      return facts === undefined ? [] : [{ path, size: sizeRead(facts, trainer) }];
    });
    const written = `${resolution.width} x ${resolution.height}`;
    const small =
      trainer.buckets === undefined || settings.buckets?.enlarge === false
        ? []
        : pictures.filter(({ size }) => areaOf(size) < areaOf(resolution));
    const byBucket = groupBy(pictures, ({ size }) => {
      const bucket = trainer.buckets?.of(size, settings);
      return bucket === undefined ? '' : `${bucket.width} x ${bucket.height}`;
    });
    const lone = [...byBucket].flatMap(([bucket, [first, ...others]]) =>
      bucket === '' || first === undefined || others.length > 0 ? [] : { path: first.path, bucket },
    );
    const source = sentence('According to {0}.', trainer.buckets?.source ?? '');
    return [
      ...asOne(SMALL, small, {
        message: (count, file) =>
          count === 1
            ? sentence('{0} has fewer pixels than {1}.', file, written)
            : sentence('{0} pictures have fewer pixels than {1}, e.g. {2}.', count, written, file),
        evidence: source,
        remedy: sentence('Use larger pictures, or a lower resolution.'),
      }),
      ...asOne(LONE, batchSize > 1 ? lone : [], {
        message: (count, file) =>
          count === 1
            ? sentence('{0} is the only picture of its size.', file)
            : sentence('{0} sizes have a single picture each, e.g. that of {1}.', count, file),
        evidence: source,
        remedy: sentence('Crop the pictures to the aspect ratio of others.'),
      }),
    ];
  }),
};

function areaOf({ width, height }: PictureSize): number {
  return width * height;
}

/** The size as the trainer sees it, which may ignore the EXIF orientation. */
function sizeRead({ width, height, orientation }: PictureFacts, { exif }: Trainer): PictureSize {
  const isTurned = orientation >= 5 && !exif.applied;
  return isTurned ? { width: height, height: width } : { width, height };
}

function asOne(
  { code }: Rule,
  concerned: readonly { readonly path: DatasetPath }[],
  words: {
    readonly message: (count: number, file: string) => Sentence;
    readonly evidence: Sentence;
    readonly remedy: Sentence;
  },
): Detected[] {
  const [first, ...others] = concerned;
  if (first === undefined) return [];
  return [
    {
      code,
      file: first.path,
      image: first.path,
      message: words.message(concerned.length, first.path),
      evidence: [words.evidence],
      confidence: 1,
      relatedPairs: [],
      relatedFiles: others.map(({ path }) => path),
      fixes: [],
      remedy: words.remedy,
    },
  ];
}
