import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import type { LanguageDetector } from '../../core/ports.ts';
import type { Steps } from '../../core/steps.ts';
import { Boilerplate } from '../../core/text/boilerplate.ts';

/** Captions whose language is detected between two yields. */
const DETECTED_PER_TURN = 200;

export interface ScorablePairs {
  /** For each pair whether it is readable, in a language that the encoder supports, and more than boilerplate. */
  readonly scorable: readonly boolean[];
  /** For each pair the language of its caption, if the encoder does not support it. */
  readonly languages: readonly (string | undefined)[];
}

/** The pairs that can be scored. @param detector without it all captions are treated as English */
export function* scorablePairs(
  whole: EmbeddedDataset,
  detector: LanguageDetector | undefined,
): Steps<ScorablePairs> {
  const readable = whole.dataset.pairs.map(
    (_, p) => whole.imageRow[p]! >= 0 && whole.textRow[p]! >= 0,
  );
  const languages = yield* foreignLanguages(whole, readable, detector);
  const saysSomething = yield* captionsWithContent(whole);
  const scorable = readable.map(
    (ok, p) => ok && languages[p] === undefined && saysSomething[whole.textRow[p]!] === true,
  );
  return { scorable, languages };
}

/** For each pair the language of its caption, if it is clearly not English. */
function* foreignLanguages(
  { dataset, texts, textRow }: EmbeddedDataset,
  readable: readonly boolean[],
  detector: LanguageDetector | undefined,
): Steps<(string | undefined)[]> {
  const perText: (string | undefined)[] = [];
  for (const [t, text] of texts.texts.entries()) {
    if (t % DETECTED_PER_TURN === DETECTED_PER_TURN - 1) yield;
    const language = detector?.detect(text);
    perText.push(language === 'en' ? undefined : language);
  }
  return dataset.pairs.map((_, p) => (readable[p] === true ? perText[textRow[p]!] : undefined));
}

/** For each caption whether it contains more than the boilerplate of the dataset. */
function* captionsWithContent({
  texts,
  boilerplate = Boilerplate.none,
}: EmbeddedDataset): Steps<boolean[]> {
  const content: boolean[] = [];
  for (const [t, text] of texts.texts.entries()) {
    if (t % DETECTED_PER_TURN === DETECTED_PER_TURN - 1) yield;
    content.push(boilerplate.judged(text).length > 0);
  }
  return content;
}
