import { isImageName } from '../core/dataset/fileKinds.ts';
import type { CancelSignal } from '../core/cancellation.ts';
import { PairLensError } from '../core/errors.ts';
import type { OpenFile } from '../core/ports.ts';
import { sentence } from '../core/text/sentence.ts';
import type { Archive } from './archive.ts';
import { indexTar, type TarFlaw, type TarIndex } from './tarIndex.ts';

/** A tar as webdataset writes it. One without images is a file like any other. */
export async function openTar(
  path: string,
  file: OpenFile,
  signal?: CancelSignal,
): Promise<Archive> {
  const index = await indexTar(file, signal);
  const { members } = index;
  const hasImages = [...members.keys()].some(isImageName);
  return {
    members: hasImages ? members.keys() : [],
    size: members.size,
    isListed: !hasImages,
    flaws: hasImages ? flawsOf(index) : [],
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
  const again = sentence('Copy or download the archive again.');
  return [
    ...(flaw === undefined
      ? []
      : [
          {
            what: sentence('{0}; {1} files before that are read', saidOf(flaw), members.size),
            remedy: again,
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

function saidOf(flaw: TarFlaw) {
  if (flaw.kind === 'no-end') return sentence('ends without an end mark: it seems to be cut off');
  if (flaw.kind === 'damaged') return sentence('is damaged at byte {0}', flaw.offset);
  return flaw.member === undefined
    ? sentence('ends too early')
    : sentence('ends in the middle of {0}', flaw.member);
}
