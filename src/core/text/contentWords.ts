const STOP_WORDS = new Set(
  `a about above across after again against all along also am among an and another any are around as at away back be
  because been before behind being below beside between beyond both but by can could did do does doing down during each
  few for from front further get gets had has have having he her here hers him his how i if in inside into is it its
  just like looking looks many me more most my near next no nor not of off on one only onto or other our out outside over
  own photo picture image same several she should so some such than that the their them then there these they this those
  three through to together too toward towards two under until up upon very was we were what when where which while who
  whom why will with without you your`.split(/\s+/),
);

/** Whether a word is a content word and not a function word. */
export function isContentWord(word: string): boolean {
  return word.length > 2 && !STOP_WORDS.has(word.toLowerCase());
}

/** Distinct content words of a caption, in lower case. */
export function contentWords(caption: string): Set<string> {
  const words = caption.toLowerCase().match(/\p{L}[\p{L}\p{M}'-]*/gu) ?? [];
  return new Set(words.filter(isContentWord));
}
