import sharp from 'sharp';
import { parquetOf } from './parquetWriter.ts';
import {
  beside,
  bitmaps,
  converted,
  each,
  exchanged,
  json,
  lines,
  mask,
  pictures,
  quoted,
  type ReportedSet,
  talk,
  texts,
  utf16,
  zip,
} from './reportedSet.ts';
import { tarOf } from './tarWriter.ts';
import type { TourPhoto } from './tourPhotos.ts';

/* After public reports: the first of each number is the report's, the second another of its kind. */

/** Captions beside images, other pictures, archives. */
export const REPORTED_FOLDERS: readonly ReportedSet[] = [
  {
    title: '09 masks in a folder beside that of the images',
    files: async (photos) => ({
      ...beside(photos, '1024/image/'),
      ...(await converted(
        photos,
        ({ name }) => `1024/mask/${name}.png`,
        (_, i) => mask(i),
      )),
    }),
    found: [],
  },
  {
    title: '09 masks beside the images, with an ending',
    files: async (photos) => ({
      ...beside(photos),
      ...(await converted(
        photos,
        ({ name }) => `${name}_mask.png`,
        (_, i) => mask(i),
      )),
    }),
  },
  {
    title: '10 a photo that is upright only by EXIF',
    files: async (photos) => ({
      ...beside(photos),
      'creek.jpg': await sharp(photos[1]?.jpeg).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    }),
    found: ['trainer/exif-orientation creek.jpg'],
  },
  {
    title: '11 photos cut off, some by a few bytes',
    files: async (photos) => {
      const png = await sharp(photos[0]?.jpeg).png().toBuffer();
      return {
        ...beside(photos.slice(1)),
        'baseball.png': png.subarray(0, png.length / 2),
        'baseball.txt': photos[0]?.caption ?? '',
        'creek.jpg': photos[1]?.jpeg.subarray(0, -300) ?? '',
        'dahlia.jpg': photos[2]?.jpeg.subarray(0, 200) ?? '',
      };
    },
    found: [
      'unreadable-image baseball.png',
      'unreadable-image creek.jpg',
      'unreadable-image dahlia.jpg',
    ],
  },
  {
    title: '13 webdataset shards',
    files: (photos) => ({
      ...Object.fromEntries(
        [photos.slice(0, 6), photos.slice(6)].map((some, shard) => [
          `0000${shard}.tar`,
          Buffer.from(
            tarOf(
              some.flatMap(({ name, caption, jpeg }) => [
                { name: `${name}.jpg`, bytes: jpeg },
                { name: `${name}.json`, bytes: json({ caption, url: 'https://example.org' }) },
                { name: `${name}.txt`, bytes: caption },
              ]),
            ),
          ),
        ]),
      ),
      '00000_stats.json': '{"count": 6, "successes": 6}',
    }),
  },
  {
    title: '13 a shard with captions in JSON only, in capitals',
    files: (photos) => ({
      'train-0000.TAR': Buffer.from(
        tarOf(
          photos.flatMap(({ name, caption, jpeg }) => [
            { name: `x/${name}.JPG`, bytes: jpeg },
            { name: `x/${name}.json`, bytes: json({ prompt: caption }) },
          ]),
        ),
      ),
    }),
  },
  {
    title: '14 parquet with pictures inside',
    files: (photos) => ({
      'README.md': '# A set',
      'data/train-00000-of-00001.parquet': Buffer.from(
        parquetOf({
          pictures: {
            image: photos.map(({ jpeg, name }) => ({ bytes: jpeg, path: `${name}.jpg` })),
          },
          texts: { text: photos.map(({ caption }) => caption) },
        }),
      ),
    }),
  },
  {
    title: '17 videos with captions among the images',
    files: (photos) => ({
      ...beside(photos),
      'clip 0.mp4': 'x',
      'clip 0.txt': 'a man waves',
      'clip 1.MOV': 'x',
      'clip 1.txt': 'a cat jumps',
    }),
    found: ['videos-not-judged clip 0.mp4'],
  },
  {
    title: '27 images linked from a hidden folder, one link to nothing',
    needsLinks: true,
    files: (photos) => ({
      ...pictures(photos, ({ name }) => `.store/${name}.jpg`),
      ...texts(photos, ({ name }) => `set/${name}.txt`),
      ...each(photos, ({ name }) => [`set/${name}.jpg`, { link: `../.store/${name}.jpg` }]),
      'set/gone.jpg': { link: '../.store/gone.jpg' },
      'set/gone.txt': 'a dog on a beach',
    }),
    found: ['unreadable-image set/gone.jpg'],
  },
  {
    title: '27 links that were copied as texts',
    files: (photos) => ({
      ...beside(photos),
      'copied.jpg': '../store/copied.jpg',
      'copied.txt': 'a dog on a beach',
    }),
    pairs: 13,
    found: ['unreadable-image copied.jpg'],
  },
  {
    title: '30 captions in other encodings',
    files: (photos) => ({
      ...beside(photos),
      'creek.txt': Buffer.from(
        'Un ruisseau coul\xe9 entre les rochers, tr\xe8s calme et \xe0 l\x92ombre des for\xeats',
        'latin1',
      ),
    }),
    pairs: 11,
    found: ['wrong-encoding creek.txt'],
  },
  {
    title: '32 captions as tags with escaped brackets, two exchanged',
    files: (photos) => ({
      ...pictures(photos, ({ name }) => `10_mychar/${name}.jpg`),
      ...each(photos, ({ name }, i) => [
        `10_mychar/${name}.txt`,
        `mychar, no humans, ${exchanged(photos, i)}, focus \\(subject\\)`,
      ]),
    }),
    found: ['captions-swapped 10_mychar/baseball.txt', 'captions-swapped 10_mychar/windmill.txt'],
  },
  {
    title: '33 one caption for all',
    files: (photos) => ({
      ...pictures(photos),
      ...each(photos, ({ name }) => [`${name}.txt`, 'a photo of sks dog']),
    }),
  },
  {
    title: '36 AVIF, TIFF, WebP, GIF and BMP are read; HEIC and JPEG XL are named',
    files: async (photos) => {
      const bmps = await bitmaps(photos.slice(0, 1));
      const of = (i: number) => sharp(photos[i]?.jpeg);
      return {
        ...texts(photos),
        ...bmps,
        'creek.avif': await of(1).avif().toBuffer(),
        'dahlia.tiff': await of(2).tiff().toBuffer(),
        'fig.webp': await of(3).webp().toBuffer(),
        'frying_pan.gif': await of(4).gif().toBuffer(),
        ...pictures(photos.slice(5)),
        'phone.heic': Buffer.from(`\0\0\0\x18ftypheic\0\0\0\0heicmif1${'\0'.repeat(99)}`, 'latin1'),
        'phone.txt': 'a dog on a beach',
        'new.jxl': Buffer.from(`\xff\x0a${'\0'.repeat(99)}`, 'latin1'),
        'new.txt': 'a cat on a sofa',
      };
    },
    pairs: 14,
    found: ['unreadable-image new.jxl', 'unreadable-image phone.heic'],
  },
  {
    title: '38 a photo in train and in validation, each with its metadata.jsonl',
    files: (photos) => {
      const [train, val] = [photos, photos.slice(4, 5)];
      const rows = (some: readonly TourPhoto[], nameOf: (name: string) => string) =>
        lines(
          some.map(({ name, caption }) =>
            json({ file_name: `${nameOf(name)}.jpg`, text: caption }),
          ),
        );
      return {
        ...pictures(train, ({ name }) => `train/${name}.jpg`),
        'train/metadata.jsonl': rows(train, (name) => name),
        ...pictures(val, () => 'validation/100.jpg'),
        'validation/metadata.jsonl': rows(val, () => '100'),
      };
    },
    pairs: 13,
    found: ['split-leak validation/100.jpg'],
  },
  {
    title: '40 captions in .cap',
    files: (photos) => ({ ...pictures(photos), ...texts(photos, ({ name }) => `${name}.cap`) }),
  },
  {
    title: '41 extensions inside of names',
    files: (photos) => ({
      ...pictures(photos, ({ name }, i) =>
        `train.jpg/${name}.jpg${i % 2 ? '.crop.jpg' : ''}`.replace('.jpg.crop', '.jpg.crop'),
      ),
      ...texts(photos, ({ name }, i) => `train.jpg/${name}${i % 2 ? '.jpg.crop' : ''}.txt`),
    }),
  },
  {
    title: '45 the images are still packed',
    files: (photos) => ({
      'images.zip': zip(photos[0]?.jpeg ?? Buffer.alloc(0)),
      'metadata.jsonl': lines(
        photos.map(({ name, caption }) => json({ file_name: `${name}.jpg`, text: caption })),
      ),
    }),
    pairs: 0,
    found: ['missing-image metadata.jsonl'],
  },
  {
    title: '46 tags in .txt and sentences in .caption',
    files: (photos) => ({
      ...beside(photos),
      ...each(photos, ({ name, caption }) => [`${name}.caption`, `A photo. ${caption}`]),
    }),
    found: ['second-caption-file baseball.caption'],
  },
  {
    title: '51 absolute paths of a Windows machine',
    files: (photos) => ({
      ...pictures(photos, ({ name }) => `my_set/${name}.jpg`),
      'dataset.jsonl': lines(
        photos.map(({ name, caption }) =>
          json({ image_path: `C:\\ai\\datasets\\my_set\\${name}.jpg`, caption }),
        ),
      ),
    }),
    found: ['other-root dataset.jsonl'],
  },
  {
    title: '51 absolute paths of Colab in CSV',
    files: (photos) => ({
      ...pictures(photos, ({ name }) => `photos/${name}.jpg`),
      'data.csv': lines([
        'image,caption',
        ...photos.map(
          ({ name, caption }) => `/content/drive/MyDrive/x/photos/${name}.jpg,${quoted(caption)}`,
        ),
      ]),
    }),
    found: ['other-root data.csv'],
  },
  {
    title: '54 white, grey from a line on, and of one pixel',
    files: async (photos) => {
      const background = { r: 128, g: 128, b: 128 };
      const blank = (width: number, colour: string) =>
        sharp({ create: { width, height: width, channels: 3, background: colour } })
          .jpeg()
          .toBuffer();
      const top = await sharp(photos[1]?.jpeg)
        .extract({ left: 0, top: 0, width: 224, height: 24 })
        .toBuffer();
      return {
        ...beside(photos),
        'baseball.jpg': await blank(200, '#fff'),
        'creek.jpg': await sharp(top).extend({ bottom: 150, background }).jpeg().toBuffer(),
        'dahlia.jpg': await blank(1, '#f80'),
      };
    },
    found: ['blank-image baseball.jpg', 'blank-image creek.jpg', 'blank-image dahlia.jpg'],
  },
  {
    title: '57 captions as UTF-16 and with a byte order mark',
    files: (photos) => ({
      ...beside(photos),
      'creek.txt': utf16(photos[1]?.caption ?? ''),
      'dahlia.txt': `\uFEFF${photos[2]?.caption}`,
    }),
    found: ['trainer/bom dahlia.txt', 'trainer/utf-16 creek.txt'],
  },
  {
    title: '60 bitmaps',
    files: async (photos) => ({ ...(await bitmaps(photos)), ...texts(photos) }),
  },
  {
    title: '62 a project with a second folder of captions, rejected pictures and a copy',
    files: (photos) => ({
      'README.md': '# LoRA',
      ...texts(photos.slice(0, 9), ({ name }) => `captions/${name}.txt`),
      ...beside(photos.slice(0, 9), 'datasets/selected/'),
      ...beside(photos.slice(9), 'datasets/rejected/'),
      'datasets/selected/creek copy.jpg': photos[1]?.jpeg ?? '',
      'datasets/selected/creek copy.txt': photos[1]?.caption ?? '',
      'contact_sheets/sheet_001.jpg': photos[5]?.jpeg ?? '',
    }),
    pairs: 13,
    found: ['exact-duplicate datasets/selected/creek copy.jpg'],
  },
  {
    title: '64 one template caption for each class',
    files: (photos) => ({
      ...pictures(photos, ({ name }, i) => `train/${i < 6 ? 'left' : 'right'}/${name}.jpg`),
      'metadata.jsonl': lines(
        photos.map(({ name }, i) =>
          json({
            file_name: `train/${i < 6 ? 'left' : 'right'}/${name}.jpg`,
            text: 'A photo of a thing.',
          }),
        ),
      ),
    }),
  },
  {
    title: '66 JSON of another folder beside captions',
    files: (photos) => ({
      ...beside(photos.slice(0, 6)),
      ...pictures(photos.slice(6), ({ name }) => `mllm_data/${name}.jpg`),
      'mllm_data.json': json(
        photos.slice(6).map(({ name, caption }) => ({
          messages: talk(caption),
          images: [`mllm_data/${name}.jpg`],
        })),
      ),
    }),
  },
  {
    title: '66 JSON whose caption is not clear takes the place of missing captions',
    files: (photos) => ({
      ...beside(photos.slice(0, 6)),
      ...pictures(photos.slice(6), ({ name }) => `more/${name}.jpg`),
      'more.json': json(
        photos
          .slice(6)
          .map(({ name, caption }) => ({ img: `more/${name}.jpg`, left: caption, right: caption })),
      ),
    }),
    pairs: 6,
    found: ['unread-captions more.json'],
  },
];
