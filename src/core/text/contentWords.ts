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

/**
 * Words that say how something looks, or that there is a picture, but not what is to be seen: a picture that does not
 * show "features", or pictures that show "white", help nobody.
 */
const VAGUE_WORDS = new Set(
  `abstract air appearing appears area atmosphere back background beautiful big black blue blurred blurry bottom bright
  brown bunch camera capture captured captures center centre close closeup color colored colorful colour coloured
  colourful contains contemporary corner dark day depicting depicts detail detailed details different display displayed
  displays edge end ends feature featured features featuring focus foreground front full golden gray great green grey
  group high includes including item items kind large left light lighting little long lot lots low lush metallic middle
  modern nice number old orange other pair part photograph photographed photography piece pieces pink place pretty
  prominent purple quality red right round row rows scene seen set setting several shape short shot show showing shown
  shows side simple small something sort sorts stand standing stands style surrounded tall thing things time top type
  types various vibrant view visible warm way white wide wooden yellow young`.split(/\s+/),
);

/** Whether a word names something to be seen, rather than a property or the picture itself. */
export function isNameable(word: string): boolean {
  const plain = word.toLowerCase();
  return (
    isContentWord(word) && !VAGUE_WORDS.has(plain) && !VAGUE_WORDS.has(plain.replace(/s$/, ''))
  );
}

/** Distinct content words of a caption, in lower case. */
export function contentWords(caption: string): Set<string> {
  const words = caption.toLowerCase().match(/\p{L}[\p{L}\p{M}'-]*/gu) ?? [];
  return new Set(words.filter(isContentWord));
}
