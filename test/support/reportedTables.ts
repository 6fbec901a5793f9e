import {
  converted,
  edges,
  inImages,
  json,
  lines,
  pictures,
  quoted,
  type ReportedSet,
  talk,
} from './reportedSet.ts';

/* After public reports: the first of each number is the report's, the second another of its kind. */

/** One caption file for many images. */
export const REPORTED_TABLES: readonly ReportedSet[] = [
  {
    title: '02 open_clip CSV with filepath and title',
    files: (photos) => ({
      ...inImages(photos),
      'train.csv': lines([
        'filepath,title',
        ...photos.map(({ name, caption }) => `images/${name}.jpg,${quoted(caption)}`),
      ]),
    }),
  },
  {
    title: '02 the same with semicolons, a byte order mark and .CSV',
    files: (photos) => ({
      ...inImages(photos),
      'TRAIN.CSV': `\uFEFF${lines(['Filepath;Title', ...photos.map(({ name, caption }) => `images/${name}.jpg;${quoted(caption)}`)])}`,
    }),
  },
  {
    title: '03 open_clip CSV with tabs',
    files: (photos) => ({
      ...inImages(photos),
      'train.csv': lines([
        'filepath\ttitle',
        ...photos.map(({ name, caption }) => `images/${name}.jpg\t${caption}`),
      ]),
    }),
  },
  {
    title: '03 tabs without a header, the caption first',
    files: (photos) => ({
      ...inImages(photos),
      'cc.tsv': lines(photos.map(({ name, caption }) => `${caption}\timages/${name}.jpg`)),
    }),
  },
  {
    title: '05 LLaVA conversations',
    files: (photos) => ({
      ...inImages(photos),
      'finetune.json': json(
        photos.map(({ name, caption }) => ({
          id: name,
          image: `images/${name}.jpg`,
          conversations: [
            { from: 'human', value: '<image>\nDescribe the picture in one sentence.' },
            { from: 'gpt', value: caption },
          ],
        })),
      ),
    }),
  },
  {
    title: '06 messages and images, a line each',
    files: (photos) => ({
      ...inImages(photos),
      'train.jsonl': lines(
        photos.map(({ name, caption }) =>
          json({ messages: talk(caption), images: [`images/${name}.jpg`] }),
        ),
      ),
    }),
  },
  {
    title: '06 messages with a system prompt and image objects, in a list',
    files: (photos) => ({
      ...inImages(photos),
      'train.json': json(
        photos.map(({ name, caption }) => ({
          messages: [{ role: 'system', content: 'You are helpful.' }, ...talk(caption)],
          images: [{ path: `images/${name}.jpg` }],
        })),
      ),
    }),
  },
  {
    title: '07 ControlNet: conditioning images that rows name',
    files: async (photos) => ({
      ...inImages(photos),
      ...(await converted(
        photos,
        ({ name }) => `conditioning_images/${name}.png`,
        ({ jpeg }) => edges(jpeg),
      )),
      'metadata.jsonl': lines(
        photos.map(({ name, caption }) =>
          json({
            file_name: `images/${name}.jpg`,
            text: caption,
            conditioning_image: `conditioning_images/${name}.png`,
          }),
        ),
      ),
    }),
  },
  {
    title: '07 source, target and prompt, as the ControlNet tutorial has them',
    files: async (photos) => ({
      ...pictures(photos, ({ name }) => `target/${name}.jpg`),
      ...(await converted(
        photos,
        ({ name }) => `source/${name}.jpg`,
        ({ jpeg }) => edges(jpeg),
      )),
      'prompt.json': lines(
        photos.map(({ name, caption }) =>
          json({ source: `source/${name}.jpg`, target: `target/${name}.jpg`, prompt: caption }),
        ),
      ),
    }),
  },
  {
    title: '19 Karpathy JSON',
    files: (photos) => ({
      ...pictures(photos, ({ name }) => `imgs/${name}.jpg`),
      'dataset_mine.json': json({
        images: photos.map(({ name, caption }) => ({
          filename: `${name}.jpg`,
          split: 'train',
          sentences: [{ raw: caption }, { raw: `${caption} Again.` }],
        })),
      }),
    }),
    pairs: 24,
  },
  {
    title: '20 COCO with captions and boxes, ids as texts and numbers, an image missing',
    files: (photos) => ({
      ...inImages(photos.slice(1)),
      'annotations.json': json({
        images: photos.map(({ name }, i) => ({ id: String(i), file_name: `${name}.jpg` })),
        annotations: photos.flatMap(({ caption }, i) => [
          { id: 2 * i, image_id: i, caption },
          { id: 2 * i + 1, image_id: i, bbox: [1, 2, 3, 4], category_id: 1 },
        ]),
      }),
    }),
    pairs: 11,
    found: ['missing-image annotations.json'],
  },
  {
    title: '20 COCO without file names, the ids in the names of the images',
    files: (photos) => ({
      ...pictures(photos, (_, i) => `val2014/COCO_val2014_${String(i + 1).padStart(12, '0')}.jpg`),
      'annotations/captions_val2014.json': json({
        images: photos.map((_, i) => ({ id: i + 1, width: 224 })),
        annotations: photos.map(({ caption }, i) => ({ id: i, image_id: i + 1, caption })),
      }),
    }),
  },
  {
    title: '21 a list of caption objects a line',
    files: (photos) => ({
      ...inImages(photos),
      'annotations.jsonl': lines(
        photos.map(({ name, caption }) =>
          json({
            file_name: `images/${name}.jpg`,
            captions: [{ caption }, { caption: `${caption} Again.` }],
          }),
        ),
      ),
    }),
    pairs: 24,
  },
  {
    title: '22 names relative to an image root',
    files: (photos) => ({
      ...pictures(photos, ({ name }) => `images/airport/${name}.jpg`),
      'train.jsonl': lines(
        photos.map(({ name, caption }) =>
          json({ filename: `airport/${name}.jpg`, captions: [caption] }),
        ),
      ),
    }),
    found: ['other-root train.jsonl'],
  },
  {
    title: '23 CSV with spaces after commas, one comma not in quotes',
    files: (photos) => ({
      ...inImages(photos),
      'captions.csv': lines([
        'image, caption',
        ...photos.map(
          ({ name, caption }, i) =>
            `${name}.jpg, ${i === 3 ? 'a fig, halved' : caption.replaceAll(',', '')}`,
        ),
      ]),
    }),
    pairs: 11,
    found: ['unreadable-caption captions.csv'],
  },
  {
    title: '26 CSV with line breaks and quotes in captions',
    files: (photos) => ({
      ...inImages(photos),
      'captions.csv': lines([
        'image,caption',
        ...photos.map(
          ({ name, caption }) => `images/${name}.jpg,${quoted(`${caption}\nOn a "good" day.`)}`,
        ),
      ]),
    }),
  },
];
