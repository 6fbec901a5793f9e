import pMap from 'p-map';
import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { evenSample, groupBy } from '../../core/collections.ts';
import { archiveMember } from '../../core/dataset/archivePaths.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { folderOf, toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem } from '../../core/ports.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { UnreadFile } from './unreadFiles.ts';

/** Text chunks and XMP usually lie at the beginning. */
const HEAD_BYTES = 64 * 1024;
/** Most images of a folder that are looked into, and the share of them that must have such a text. */
const LOOKED_INTO = 8;
const MOST = 0.8;
const READ_AT_ONCE = 4;

/** Keywords of text chunks in PNG: `parameters` of AUTOMATIC1111, `prompt` of ComfyUI. */
const PROMPT = /[it](?:TXt|EXt)(?:parameters|prompt|invokeai_metadata|Description)\0/;
/** Words in an XMP description. */
const DESCRIPTION = /<dc:description>(?:\s*<[^>]*>)*\s*[^<\s]+(?:\s+[^<\s]+){2}/;

const KINDS = [
  {
    pattern: PROMPT,
    what: sentence('an image with the prompt of a generator inside, which is not read'),
  },
  {
    pattern: DESCRIPTION,
    what: sentence('an image with a description inside (XMP), which is not read'),
  },
];

/**
 * Folders of uncaptioned images whose files contain texts: prompts of image generators, descriptions of photo programs.
 * Told by some images of each folder.
 */
export async function textsInsideImages(
  files: Pick<FileSystem, 'open'>,
  dir: string,
  uncaptioned: readonly DatasetPath[],
  signal?: CancelSignal,
): Promise<UnreadFile[]> {
  const found: UnreadFile[] = [];
  const plain = uncaptioned.filter((image) => archiveMember(image) === undefined);
  for (const images of groupBy(plain, folderOf).values()) {
    throwIfCancelled(signal);
    const some = evenSample(images, LOOKED_INTO);
    const heads = await pMap(some, (image) => headOf(files, toAbsolute(dir, image)), {
      concurrency: READ_AT_ONCE,
    });
    const kind = KINDS.find(
      ({ pattern }) => heads.filter((head) => pattern.test(head)).length >= MOST * heads.length,
    );
    if (kind === undefined) continue;
    const { what } = kind;
    const remedy = sentence('If it describes the image, write it into a .txt file beside it.');
    found.push(...images.map((file) => ({ file, what, remedy, names: [file] })));
  }
  return found;
}

async function headOf(files: Pick<FileSystem, 'open'>, path: string): Promise<string> {
  try {
    const file = await files.open(path);
    try {
      return new TextDecoder('latin1').decode(await file.read(0, HEAD_BYTES));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (PairLensError.is(error, 'cancelled')) throw error;
    return '';
  }
}
