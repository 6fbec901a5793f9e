import { groupBy } from '../../core/collections.ts';
import { archiveMember, sampleKey } from '../../core/dataset/archivePaths.ts';
import { captionInName, namesRead } from '../../core/dataset/captionInName.ts';
import { isCompanionFolder } from '../../core/dataset/companions.ts';
import type { DatasetPath, Pair } from '../../core/dataset/dataset.ts';
import { stemOf } from '../../core/dataset/fileKinds.ts';
import { SAMPLES } from '../../core/dataset/inventory.ts';
import { baseName, folderOf, isWithin } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { splitFromFolders } from '../../core/dataset/split.ts';
import { fileName } from '../../core/formats/fileName.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { FoundTrainers } from './detectTrainer.ts';
import type { CaptionTable } from './tableRows.ts';
import type { UnreadFile } from './unreadFiles.ts';

/** Images whose captions are their names. Paths relative to the opened folder. */
export interface NamedImages {
  readonly captionOf: ReadonlyMap<DatasetPath, string>;
  /** Images beside them whose names hold no words. */
  readonly without: readonly DatasetPath[];
  /** Images of folders whose names may be captions, or something else. */
  readonly asked: readonly DatasetPath[];
}

/** Share of an image folder's names that another folder has, too, if its images are companions. */
const MIRRORED = 0.8;

/** What captions the images of a folder otherwise. */
interface OtherCaptions {
  readonly tables: readonly CaptionTable[];
  /** Texts that may lie beside images. */
  readonly texts: readonly DatasetPath[];
  /** Images with a caption file of another extension or folder. */
  readonly others: ReadonlyMap<DatasetPath, DatasetPath>;
  readonly mayBeCaptioned: ReadonlySet<DatasetPath>;
}

/**
 * The images whose names are their captions. Where nothing is known, the names of a folder decide, and only if none of its
 * images has another caption.
 * @param untold images that no table mentions
 * @param choice of the user or the trainer's settings: whether names are captions
 */
export function namedImages(
  untold: readonly DatasetPath[],
  other: OtherCaptions,
  choice: boolean | undefined,
): NamedImages {
  const captionOf = new Map<DatasetPath, string>();
  const found = { captionOf, without: [] as DatasetPath[], asked: [] as DatasetPath[] };
  if (choice === false) return found;
  const known = new Set<string>();
  const withText = new Set(other.texts.map(sampleKey));
  const hasText = (image: DatasetPath): boolean =>
    withText.has(sampleKey(image)) || withText.has(image) || other.others.has(image);
  const isOther = foldersOf(other, untold.filter(hasText));
  const plain = untold.filter((image) => archiveMember(image) === undefined && !hasText(image));
  const folders = [...groupBy(plain, folderOf)].filter(([folder]) => !isCompanionFolder(folder));
  for (const [folder, all] of folders) {
    const reads = choice === true ? 'captions' : isOther(folder) ? 'no' : namesRead(all);
    if (reads === 'no') continue;
    const names = all.map((image) => baseName(stemOf(image)));
    const mirrored = names.filter((name) => known.has(name)).length >= MIRRORED * names.length;
    if (mirrored) continue;
    if (reads === 'perhaps') found.asked.push(...all);
    else {
      for (const name of names) known.add(name);
      for (const image of all) {
        const caption = captionInName(image);
        if (caption === undefined) found.without.push(image);
        else captionOf.set(image, caption);
      }
    }
  }
  return found;
}

/** Whether the images of a folder have other captions, or should. */
function foldersOf(
  { tables, mayBeCaptioned }: OtherCaptions,
  withText: readonly DatasetPath[],
): (folder: DatasetPath) => boolean {
  const mentioned = tables.flatMap((table) => [...table.mentioned]);
  const folders = new Set([...mentioned, ...mayBeCaptioned, ...withText].map(folderOf));
  // Hugging Face's metadata is about everything below it.
  const trees = tables.flatMap(({ format, file }) =>
    format.images === 'own-folder' ? folderOf(file) : [],
  );
  return (folder) => folders.has(folder) || trees.some((tree) => isWithin(folder, tree));
}

/** Whether the settings of a trainer say that names are captions; undefined if none says so. */
export function namesByTrainer({ configs }: FoundTrainers): true | undefined {
  return configs.some(({ settings }) => settings.captionsInNames === true) ? true : undefined;
}

export function namedPairs({ captionOf }: NamedImages): Pair[] {
  return [...captionOf].map(([image, caption]) => {
    const split = splitFromFolders(folderOf(image));
    return {
      image,
      caption,
      captionIndex: 0,
      source: {
        file: image,
        format: fileName.id,
        range: { start: 0, end: 0, line: 0, column: 0 },
      },
      ...(split !== undefined && { split }),
    };
  });
}

/** The problem of an image whose name holds no caption, among others whose names do. */
export function missingInName(image: DatasetPath): Problem {
  return {
    code: 'missing-caption',
    file: image,
    image,
    message: sentence(
      '{0} has no caption: the captions here are names, and its name has no words.',
      image,
    ),
    remedy: sentence('Rename it to its caption, or move it out of the dataset.'),
  };
}

/** What is said of images whose names may be captions. */
export function askedNames({ asked }: NamedImages): UnreadFile[] {
  const samples = asked.flatMap((image) => captionInName(image) ?? []).slice(0, SAMPLES);
  return asked.map((file) => ({
    file,
    what: sentence('an image whose name reads like a caption, or a title'),
    remedy: sentence(
      'Set "captionsInFileNames" in pairlens.config.json: true if these names are captions, false if not.',
    ),
    names: [file],
    nameSamples: samples,
  }));
}
