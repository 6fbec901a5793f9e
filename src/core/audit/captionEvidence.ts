import { either, type Sentence, sentence } from '../text/sentence.ts';
import { shorten } from '../text/visibleText.ts';
import type { AuditContext } from './detectors/detector.ts';
import { wordsNotSeen, wordsShown } from './pictureWords.ts';

/** Longest sentence that is quoted whole. */
const SENTENCE_CHARACTERS = 100;
/** Above this number of items all are too many to be compared for one finding; then no number is given. */
const MOST_COMPARED = 20_000;

/**
 * Reasons to doubt a caption, in sentences, the most helpful first: which words are wrong, then how it compares.
 * Empty if there are none.
 */
export function evidenceOf(context: AuditContext, image: number, text: number): Sentence[] {
  return [
    ...saidAndShown(context, image, text),
    ...foreignSentences(context, image, text),
    ...betterImages(context, image, text),
    ...betterCaptions(context, image, text),
  ];
}

/** What the caption says that is not seen, and what the picture shows; nothing where neither is sure. */
function saidAndShown(context: AuditContext, image: number, text: number): Sentence[] {
  const caption = context.embedded.texts.texts[text] ?? '';
  const notSeen = wordsNotSeen(context, image, caption);
  const { words, sure } = wordsShown(context, image, caption);
  const shown = words.join(', ');
  if (notSeen.length === 0) {
    if (shown === '') return [];
    return [
      sure
        ? sentence('The picture shows: {0}.', shown)
        : sentence('Similar pictures show: {0}.', shown),
    ];
  }
  const missing = either(notSeen);
  if (shown === '') return [sentence('No {0} seen in the picture.', missing)];
  return [
    sure
      ? sentence('No {0} seen; the picture shows: {1}.', missing, shown)
      : sentence('No {0} seen; similar pictures show: {1}.', missing, shown),
  ];
}

/** The sentences of a longer caption that fit no better than others, while the rest of it fits. */
function foreignSentences(context: AuditContext, image: number, text: number): Sentence[] {
  const caption = context.embedded.texts.texts[text] ?? '';
  return (context.sentences?.foreign(image, caption) ?? []).map((each) =>
    sentence(
      'One sentence fits no better than those drawn at random: “{0}”.',
      shorten(each.text, SENTENCE_CHARACTERS),
    ),
  );
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
