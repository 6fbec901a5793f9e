import type { DatasetPath } from '../../dataset/dataset.ts';
import type { Problem, ProblemCode } from '../../dataset/problem.ts';
import type { Trainer } from '../../dataset/trainers/trainer.ts';
import { trainerOf } from '../../dataset/trainers/trainerTable.ts';
import { type Sentence, sentence } from '../../text/sentence.ts';
import type { Rule } from '../rule.ts';
import { type Detected, type Detector, onChange } from './detector.ts';

interface Gap {
  readonly rule: Rule;
  /** The problems that tell of such gaps. */
  readonly from: ProblemCode;
  /** What the trainer does at them, and the place in its source code; undefined if nothing is lost. */
  readonly what: (
    trainer: Trainer,
    files: readonly DatasetPath[],
  ) => { readonly message: Sentence; readonly source: string } | undefined;
  readonly remedy: Sentence;
}

const GAPS: readonly Gap[] = [
  {
    rule: {
      code: 'trainer/empty-caption',
      level: 'error',
      title: sentence('Empty files at which the trainer stops'),
      shortTitle: sentence('Empty file at which the trainer stops'),
      meaning: sentence('The training ends with an error at the first such file.'),
    },
    from: 'empty-caption',
    what: ({ name, captions }, files) =>
      captions?.empty === 'stops'
        ? {
            message:
              files.length === 1
                ? sentence('{0} stops at the empty file {1}.', name, files[0] ?? '')
                : sentence(
                    '{0} stops at the first of {1} empty caption files.',
                    name,
                    files.length,
                  ),
            source: captions.source,
          }
        : undefined,
    remedy: sentence('Write captions, or delete the empty files.'),
  },
  {
    rule: {
      code: 'trainer/uncaptioned',
      level: 'warning',
      title: sentence('Images that are left out for want of a caption'),
      shortTitle: sentence('Image that is left out for want of a caption'),
      meaning: sentence('The trainer leaves images without a caption out, or stops at them.'),
    },
    from: 'missing-caption',
    what: ({ name, captions, images }, files) => {
      const consequence = captions?.missing ?? (images.listed === true ? 'left-out' : undefined);
      const source = captions?.source ?? images.source;
      const [file = ''] = files;
      const isOne = files.length === 1;
      if (consequence === 'stops') {
        const message = isOne
          ? sentence('{0} stops at {1}, which has no caption.', name, file)
          : sentence('{0} stops at the first of {1} images without a caption.', name, files.length);
        return { message, source };
      }
      if (consequence !== 'left-out') return undefined;
      const message = isOne
        ? sentence('{0} leaves out {1}, which has no caption.', name, file)
        : sentence('{0} leaves out {1} images without a caption.', name, files.length);
      return { message, source };
    },
    remedy: sentence('Write captions for them, or move them out.'),
  },
];

/** What a known trainer does where captions are missing: one finding for all gaps of a kind. */
export const trainerGaps: Detector = {
  rules: GAPS.map(({ rule }) => rule),
  track: onChange((context) => {
    const { trainer: known } = context;
    if (known === undefined || known === 'none') return [];
    // Without texts there are no gaps in them.
    if (known.settings.insteadOfTexts !== undefined) return [];
    const trainer = trainerOf(known.id);
    const all = context.problems();
    return GAPS.flatMap(({ rule, from, what, remedy }): Detected[] => {
      const files = filesOf(all.filter(({ code }) => code === from));
      const [file, ...relatedFiles] = files;
      const told = file === undefined ? undefined : what(trainer, files);
      if (file === undefined || told === undefined) return [];
      return [
        {
          code: rule.code,
          file,
          message: told.message,
          evidence: [sentence('According to {0}.', told.source)],
          confidence: 1,
          relatedPairs: [],
          relatedFiles,
          fixes: [],
          remedy,
        },
      ];
    });
  }),
};

/** The images of the problems, each once, sorted; the files of those without. */
function filesOf(problems: readonly Problem[]): DatasetPath[] {
  const all = problems.flatMap(({ code, file, image, related = [] }) =>
    // A missing caption is one of all related images; the related file of an empty one is another.
    code === 'missing-caption' ? [image ?? file, ...related] : [file],
  );
  return [...new Set(all)].sort();
}
