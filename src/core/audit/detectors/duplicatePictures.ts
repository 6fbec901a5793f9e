import { pushTo } from '../../collections.ts';
import type { DatasetPath } from '../../dataset/dataset.ts';
import { pictureKey } from '../../dataset/differentPictures.ts';
import type { Steps } from '../../steps.ts';
import { listed, sentence } from '../../text/sentence.ts';
import type { RuleCode } from '../rule.ts';
import { ComparedPictures } from './comparedPictures.ts';
import {
  CONFLICTING_CAPTIONS,
  conflictsOf,
  copiesOf,
  type CopyGroup,
} from './conflictingCaptions.ts';
import type { AuditContext, Detected, Detector, Tracker } from './detector.ts';
import { exactGroups } from './exactDuplicate.ts';
import { nearGroups } from './nearDuplicate.ts';

/** Duplicate images in this dataset and in datasets of the same folder that were audited before. */
export const duplicatePictures: Detector = {
  rules: [
    {
      code: 'split-leak',
      level: 'warning',
      title: sentence('Pictures in several splits'),
      shortTitle: sentence('Picture in several splits'),
      meaning: sentence(
        'A picture that is trained on is also in the validation or test split. What is measured there looks better than it is.',
      ),
    },
    {
      code: 'exact-duplicate',
      level: 'warning',
      title: sentence('Exact duplicates'),
      shortTitle: sentence('Exact duplicate'),
      meaning: sentence(
        'Two image files hold the same bytes; training sees the picture more often than meant.',
      ),
    },
    {
      code: 'near-duplicate',
      level: 'info',
      // Of one picture the captions may well be the same.
      supersedes: ['duplicate-caption'],
      title: sentence('Near-duplicates'),
      shortTitle: sentence('Near-duplicate'),
      meaning: sentence(
        'Two images show the same picture, re-saved, resized, cropped or mirrored; training sees it more often than meant.',
      ),
    },
    CONFLICTING_CAPTIONS,
  ],
  track: (context) => new DuplicatesTracker(context),
};

/** The rules whose findings name the files of one picture. */
export const DUPLICATE_RULES: readonly RuleCode[] = duplicatePictures.rules.map(({ code }) => code);

/** The duplicates are found once per audit; whether their captions conflict follows each change. */
class DuplicatesTracker implements Tracker {
  readonly #context: AuditContext;
  #duplicates: readonly Detected[] = [];
  #groups: readonly CopyGroup[] = [];
  /** The groups of each image of the dataset. */
  readonly #groupsOf = new Map<DatasetPath, number[]>();
  readonly #conflicts = new Map<number, readonly Detected[]>();
  /** The groups with copies in other datasets, and what those were called when the group was compared. */
  readonly #elsewhere = new Map<number, string>();

  constructor(context: AuditContext) {
    this.#context = context;
  }

