import type { DatasetMap } from '../../src/protocol/mapShapes.ts';
import { t } from '../shared/l10n.ts';
import { type MatchGrade, matchGrade, matchWords } from '../shared/score.ts';
import type { Look } from './shapes.ts';

export const COLOURINGS = ['match', 'rule', 'folder'] as const;
/** What the colour of a point says. */
export type Colouring = (typeof COLOURINGS)[number];

/** Points that look the same. */
export interface Category {
  readonly name: string;
  readonly look: Look;
  readonly points: readonly number[];
}

/** Looks of the most frequent rules or folders; what is beyond them shares one. */
const NAMED: readonly Look[] = ['one', 'two', 'three', 'four', 'five', 'six'];

/** The categories of the points, those that matter most at the end: they are painted over the others. Empty ones are left out. */
export function categoriesOf(map: DatasetMap, colouring: Colouring): readonly Category[] {
  const all = {
    match: () => ofMatch(map),
    rule: () => [
      category(t('No finding'), 'none', map.rule, (rule) => rule < 0),
      ...named(
        map.rule,
        map.rules.map(({ title }) => title),
        t('Other rules'),
      ),
    ],
    folder: () =>
      named(
        map.folder,
        map.folders.map((folder) => (folder === '.' ? t('The folder itself') : folder)),
        t('Other folders'),
      ),
  }[colouring]();
  return all.filter(({ points }) => points.length > 0);
}

function ofMatch({ match }: DatasetMap): Category[] {
  const isOf = (grade: MatchGrade) => (thousandths: number) =>
    thousandths >= 0 && matchGrade(thousandths / 1000) === grade;
  return [
    category(t('not judged'), 'none', match, (thousandths) => thousandths < 0),
    category(matchWords(1), 'good', match, isOf('good')),
    category(matchWords(0.5), 'fair', match, isOf('fair')),
    category(matchWords(0), 'poor', match, isOf('poor')),
  ];
}

/** @param places of each point in `names`, which begin with the most frequent one */
function named(places: readonly number[], names: readonly string[], rest: string): Category[] {
  const shown = NAMED.slice(0, names.length).map((look, n) =>
    category(names[n] ?? '', look, places, (place) => place === n),
  );
  // The most frequent lies below the others.
  return [category(rest, 'others', places, (place) => place >= NAMED.length), ...shown];
}

function category(
  name: string,
  look: Look,
  values: readonly number[],
  isOf: (value: number) => boolean,
): Category {
  return { name, look, points: values.flatMap((value, point) => (isOf(value) ? [point] : [])) };
}
