import { pushTo } from '../collections.ts';
import { splitFromFileName } from '../dataset/split.ts';
import { stemOf } from '../dataset/fileKinds.ts';
import { baseName } from '../dataset/paths.ts';
import { namesImage } from './columnNames.ts';
import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import type { FileHead } from './fileHead.ts';
import { notText, visitEntries, type JsonEntry } from './jsonDocument.ts';
import { editJsonString, textOf } from './jsonRows.ts';
import { captionsOf } from './recordPair.ts';
import type { JsonFields } from './jsonTree.ts';
import { sentence } from '../text/sentence.ts';

/** COCO files without captions. */
const OTHER_TASKS = /^(?:instances|person_keypoints|panoptic|stuff|image_info)_/i;

const PROPERTIES: ReadonlySet<string> = new Set([
  ...['id', 'file_name', 'coco_url', 'image_id', 'caption'],
]);

/**
 * COCO captions (cocodataset.org/#format-data): `images` with id and file_name, `annotations` with
 * image_id and caption, in either order. Captions are yielded image by image.
 */
export const cocoCaptions: CaptionFormat = {
  id: 'coco-captions',
  title: 'COCO captions JSON',
  layout: 'table',
  files: { extensions: ['json'], names: ['captions*.json', 'annotations*.json'] },
  images: 'search',
  rows: 'json-strings',
  detect: (head) => {
    if (!/\.json$/i.test(head.name) || OTHER_TASKS.test(head.name)) return 0;
    const { images, annotations } = listsOf(head);
    if (images === undefined && annotations === undefined) return 0;
    // An annotation with an image name is complete; one with an ID needs "images".
    const named = textOf(annotations?.get('image_id'));
    if (images === undefined && named !== undefined && namesImage(named, head.images)) return 0;
    // A JSON of one image may list captions without naming it.
    if (images === undefined && annotations?.has('caption') && !annotations.has('image_id'))
      return 0;
    if (lacks(annotations, 'image_id') || !isIdentified(images, head)) return 0;
    // Images with captions are a list of another format.
    if (annotations === undefined && images !== undefined && captionsOf(images) !== undefined)
      return 0;
    return head.text.includes('"caption"') ? 1 : 0.5;
  },
  read,
  edit: editJsonString,
};

/** The first image and the first annotation in the head of a document. */
function listsOf({ json }: FileHead): {
  readonly images?: JsonFields | undefined;
  readonly annotations?: JsonFields | undefined;
} {
  const first = (section: string): JsonFields | undefined => {
    const list = json?.fields?.get(section)?.items;
    return list && (list[0]?.fields ?? EMPTY);
  };
  return { images: first('images'), annotations: first('annotations') };
}

const EMPTY: JsonFields = new Map();

/** Whether an entry lacks a property. The head may end within the first entry, and a list may be empty. */
function lacks(entry: JsonFields | undefined, name: string): boolean {
  return entry !== undefined && entry.size > 1 && !entry.has(name);
}

/** Whether an image can be found by its name, its address or its ID. The head may end within the entry. */
function isIdentified(image: JsonFields | undefined, { images }: FileHead): boolean {
  if (!lacks(image, 'file_name') || image?.has('coco_url') === true) return true;
  const id = image?.get('id')?.value;
  return images?.isNumbered(String(id)) === true;
}

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  const images = new Map<string, string>();
  const annotations = new Map<string, JsonEntry[]>();
  const problems: FormatRow[] = [];
  const broken = await visitEntries(file, 2, PROPERTIES, (section, entry) => {
    if (section === 'images') {
      images.set(idOf(entry, 'id'), nameOf(entry));
    } else if (section === 'annotations' && entry.has('caption')) {
      pushTo(annotations, idOf(entry, 'image_id'), entry);
    }
  });
  if (broken !== undefined) {
    yield broken;
    return;
  }
  const split = splitFromFileName(stemOf(file.name));
  for (const [id, entries] of annotations) {
    const image = images.get(id);
    for (const entry of entries) {
      const caption = entry.get('caption');
      if (caption === undefined) continue;
      if (image === undefined) {
        problems.push({
          kind: 'problem',
          code: 'missing-image',
          message: sentence(
            'Line {0} of {1} has a caption for image id {2}, which "images" does not list.',
            caption.range.line + 1,
            file.name,
            id,
          ),
          remedy: sentence('Add the image to "images", or delete the annotation.'),
          range: caption.range,
        });
      } else if (caption.value !== null && typeof caption.value !== 'string') {
        problems.push(notText(file.name, caption, image));
      } else {
        yield {
          kind: 'caption',
          image,
          caption: caption.value ?? '',
          range: caption.range,
          key: idOf(entry, 'id'),
          ...(split === undefined ? {} : { split }),
        };
      }
    }
  }
  yield* problems;
}

/** The name of an image: as written, else that in its address, else its ID, which may be a number in the file's name. */
function nameOf(entry: JsonEntry): string {
  const name = entry.get('file_name')?.value;
  if (typeof name === 'string') return name;
  const address = entry.get('coco_url')?.value;
  return typeof address === 'string' ? baseName(address) : idOf(entry, 'id');
}

function idOf(entry: JsonEntry, name: string): string {
  const value = entry.get(name)?.value;
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}
