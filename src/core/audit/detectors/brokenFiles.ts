import type { Detector } from './detector.ts';

/** What reading the files and decoding the images found broken. */
export const brokenFiles: Detector = {
  codes: [
    'missing-caption',
    'empty-caption',
    'missing-image',
    'unreadable-image',
    'unreadable-caption',
    'wrong-encoding',
    'ambiguous-pair',
    'outside-link',
    'unreadable-decisions',
  ],
  detect({ embedded }) {
    return [...embedded.dataset.problems, ...embedded.problems].map((problem) => ({
      code: problem.code,
      file: problem.file,
      ...(problem.image !== undefined && { image: problem.image }),
      ...(problem.range && { source: { file: problem.file, range: problem.range } }),
      message: problem.message,
      evidence: [],
      confidence: 1,
      relatedPairs: [],
      relatedFiles: problem.related ?? [],
      fixes: [],
      remedy: problem.remedy,
    }));
  },
};
