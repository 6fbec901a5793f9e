import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { bmp24 } from './bmp.ts';
import type { TourPhoto } from './tourPhotos.ts';

/** A file, or the target of a symbolic link. */
export type Content = Buffer | string | { readonly link: string };
export type Files = Readonly<Record<string, Content>>;

/** A folder as somebody had it, and what an audit is to say of it. */
export interface ReportedSet {
  readonly title: string;
  readonly files: (photos: readonly TourPhoto[]) => Files | Promise<Files>;
  /** Pairs that are judged; without it one for each photo. */
  readonly pairs?: number;
  /** `CODE FILE` of each finding, sorted; none without it. */
  readonly found?: readonly string[];
  /** Whether the system must have symbolic links. */
  readonly needsLinks?: true;
}

type Make<T> = (photo: TourPhoto, i: number) => T;

export const json = (value: unknown): string => JSON.stringify(value);
export const lines = (rows: readonly string[]): string => `${rows.join('\n')}\n`;
export const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
export const each = (photos: readonly TourPhoto[], make: Make<readonly [string, Content]>): Files =>
  Object.fromEntries(photos.map(make));
export const pictures = (
  photos: readonly TourPhoto[],
  nameOf: Make<string> = ({ name }) => `${name}.jpg`,
) => each(photos, (photo, i) => [nameOf(photo, i), photo.jpeg]);
export const texts = (
  photos: readonly TourPhoto[],
  nameOf: Make<string> = ({ name }) => `${name}.txt`,
) => each(photos, (photo, i) => [nameOf(photo, i), photo.caption]);
export const beside = (photos: readonly TourPhoto[], folder = ''): Files => ({
  ...pictures(photos, ({ name }) => `${folder}${name}.jpg`),
  ...texts(photos, ({ name }) => `${folder}${name}.txt`),
});
export const inImages = (photos: readonly TourPhoto[]) =>
  pictures(photos, ({ name }) => `images/${name}.jpg`);

/** Edges of a picture, as a control image. */
export const edges = (jpeg: Buffer): Promise<Buffer> =>
  sharp(jpeg)
    .greyscale()
    .convolve({ width: 3, height: 3, kernel: [0, 1, 0, 1, -4, 1, 0, 1, 0] })
    .png()
    .toBuffer();
export const mask = (i: number): Promise<Buffer> =>
  sharp({ create: { width: 60 + i, height: 50, channels: 3, background: i % 2 ? '#fff' : '#000' } })
    .png()
    .toBuffer();
export const converted = (
  photos: readonly TourPhoto[],
  nameOf: Make<string>,
  convert: Make<Promise<Buffer>>,
) =>
  Promise.all(
    photos.map(async (photo, i) => [nameOf(photo, i), await convert(photo, i)] as const),
  ).then((entries): Files => Object.fromEntries(entries));
export const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le');
export const talk = (caption: string) => [
  { role: 'user', content: '<image>What is shown here?' },
  { role: 'assistant', content: caption },
];

/** A zip archive of one file; that it is packed is all that matters. */
export const zip = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from('PK\x03\x04'), deflateRawSync(bytes)]);

/** The photos as bitmaps. */
export async function bitmaps(photos: readonly TourPhoto[]): Promise<Files> {
  return converted(
    photos,
    ({ name }) => `${name}.bmp`,
    async ({ jpeg }) => {
      const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
      return bmp24(info.width, info.height, data);
    },
  );
}

/** Two captions exchanged: of the first photo and the last. */
export const exchanged = (photos: readonly TourPhoto[], i: number): string =>
  photos.at(i === 0 ? -1 : i === photos.length - 1 ? 0 : i)?.caption ?? '';
