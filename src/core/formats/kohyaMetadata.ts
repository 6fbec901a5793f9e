import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import { notText, visitEntries } from './jsonDocument.ts';
import { editJsonString } from './jsonRows.ts';
import { captionsOf, imageOf } from './recordPair.ts';
import { sentence } from '../text/sentence.ts';

const PROPERTIES: ReadonlySet<string> = new Set(['caption', 'tags']);

/**
 * kohya sd-scripts metadata: `{"path": {"caption": "...", "tags": "a, b"}}`; the path may be absolute or
 * lack its extension. The caption is audited, or the tags if there is none.
 */
export const kohyaMetadata: CaptionFormat = {
  id: 'kohya-metadata',
  title: 'kohya metadata JSON',
  layout: 'table',
  files: { extensions: ['json'], names: ['meta_*.json'] },
  images: 'search-stem',
  rows: 'json-strings',
  detect: ({ name, json }) => {
    if (!/\.json$/i.test(name)) return 0;
    const [first] = json?.fields?.values() ?? [];
    // An entry that names its image is not named after it.
    if (first?.fields && imageOf(first.fields) !== undefined) return 0;
    const says = (property: string): boolean => {
      const type = first?.fields?.get(property)?.type;
      return type === 'string' || type === 'null';
    };
    return says('caption') || (says('tags') && captionsOf(first?.fields ?? new Map()) !== undefined)
      ? 0.9
      : 0;
  },
  read,
  edit: editJsonString,
};

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  const rows: FormatRow[] = [];
  const broken = await visitEntries(file, 1, PROPERTIES, (image, entry, at) => {
    const caption = entry.get('caption') ?? entry.get('tags');
    if (caption === undefined) {
      rows.push({
        kind: 'problem',
        code: 'missing-caption',
        message: sentence('{0} lists {1} with neither caption nor tags.', file.name, image),
        remedy: sentence('Add a "caption" to the entry.'),
        image,
        range: at,
      });
    } else if (caption.value !== null && typeof caption.value !== 'string') {
      rows.push(notText(file.name, caption, image));
    } else {
      rows.push({ kind: 'caption', image, caption: caption.value ?? '', range: caption.range });
    }
  });
  if (broken !== undefined) yield broken;
  else yield* rows;
}
