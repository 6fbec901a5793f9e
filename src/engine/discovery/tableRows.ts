import type { DatasetPath, Pair, SourceRange } from '../../core/dataset/dataset.ts';
import { stemOf } from '../../core/dataset/fileKinds.ts';
import { baseName, folderOf } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { splitFromFileName, splitFromFolders, splitFromName } from '../../core/dataset/split.ts';
import {
  type CaptionFormat,
  type CaptionRow,
  type NamedPicture,
} from '../../core/formats/captionFormat.ts';
import type { ColumnChoice } from '../../core/formats/columnChoice.ts';
import { type CountedMapping, writtenPrefix } from '../../core/dataset/nameMapping.ts';
import type { Question, UnjudgedRows } from '../../core/dataset/inventory.ts';
import { LIMITS } from '../../core/formats/limits.ts';
import { reencodeRemedy } from '../../core/text/decodeText.ts';
import type { TextStream } from '../../core/text/textStream.ts';
import { Companions } from './rowCompanions.ts';
import { otherRoot, wrongRoot } from './mappedRoots.ts';
import { lostImage, moreProblems, tooManyCaptions } from './rowProblems.ts';
import { videosNotJudged } from './videos.ts';
import type { ImageFinder } from './imageFinder.ts';
import { type FoundImage, type LostImage } from './imageFinder.ts';
import { type Sentence, sentence } from '../../core/text/sentence.ts';

/** Content of a table. Paths relative to the opened folder. */
export interface CaptionTable {
  readonly file: DatasetPath;
  readonly format: CaptionFormat;
  /** Its columns, if the user named them. */
  readonly columns?: ColumnChoice;
  /** Captions of one image are adjacent, images in order of first occurrence. */
  readonly pairs: readonly Pair[];
  readonly problems: readonly Problem[];
  /** Images with a row, including blank captions. */
  readonly mentioned: ReadonlySet<DatasetPath>;
  /** Number of rows whose image cannot be opened, which is reported separately. */
  readonly unlistedRows: number;
  /** Valid rows that are not audited. */
  readonly unjudged: readonly UnjudgedRows[];
  /** Companions named by rows: control images, masks, edit sources. */
  readonly companions: ReadonlySet<DatasetPath>;
  /** Images that rows refer to, but that a trainer would not find: not read, and not reported as uncaptioned. */
  readonly meant: ReadonlySet<DatasetPath>;
  /** Which folder its names are relative to, if several fit alike. */
  readonly question?: Question;
}

/** Images that a file refers to without captioning them. */
export function accountedFor({
  companions,
  meant,
}: Pick<CaptionTable, 'companions' | 'meant'>): Set<DatasetPath> {
  return new Set([...companions, ...meant]);
}

/** Whether no row of a caption file could be read: which images it captions is unknown. */
export function isUnreadable({
  mentioned,
  problems,
}: Pick<CaptionTable, 'mentioned' | 'problems'>): boolean {
  return (
    mentioned.size === 0 &&
    problems.some(({ code }) => code === 'unreadable-caption' || code === 'wrong-encoding')
  );
}

/** Most line numbers of a repeated caption in a message. */
const LINES_SHOWN = 20;
/** From this number of rows, a file whose images are all missing is one problem instead of one per row. */
const MANY_LOST = 5;
/** Smallest share of a file's names that a mapping must explain. */
const NEARLY_ALL = 0.8;

/** Collects the rows of one file. */
export class TableRows {
  readonly #file: DatasetPath;
  readonly #format: CaptionFormat;
  readonly #byImage = new Map<DatasetPath, Pair[]>();
  readonly #counts = new Map<DatasetPath, number>();
  readonly #seen = new Map<string, { readonly range: SourceRange; repeats: SourceRange[] }>();
  readonly #problems: Problem[] = [];
  /** Rows whose image was not found, with the reason. */
  readonly #lost: { readonly row: CaptionRow; readonly why: LostImage }[] = [];
  /** Images of unreadable rows. */
  readonly #mentioned = new Set<DatasetPath>();
  readonly #companions = new Companions();
  readonly #videos = new Set<DatasetPath>();
  #meant: ReadonlySet<DatasetPath> = new Set();
  #question: Question | undefined;
  /** Images with more captions than the limit, with their number. */
  readonly #surplus = new Map<DatasetPath, { readonly range: SourceRange; captions: number }>();
  #skipped = 0;
  /** Number of problems beyond the limit. */
  #unnamed = 0;
  #unlistedRows = 0;
  readonly #unjudged = new Map<string, UnjudgedRows>();

