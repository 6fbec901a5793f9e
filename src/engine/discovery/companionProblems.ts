import type { CompanionGroup } from '../../core/dataset/companions.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { folderOf } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { sentence } from '../../core/text/sentence.ts';
import { folderName } from './errorWords.ts';

/** Problems of companions: detected by names only, or without a partner. */
export function companionProblems(groups: readonly CompanionGroup[]): Problem[] {
  return groups.flatMap((group) => {
    const { companions, partnerOf, partners, evidence, bare } = group;
    const [first] = companions;
    if (first === undefined || partners === undefined) return [];
    const alone = companions.filter((picture) => !partnerOf.has(picture));
    return [
      ...(evidence === 'names' ? [takenForCompanions(companions, first, partners)] : []),
      ...(alone.length > 0 ? [withoutImage(alone, partners)] : []),
      ...(bare.length > 0 ? [withoutCompanion(bare, folderOf(first))] : []),
    ];
  });
}

function takenForCompanions(
  companions: readonly DatasetPath[],
  first: DatasetPath,
  partners: DatasetPath,
): Problem {
  return {
    code: 'companion-pictures',
    file: first,
    message: sentence(
      '{0} pictures without captions, e.g. {1}, bear the names of captioned ones in {2}: they are taken for control images, masks or edit sources.',
      companions.length,
      first,
      folderName(partners),
    ),
    remedy: sentence('If they are to be trained as images, write captions for them.'),
  };
}

function withoutImage(alone: readonly DatasetPath[], partners: DatasetPath): Problem {
  const [file = '', ...related] = alone;
  return {
    code: 'unpaired-companion',
    file,
    related,
    message:
      related.length === 0
        ? sentence('{0} has no image of its name in {1}.', file, folderName(partners))
        : sentence(
            '{0} companions have no image of their name in {1}, e.g. {2}.',
            alone.length,
            folderName(partners),
            file,
          ),
    remedy: sentence('Put the image back, rename one of the two, or take the companion out.'),
  };
}

function withoutCompanion(bare: readonly DatasetPath[], folder: DatasetPath): Problem {
  const [file = '', ...related] = bare;
  return {
    code: 'unpaired-companion',
    file,
    related,
    message:
      related.length === 0
        ? sentence('{0} has no companion in {1}, as the others have.', file, folderName(folder))
        : sentence(
            '{0} images have no companion in {1}, as the others have, e.g. {2}.',
            bare.length,
            folderName(folder),
            file,
          ),
    remedy: sentence('Add the missing companion, or take the image out.'),
  };
}
