import { stemOf } from '../dataset/fileKinds.ts';
import { baseName } from '../dataset/paths.ts';
import { sentence } from '../text/sentence.ts';
import { asksQuestions, captionColumns, imageColumns, namesImage } from './columnNames.ts';
import type { FileHead } from './fileHead.ts';
import type { JsonFields } from './jsonTree.ts';
import { writtenNames } from './recordPair.ts';
import type { UnreadTable } from './unreadTable.ts';

/*
 * JSON documents that are one object, in a form that is not read.
 */

/** Entries that are looked at. */
const LOOKED_AT = 50;

/** An object about one image, whose name it says but does not bear: one file for each image, as Densely Captioned Images has. */
export function describeOwnImage({ name, json, images }: FileHead): UnreadTable | undefined {
  const fields = json?.fields;
  if (fields === undefined || captionColumns([...fields.keys()]).length === 0) return undefined;
  const names = imageColumns([...fields.keys()]).flatMap((key) => {
    const written = writtenNames(fields.get(key));
    return written.length === 1 ? written.filter((name) => namesImage(name, images)) : [];
  });
  const own = stemOf(baseName(name));
  if (names.length === 0 || names.some((image) => stemOf(baseName(image)) === own))
    return undefined;
  return {
    what: sentence('it has a caption for one image, whose name it does not bear'),
    remedy: sentence(
      'Give each such file the name of its image, with .json in place of its extension.',
    ),
    names,
  };
}

/** Objects by the numbers of images: scene graphs and questions of GQA. */
export function describeGraphs({ json }: FileHead): UnreadTable | undefined {
  const entries = [...(json?.fields?.values() ?? [])].flatMap(({ fields }) => fields ?? []);
  const some = entries.slice(0, LOOKED_AT);
  const all = (isOne: (fields: JsonFields) => boolean): boolean =>
    some.length > 1 && some.every(isOne);
  if (all((fields) => asksQuestions([...fields.keys()]) && fields.has('imageId'))) {
    return { ...QUESTIONS, names: [] };
  }
  const isGraph = (fields: JsonFields): boolean =>
    [...(fields.get('objects')?.fields?.values() ?? [])].every(
      (object) => object.fields?.has('relations') === true,
    );
  return all((fields) => fields.get('objects')?.fields !== undefined && isGraph(fields))
    ? { ...GRAPHS, names: [] }
    : undefined;
}

/** What questions are said to be. */
export const QUESTIONS = {
  what: sentence('questions about images, which are no captions'),
  remedy: sentence('Nothing to do.'),
  isLeftAlone: true,
} as const;
const GRAPHS = {
  what: sentence('scene graphs, objects of images with their relations, which are no captions'),
  remedy: sentence('Nothing to do.'),
  isLeftAlone: true,
} as const;
