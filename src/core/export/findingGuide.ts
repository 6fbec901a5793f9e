import type { FindingCode } from '../audit/finding.ts';

/** What a finding code stands for, in words for headings and rule lists. */
export interface FindingGuide {
  /** Heading over the findings of this code. */
  readonly title: string;
  /** What it means for training, one or two sentences. */
  readonly meaning: string;
}

/** One entry per finding code; docs/findings.md says the same at length. */
export const FINDING_GUIDE: Readonly<Record<FindingCode, FindingGuide>> = {
  'caption-mismatch': {
    title: 'Captions that do not describe their image',
    meaning:
      'The caption says something else than the picture shows. A model trained on the pair learns a wrong association.',
  },
  'captions-swapped': {
    title: 'Captions that changed places',
    meaning: 'Two pairs fit better crosswise: each caption describes the image of the other.',
  },
  'hard-negative': {
    title: 'Pairs that training may confuse',
    meaning:
      'Another pair is so close in picture and words that a contrastive loss can hardly tell the two apart.',
  },
  'exact-duplicate': {
    title: 'The same file twice',
    meaning:
      'Two image files hold the same bytes; training sees the picture more often than meant.',
  },
  'near-duplicate': {
    title: 'The same picture twice',
    meaning:
      'Two images show the same picture, re-saved, resized, cropped or mirrored; training sees it more often than meant.',
  },
  'missing-caption': {
    title: 'Images without a caption',
    meaning: 'The trainer skips the image or trains it with an empty caption.',
  },
  'empty-caption': {
    title: 'Empty captions',
    meaning: 'The caption is there but holds no words. Some trainers stop at it.',
  },
  'missing-image': {
    title: 'Captions without an image',
    meaning: 'The caption names an image that is not there or may not be read.',
  },
  'unreadable-image': {
    title: 'Images that cannot be read',
    meaning: 'The file cannot be decoded, so the trainer skips it or stops.',
  },
  'unreadable-caption': {
    title: 'Captions that cannot be read',
    meaning: 'The caption file or row cannot be understood, so its captions are lost.',
  },
  'wrong-encoding': {
    title: 'Captions in another encoding',
    meaning: 'The file is neither UTF-8 nor UTF-16; trainers read it as garbage or stop.',
  },
  'ambiguous-pair': {
    title: 'Captions that belong to more than one image',
    meaning: 'It cannot be told which image the caption describes.',
  },
  'outside-link': {
    title: 'Links that lead out of the folder',
    meaning:
      'The file is a symbolic link to another place. It is read through, but may be missing or different where the dataset is copied to, and may show what was not meant to be shared.',
  },
  'unreadable-decisions': {
    title: 'Decisions that cannot be read',
    meaning: 'What people decided of pairs is not heard, so findings they dealt with come back.',
  },
  'language-not-judged': {
    title: 'Captions in a language this encoder does not read',
    meaning: 'They were not judged and are never reported as wrong.',
  },
};