  *detectAll(): Steps<void> {
    const { findings, groups } = yield* duplicates(this.#context);
    this.#duplicates = findings;
    this.#groups = groups;
    this.#groupsOf.clear();
    this.#conflicts.clear();
    this.#elsewhere.clear();
    for (const [g, { copies }] of groups.entries()) {
      for (const { path } of copies) pushTo(this.#groupsOf, path, g);
      this.#compare(g);
      if (g % GROUPS_PER_STEP === 0) yield;
    }
  }

  update(changed: ReadonlySet<number>, moved: Iterable<number>): boolean {
    if (this.#groups.length === 0) return false;
    const again = new Set<number>();
    const gone = new Set<number>();
    for (const pairs of [changed, moved]) {
      for (const p of pairs) {
        if (!this.#context.holds(p)) gone.add(p);
        else for (const g of this.#groupsOf.get(this.#context.pair(p).image) ?? []) again.add(g);
      }
    }
    if (gone.size > 0) {
      for (const [g, found] of this.#conflicts)
        if (found.some((each) => names(each, gone))) again.add(g);
    }
    return [...again].filter((g) => this.#compare(g)).length > 0;
  }

  elsewhereChanged(): boolean {
    const again = [...this.#elsewhere].filter(
      ([g, known]) => captionsElsewhere(this.#groups[g]!) !== known,
    );
    return again.filter(([g]) => this.#compare(g)).length > 0;
  }

  findings(): readonly Detected[] {
    // An image with copies of both kinds is in two groups.
    const conflicts = new Map<number | undefined, Detected>();
    for (const each of [...this.#conflicts.values()].flat().reverse()) {
      conflicts.set(each.pair, each);
    }
    return [...this.#duplicates, ...[...conflicts.values()].reverse()];
  }

  /** Returns whether there are conflicts, or were. */
  #compare(g: number): boolean {
    const had = this.#conflicts.delete(g);
    const group = this.#groups[g];
    const elsewhere = group && captionsElsewhere(group);
    if (elsewhere !== undefined) this.#elsewhere.set(g, elsewhere);
    const found = group === undefined ? [] : conflictsOf(this.#context, group);
    if (found.length > 0) this.#conflicts.set(g, found);
    return had || found.length > 0;
  }
}

/** The scored captions of the copies in other datasets, as one text; undefined without such copies. */
function captionsElsewhere({ copies }: CopyGroup): string | undefined {
  const others = copies.flatMap(({ elsewhere }) => (elsewhere === undefined ? [] : [elsewhere()]));
  return others.length === 0 ? undefined : JSON.stringify(others);
}

function names({ pair, relatedPairs }: Detected, pairs: ReadonlySet<number>): boolean {
  return (pair !== undefined && pairs.has(pair)) || relatedPairs.some((p) => pairs.has(p));
}

/** Groups whose captions are compared in one step. */
const GROUPS_PER_STEP = 100;

/** Detects duplicates, in steps: findings, and the images of each group. */
export function* duplicates(
  context: Pick<AuditContext, 'model' | 'embedded' | 'elsewhere' | 'pairs' | 'pair' | 'different'>,
): Steps<{ readonly findings: Detected[]; readonly groups: CopyGroup[] }> {
  const pictures = new ComparedPictures(context);
  yield;
  const exact = exactCopies(pictures, context.different);
  const findings = duplicatesOf(pictures, exact);
  const near = yield* nearGroups(pictures, context);
  for (const { members, mirrored } of near) {
    findings.push(nearDuplicate(pictures, members, mirrored));
  }
  const groups = [
    ...exact.map((members) => ({ copies: copiesOf(pictures, members), nearly: false })),
    ...near.map(({ members }) => ({ copies: copiesOf(pictures, members), nearly: true })),
  ];
  return { findings, groups };
}

/** Images whose captions belong to several splits: `train.jsonl` and `val.jsonl` both name it. */
function inSeveralSplits({ own, names, splits }: HashedPictures): Detected[] {
  return splits.slice(0, own).flatMap((of, i) =>
    distinct(of).length < 2
      ? []
      : [
          {
            ...fact('split-leak', names[i] ?? ''),
            message: sentence(
              'The picture has captions in several splits: {0}.',
              listed(distinct(of)),
            ),
            evidence: [],
            relatedFiles: [],
            remedy: LEAK_REMEDY,
          },
        ],
  );
}

const LEAK_REMEDY = sentence(
  'Take it out of one of them: what a model was trained on says nothing about new pictures.',
);

/** What `knownDuplicates` looks at: known before anything is embedded. */
export type HashedPictures = Pick<
  ComparedPictures,
  'own' | 'names' | 'paths' | 'hashes' | 'splits'
>;

/** Images with the same bytes, and images in several splits. */
export function knownDuplicates(
  pictures: HashedPictures,
  different?: ReadonlySet<string>,
): Detected[] {
  return duplicatesOf(pictures, exactCopies(pictures, different));
}

/** The findings about images with the same bytes, and about images of several splits. @param exact groups of `exactCopies` */
function duplicatesOf(pictures: HashedPictures, exact: readonly (readonly number[])[]): Detected[] {
  return [
    ...inSeveralSplits(pictures),
    ...exact.map((members) => exactDuplicate(pictures, members)),
  ];
}

/** Groups of images with the same bytes, without those that the user wants to be there twice. */
function exactCopies(
  pictures: Pick<ComparedPictures, 'own' | 'hashes'>,
  different?: ReadonlySet<string>,
): number[][] {
  const isMeant = ([first = 0]: readonly number[]): boolean => {
    const hash = pictures.hashes[first] ?? '';
    return different?.has(pictureKey(hash, hash)) === true;
  };
  return exactGroups(pictures).filter((members) => !isMeant(members));
}

function exactDuplicate(pictures: HashedPictures, members: readonly number[]): Detected {
  const { names, paths } = pictures;
  const [first = 0, ...others] = members;
  const same = sentence(
    'Byte for byte the same as {0}.',
    others
      .slice(0, 3)
      .map((i) => names[i])
      .join(', '),
  );
  const relatedFiles = others.map((i) => paths[i] ?? '');
  const splits = splitsIn(pictures, members);
  if (splits.length > 1) {
    return {
      ...fact('split-leak', paths[first] ?? ''),
      message: sentence('The same picture is in several splits: {0}.', listed(splits)),
      evidence: [same],
      relatedFiles,
      remedy: LEAK_REMEDY,
    };
  }
  return {
    ...fact('exact-duplicate', paths[first] ?? ''),
    message: sentence('The same image is here {0} times.', members.length),
    evidence: [same],
    relatedFiles,
    remedy: sentence('Keep one of them, with the better caption.'),
  };
}

function nearDuplicate(
  pictures: ComparedPictures,
  members: readonly number[],
  mirrored: boolean,
): Detected {
  const { names, paths } = pictures;
  const [first = 0, ...others] = members;
  const example = names[others[0] ?? 0] ?? '';
  const match = mirrored
    ? sentence('It matches {0} mirrored, point for point.', example)
    : sentence(
        'It matches {0} point for point, apart from size, crop, light or compression.',
        example,
      );
  const relatedFiles = others.map((i) => paths[i] ?? '');
  const splits = splitsIn(pictures, members);
  if (splits.length > 1) {
    return {
      ...fact('split-leak', paths[first] ?? ''),
      message: sentence('Nearly the same picture is in several splits: {0}.', listed(splits)),
      evidence: [match],
      confidence: 0.95,
      relatedFiles,
      remedy: LEAK_REMEDY,
    };
  }
  return {
    ...fact('near-duplicate', paths[first] ?? ''),
    message:
      others.length === 1
        ? sentence('{0} is nearly the same picture.', example)
        : sentence('{0} other files hold nearly the same picture.', others.length),
    evidence: [match],
    confidence: 0.95,
    relatedFiles,
    remedy: sentence('Compare the captions and keep one picture, or give both the better caption.'),
  };
}

function fact(
  code: string,
  image: string,
): Pick<Detected, 'code' | 'file' | 'image' | 'confidence' | 'relatedPairs' | 'fixes'> {
  return { code, file: image, image, confidence: 1, relatedPairs: [], fixes: [] };
}

/** The splits of some images, without those of an image that is in several, which is reported separately. */
function splitsIn(
  { splits }: Pick<ComparedPictures, 'splits'>,
  members: readonly number[],
): string[] {
  return distinct(members.flatMap((i) => splits[i] ?? []));
}

/** Distinct splits in alphabetical order; Karpathy's `restval` counts as `train`. */
function distinct(splits: readonly string[]): string[] {
  return [...new Set(splits.map((split) => (split === 'restval' ? 'train' : split)))].sort();
}
