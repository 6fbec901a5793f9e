import type { Format } from './captionOracle.ts';

/* Texts of every caption format in varied styles, made without the code of src. */

export interface Random {
  int(below: number): number;
  pick<T>(list: readonly T[]): T;
}

/** Whether a file of the format can hold several captions of an image. */
export const holdsSeveral = (format: Format): boolean =>
  !['sidecar', 'hf-csv', 'kohya'].includes(format);

/** What the format can hold of a text. */
export function fitting(format: Format, caption: string): string {
  if (['flickr', 'kaggle-results', 'sidecar-lines'].includes(format)) {
    return caption.replace(/[\r\n|\t]+/g, ' ').trim();
  }
  return format === 'sidecar' ? caption.trim() : caption;
}

/** A caption as it is typed into its place. */
export function typed(format: Format, caption: string, before: string | undefined): string {
  const quoted = before === '"';
  if (['hf-jsonl', 'captions-jsonl', 'coco', 'kohya'].includes(format)) {
    const json = JSON.stringify(caption).slice(1, -1);
    return quoted ? json : `"${json}"`;
  }
  if (format === 'hf-csv' || format === 'kaggle-csv') {
    return quoted ? caption.replaceAll('"', '""') : caption.replace(/[",\r\n]/g, ';');
  }
  return caption;
}

/** A table in a random style. */
export function tableText(
  format: Format,
  captions: ReadonlyMap<string, readonly string[]>,
  random: Random,
): string {
  const eol = random.pick(['\n', '\n', '\r\n']);
  const end = random.pick([eol, eol, '', eol + eol]);
  const space = random.pick(['', ' ']);
  const ascii = random.int(3) === 0;
  const quoteAll = random.int(2) === 0;
  const escaped = (text: string): string =>
    ascii
      ? text.replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
      : text;
  const json = (value: unknown): string => escaped(JSON.stringify(value));
  const csv = (text: string): string =>
    quoteAll || /[",\r\n]|^\s*$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const all = [...captions];
  const rows = all.flatMap(([image, list]) => list.map((caption, i) => ({ image, caption, i })));
  const whole = (value: unknown): string => {
    const indent = random.pick([0, 1, '\t']);
    return escaped(JSON.stringify(value, undefined, indent)).replaceAll('\n', eol) + end;
  };
  switch (format) {
    case 'hf-jsonl':
    case 'captions-jsonl': {
      const key = format === 'hf-jsonl' ? 'file_name' : random.pick(['image', 'path']);
      const lines = all.map(([image, list]) => {
        const said = list.length > 1 ? ['captions', json(list)] : ['text', json(list[0])];
        const fields = [`"${key}":${space}${json(image)}`, `"${said[0]}":${space}${said[1]}`];
        if (random.int(2) === 0)
          fields.push('"more": {"text": "not me", "n":[1, {"caption":"nor me"}]}');
        if (random.int(2) === 0) fields.reverse();
        return `{${fields.join(`,${space}`)}}`;
      });
      if (random.int(4) === 0)
        lines.splice(random.int(lines.length), 0, random.pick(['', '{"broken": ']));
      return lines.join(eol) + end;
    }
    case 'hf-csv':
    case 'kaggle-csv': {
      const image = format === 'hf-csv' ? 'file_name' : 'image';
      const columns = [image, random.pick(['text', 'caption']), 'note'];
      if (random.int(2) === 0) columns.reverse();
      const note = () => random.pick(['', 'a, b', 'say "hi"', 'two\nlines', 'two\n\nparts']);
      const lines = rows.map((row) =>
        columns
          .map((name) => csv(name === image ? row.image : name === 'note' ? note() : row.caption))
          .join(','),
      );
      return [columns.join(','), ...lines].join(eol) + (end === '' ? '' : eol);
    }
    case 'coco': {
      const images = all.map(([file_name], id) => ({ id, file_name, more: { caption: 'no' } }));
      const annotations = all.flatMap(([, list], image_id) =>
        list.map((caption, i) => ({
          image_id,
          id: 100 * image_id + i,
          caption,
          n: [{ caption: 'no' }],
        })),
      );
      return whole(random.int(2) === 0 ? { images, annotations } : { annotations, images });
    }
    case 'kohya': {
      const bare = random.int(2) === 0;
      return whole(
        Object.fromEntries(
          all.map(([image, [caption]]) => [
            bare ? image.replace('.jpg', '') : image,
            { tags: 'x, y', caption, size: [512, 512] },
          ]),
        ),
      );
    }
    case 'flickr':
      return rows.map(({ image, caption, i }) => `${image}#${i}\t${caption}`).join(eol) + end;
    case 'kaggle-results': {
      const lines = rows.map(({ image, caption, i }) => `${image}| ${i}| ${caption}`);
      return ['image_name| comment_number| comment', ...lines].join(eol) + end;
    }
    case 'sidecar':
    case 'sidecar-lines':
      throw new Error(`${format} has no table.`);
  }
}

export type Encoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be';
export const ENCODINGS: readonly Encoding[] = ['utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be'];

export function bytesOf(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  if (encoding === 'utf-8-bom') return Buffer.from(`\uFEFF${text}`);
  const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return encoding === 'utf-16le' ? little : little.swap16();
}
