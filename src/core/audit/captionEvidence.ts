import { contentWords, isNameable } from '../text/contentWords.ts';
import { listed, type Sentence, sentence } from '../text/sentence.ts';
import type { AuditContext } from './detectors/detector.ts';

/** Pictures that look most like one, whose captions say what it probably shows. */
const LOOK_ALIKES = 10;
/** Fewer captions say nothing about what they have in common. */
const LEAST_CAPTIONS = 3;
/** Words that are named. */
const NAMED = 3;
/** Above this number of items all are too many to be compared for one finding; then no number is given. */
const MOST_COMPARED = 20_000;

/**
 * Reasons to doubt a caption, in sentences, the most helpful first: what pictures like it show, then how it compares.
 * Empty if there are none.
 */
export function evidenceOf(context: AuditContext, image: number, text: number): Sentence[] {
  return [
    ...shownInstead(context, image, text),
    ...betterImages(context, image, text),
    ...betterCaptions(context, image, text),
  ];
}

/** What captions of pictures that look like it name more often than the rest of the dataset, and its own does not. */
function shownInstead(
  { model, embedded, words }: AuditContext,
  image: number,
  text: number,
): Sentence[] {
  const { scorer } = model;
  const { pictureOf, captionsOf } = scorer.graph;
  const alike = [...scorer.visualLists.items(image)]
    .filter((x) => x < embedded.images.paths.length && pictureOf[x] !== pictureOf[image])
    .slice(0, LOOK_ALIKES);
  const captions = alike.flatMap((x) =>
    (captionsOf[x] ?? []).slice(0, 1).map((t) => embedded.texts.texts[t] ?? ''),
  );
  if (captions.length < LEAST_CAPTIONS) return [];
  const own = contentWords(embedded.texts.texts[text] ?? '');
  const typical = words
    .typical(captions, own, captions.length * NAMED)
    .filter(isNameable)
    .slice(0, NAMED);
  if (typical.length === 0) return [];
  return [sentence('Pictures like this one show: {0}.', listed(typical))];
}

function betterImages({ model, embedded }: AuditContext, image: number, text: number): Sentence[] {
  const { scorer } = model;
  const { pictureOf } = scorer.graph;
  const own = scorer.cosine(image, text);
  const count = countOf(
    embedded.images.paths.length,
    (x) => pictureOf[x] !== pictureOf[image] && scorer.cosine(x, text) > own,
  );
  return count < 2 ? [] : [sentence('The caption fits {0} other images better.', count)];
}

function betterCaptions(
  { model, embedded }: AuditContext,
  image: number,
  text: number,
): Sentence[] {
  const { scorer } = model;
  const own = scorer.cosine(image, text);
  const carried = scorer.graph.imagesOf;
  const count = countOf(
    embedded.texts.texts.length,
    (t) => t !== text && (carried[t]?.length ?? 0) > 0 && scorer.cosine(image, t) > own,
  );
  return count < 2 ? [] : [sentence('The image fits {0} other captions better.', count)];
}

/** How many items there are, of all; 0 where they are too many to be looked at. */
function countOf(size: number, is: (item: number) => boolean): number {
  if (size > MOST_COMPARED) return 0;
  let count = 0;
  for (let item = 0; item < size; item++) if (is(item)) count++;
  return count;
}