  constructor(file: DatasetPath, format: CaptionFormat) {
    this.#file = file;
    this.#format = format;
  }

  add(row: CaptionRow, image: DatasetPath): void {
    const identity = JSON.stringify([image, row.key, row.caption]);
    const seen = this.#seen.get(identity);
    if (seen !== undefined) {
      seen.repeats.push(row.range);
      return;
    }
    this.#seen.set(identity, { range: row.range, repeats: [] });
    const captionIndex = this.#counts.get(image) ?? 0;
    this.#counts.set(image, captionIndex + 1);
    if (captionIndex >= LIMITS.captionsPerImage) {
      const known = this.#surplus.get(image);
      if (known === undefined)
        this.#surplus.set(image, { range: row.range, captions: captionIndex + 1 });
      else known.captions = captionIndex + 1;
      return;
    }
    if (row.caption.trim() === '') {
      this.addProblem({
        code: 'empty-caption',
        file: this.#file,
        image,
        range: row.range,
        message: sentence(
          'Line {0} of {1} has an empty caption for {2}.',
          row.range.line + 1,
          this.#file,
          image,
        ),
        remedy: sentence('Write a caption, or delete the row.'),
      });
      return;
    }
    const split = splitOf(row, this.#file, image);
    const pair: Pair = {
      image,
      caption: row.caption,
      captionIndex,
      source: { file: this.#file, format: this.#format.id, range: row.range },
      ...(split === undefined ? {} : { split }),
    };
    const known = this.#byImage.get(image);
    if (known === undefined) this.#byImage.set(image, [pair]);
    else known.push(pair);
  }

  /** Records the image of an unreadable row. */
  mention(image: DatasetPath): void {
    this.#mentioned.add(image);
  }

  addLost(row: CaptionRow, why: LostImage): void {
    this.#lost.push({ row, why });
  }

  addVideo(video: DatasetPath): void {
    this.#videos.add(video);
  }

  addCompanion(
    row: CaptionRow,
    image: DatasetPath,
    { key, name }: NamedPicture,
    found: FoundImage,
  ): void {
    if (!('image' in found)) this.#companions.addLost(key, { row, name, found });
    else if (found.image !== image) this.#companions.add(key, found.image);
  }

  /**
   * Resolves rows with missing images by the mapping that explains nearly all names of the file, like a trainer with an
   * image folder option. Hugging Face's ImageFolder has no such option: there the mapping is only in the remedy.
   */
  mapLost(finder: ImageFinder): void {
    const missing = this.#lost.filter(({ why }) => why.code === 'missing-image');
    const names = [...new Set(missing.map(({ row }) => row.image))];
    const [best, ...rivals] = finder.mappingsOf(names);
    if (best === undefined) return;
    const { mapping } = best;
    if (rivals.length > 0) {
      this.#ask([best, ...rivals], names[0] ?? '');
      return;
    }
    const imageOf = new Map<string, DatasetPath>();
    for (const name of names) {
      const image = finder.findMapped(mapping, name);
      if (image !== undefined) imageOf.set(name, image);
    }
    if (imageOf.size < NEARLY_ALL * (names.length + this.#counts.size)) return;
    const explained = this.#lost.filter(({ row }) => imageOf.has(row.image));
    const others = this.#lost.filter(({ row }) => !imageOf.has(row.image));
    const [first] = explained;
    if (first === undefined) return;
    this.#lost.splice(0, Infinity, ...others);
    const of = { file: this.#file, range: first.row.range, names: imageOf.size };
    if (this.#format.images === 'own-folder') {
      this.#meant = new Set(imageOf.values());
      this.addProblem(wrongRoot(of, mapping, first.row.image));
      return;
    }
    this.addProblem(otherRoot(of, mapping, first.row.image));
    for (const { row } of explained) {
      const image = imageOf.get(row.image);
      if (image === undefined) continue;
      this.add(row, image);
      for (const { key, name } of row.companions ?? []) {
        const picture = finder.findMapped(mapping, name);
        if (picture !== undefined && picture !== image) this.#companions.add(key, picture);
      }
    }
  }

  /** The question which of some folders the names are relative to. */
  #ask(found: readonly CountedMapping[], example: string): void {
    const [first] = found;
    if (first === undefined || first.count < MANY_LOST) return;
    this.#question = {
      kind: 'root',
      file: this.#file,
      prefix: writtenPrefix(first.mapping, example),
      folders: found.map(({ mapping, count }) => ({ folder: mapping.folder, images: count })),
    };
  }

  /** Adds a row that is not audited; its images are not reported as uncaptioned. */
  addUnjudged(what: Sentence, images: readonly DatasetPath[]): void {
    const known = this.#unjudged.get(what.text);
    this.#unjudged.set(what.text, { what, count: (known?.count ?? 0) + 1 });
    for (const image of images) {
      if (!this.#counts.has(image)) this.#counts.set(image, 0);
    }
  }

  addUnlisted(): void {
    this.#unlistedRows++;
  }

  addProblem(problem: Problem): void {
    if (this.#problems.length < LIMITS.problemsPerFile) this.#problems.push(problem);
    else this.#unnamed++;
  }

  /** Counts a row with invalid bytes, which is not audited. */
  skip(): void {
    this.#skipped++;
  }

  finish(stream: TextStream): CaptionTable {
    for (const [image, { range, captions }] of this.#surplus) {
      this.addProblem(tooManyCaptions(this.#file, image, range, captions));
    }
    this.#addRepeats();
    for (const problem of this.#companions.problems(this.#file)) this.addProblem(problem);
    const [video] = this.#videos;
    if (video !== undefined) {
      this.addProblem(videosNotJudged(this.#file, this.#videos.size, video));
    }
    const problems = [...this.#problems, ...this.#lostProblems()];
    const unnamed = this.#unnamed + Math.max(0, this.#lost.length - LIMITS.problemsPerFile);
    if (unnamed > 0) problems.push(moreProblems(this.#file, unnamed));
    if (stream.damage !== undefined) {
      const { guess, reading } = stream.damage;
      const looks = guess === undefined ? '' : sentence(' It looks like {0}.', guess);
      problems.push({
        code: 'wrong-encoding',
        file: this.#file,
        ...(reading && { reading }),
        message: sentence(
          '{0} is not valid UTF-8.{1} {2} rows with damaged characters were not judged.',
          this.#file,
          looks,
          this.#skipped,
        ),
        remedy: reencodeRemedy(guess),
      });
    }
    return {
      file: this.#file,
      format: this.#format,
      pairs: [...this.#byImage.values()].flat(),
      problems,
      mentioned: new Set([...this.#counts.keys(), ...this.#mentioned]),
      unlistedRows: this.#unlistedRows,
      companions: this.#companions.found,
      meant: this.#meant,
      unjudged: [...this.#unjudged.values()],
      ...(this.#question && { question: this.#question }),
    };
  }

  #addRepeats(): void {
    for (const [identity, { range, repeats }] of this.#seen) {
      const [first] = repeats;
      if (first === undefined) continue;
      const [image] = JSON.parse(identity) as [DatasetPath];
      const places = [range, ...repeats];
      const lines = places
        .slice(0, LINES_SHOWN)
        .map((at) => at.line + 1)
        .join(', ');
      this.addProblem({
        code: 'ambiguous-pair',
        file: this.#file,
        image,
        range: first,
        message: sentence(
          '{0} gives {1} the same caption {2} times, on lines {3}.',
          this.#file,
          image,
          repeats.length + 1,
          places.length > LINES_SHOWN ? sentence('{0} and more', lines) : lines,
        ),
        remedy: sentence('Delete the repeated rows; they are counted once here.'),
      });
    }
  }

  #lostProblems(): Problem[] {
    const lost = this.#lost
      .slice(0, LIMITS.problemsPerFile)
      .map(({ row, why }) => lostImage(this.#file, row, why));
    const [first] = lost;
    if (first === undefined || this.#counts.size > 0 || this.#lost.length < MANY_LOST) return lost;
    return [
      {
        ...first,
        message: sentence(
          'None of the {0} images that {1} names was found. {2}',
          this.#lost.length,
          this.#file,
          first.message,
        ),
      },
    ];
  }
}

/** The split of a row: its own field, the name of the caption file (`train.jsonl`), or the folder of the image. */
function splitOf(row: CaptionRow, file: DatasetPath, image: DatasetPath): string | undefined {
  if (row.split !== undefined) return splitFromName(row.split) ?? row.split;
  return splitFromFileName(stemOf(baseName(file))) ?? splitFromFolders(folderOf(image));
}
