/** Words of which a thing is one at most; spellings of one in a string. Left and right are not among them: pictures are mirrored. */
const ONE_OF: readonly (readonly string[])[] = [
  ['red', 'blue', 'green', 'yellow', 'black', 'white', 'grey gray', 'brown', 'orange', 'pink'],
  [
    ...['one 1', 'two 2', 'three 3', 'four 4', 'five 5', 'six 6', 'seven 7', 'eight 8', 'nine 9'],
    'ten 10',
  ],
  ['man men boy boys male', 'woman women girl girls female'],
  ['1girl', '2girls', '3girls', '4girls', '5girls'],
  ['1boy', '2boys', '3boys', '4boys', '5boys'],
  ['indoors indoor', 'outdoors outdoor'],
  ['day daytime', 'night nighttime'],
  ['summer', 'winter'],
  ['open', 'closed'],
  ['empty', 'full'],
  ['young', 'old elderly'],
  ['cat cats kitten', 'dog dogs puppy', 'horse horses', 'bird birds', 'cow cows', 'sheep'],
];

/** For each word its class and its place in it. */
const PLACES = new Map(
  ONE_OF.flatMap((words, of) =>
    words.flatMap((spellings, place) =>
      spellings.split(' ').map((word) => [word, { of, place }] as const),
    ),
  ),
);

/** Most words that two captions may differ in. */
const MOST = 2;

/** The first words that say opposite things, if the captions are the same otherwise, in any order: `red` and `blue`. */
export function opposedWords(a: string, b: string): readonly [string, string] | undefined {
  const [here, there] = [wordsOf(a), wordsOf(b)];
  const onlyHere = without(here, there);
  const onlyThere = without(there, here);
  if (onlyHere.length === 0 || onlyHere.length > MOST) return undefined;
  if (onlyHere.length !== onlyThere.length || onlyHere.length === here.length) return undefined;
  const rest = [...onlyThere];
  const opposed = onlyHere.map((word): readonly [string, string] | undefined => {
    const known = PLACES.get(word);
    const at = rest.findIndex((other) => {
      const place = PLACES.get(other);
      return place !== undefined && place.of === known?.of && place.place !== known.place;
    });
    const [other] = at < 0 ? [] : rest.splice(at, 1);
    return other === undefined ? undefined : [word, other];
  });
  return opposed.includes(undefined) ? undefined : opposed[0];
}

function wordsOf(caption: string): string[] {
  return (
    caption
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  );
}

/** The words of one list that are not in another, each as often as it is there once more. */
function without(words: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return words.filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
