import { isImageName } from '../core/dataset/fileKinds.ts';
import type { CancelSignal } from '../core/cancellation.ts';
import { PairLensError } from '../core/errors.ts';
import type { OpenFile } from '../core/ports.ts';
import { sentence } from '../core/text/sentence.ts';
import { type Archive, COPY_AGAIN } from './archive.ts';
import { indexTar, type TarFlaw, type TarIndex } from './tarIndex.ts';

/** A tar as webdataset writes it. A whole one without images is a file like any other. */
export async function openTar(
  path: string,
  file: OpenFile,
  signal?: CancelSignal,
): Promise<Archive> {
  const index = await indexTar(file, signal);
  const { members } = index;
  const hasImages = [...members.keys()].some(isImageName);
  return {
    // A list: an iterator would give the second listing of the folder nothing.
    members: hasImages ? [...members.keys()] : [],
    size: members.size,
    isListed: !hasImages && index.flaw === undefined,
    flaws: hasImages ? flawsOf(index) : flawsWithoutImages(index),
    bytesOf: (name) => members.get(name)?.bytes,
    async read(name, opened) {
      const { start, bytes } = members.get(name) ?? { start: 0, bytes: 0 };
      const found = await opened.read(start, bytes);
      if (found.length === bytes) return found;
      throw new PairLensError('unreadable-file', sentence('{0} became shorter meanwhile.', path), {
        path,
        remedy: sentence('Audit the folder again when the archive is complete.'),
      });
    },
  };
}

function flawsOf({ members, flaw, repeated }: TarIndex): Archive['flaws'] {
  return [
    ...(flaw === undefined
      ? []
      : [
          {
            what: sentence('{0}; {1} files before that are read', saidOf(flaw), members.size),
            remedy: COPY_AGAIN,
          },
        ]),
    ...(repeated === undefined
      ? []
      : [
          {
            what: sentence('has two files called {0}; the first is read', repeated),
            remedy: sentence('Write the archive again with one file of each name.'),
          },
        ]),
  ];
}

/** The flaws of an archive in which no image was found: those behind which there may be some. */
function flawsWithoutImages({ members, flaw }: TarIndex): Archive['flaws'] {
  if (flaw === undefined) return [];
  const isNoTar = members.size === 0 && (flaw.kind !== 'cut-off' || flaw.member === undefined);
  const what = isNoTar
    ? sentence('is no tar archive, or is damaged')
    : sentence('{0}; there is no image before that', saidOf(flaw));
  return [{ what, remedy: COPY_AGAIN }];
}

function saidOf(flaw: TarFlaw) {
  if (flaw.kind === 'no-end') return sentence('ends without an end mark: it seems to be cut off');
  if (flaw.kind === 'damaged') return sentence('is damaged at byte {0}', flaw.offset);
  return flaw.member === undefined
    ? sentence('ends too early')
    : sentence('ends in the middle of {0}', flaw.member);
}
