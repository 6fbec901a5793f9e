import { WHOLLY_BLANK } from '../../pictureFacts.ts';
import { sentence } from '../../text/sentence.ts';
import { type Detected, type Detector, onImages } from './detector.ts';

/** A blank or truncated image, whose caption is not the problem. */
export const damagedPicture: Detector = {
  rules: [
    {
      code: 'blank-image',
      level: 'warning',
      title: sentence('Blank or cut-off pictures'),
      shortTitle: sentence('Blank or cut-off picture'),
      meaning: sentence(
        'Much of the picture is one plain colour, as a broken download or export leaves it. Training learns the caption with an empty picture.',
      ),
      supersedes: ['caption-mismatch', 'captions-swapped', 'hard-negative', 'conflicting-captions'],
    },
  ],
  track: onImages(({ embedded }) =>
    embedded.images.facts.flatMap(({ blank, width, height }, i): Detected[] => {
      const file = embedded.images.paths[i];
      if (blank === 0 || file === undefined) return [];
      return [
        {
          code: 'blank-image',
          file,
          image: file,
          message:
            blank >= WHOLLY_BLANK
              ? sentence('The picture is one colour all over.')
              : sentence(
                  'The lower {0} of the picture are one colour: it looks cut off.',
                  `${Math.round(100 * blank)} %`,
                ),
          evidence: [sentence('It has {0} x {1} pixels.', width, height)],
          confidence: 1,
          relatedPairs: [],
          relatedFiles: [],
          fixes: [],
          remedy: sentence('Copy or download the image again, or take it out of the dataset.'),
        },
      ];
    }),
  ),
};
