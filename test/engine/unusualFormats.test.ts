import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openOne, pairsOf, problemsOf } from '../support/openMemory.ts';
import {
  each,
  type Entries,
  files,
  images,
  json,
  lines,
  quoted,
  readInFull,
} from '../support/threePictures.ts';

/* Captions under unusual names, nested in other objects, or by numbers: each three pictures with one caption. */

const READ: readonly (readonly [title: string, format: string, entries: Entries])[] = [
  [
    'a caption in another object of the JSON beside each image',
    'json-sidecar',
    {
      ...images(),
      ...files((n, c) => [`${n}.json`, json({ size: { w: 5 }, annotation: { caption: c } })]),
    },
  ],
  [
    'a list with a caption beside each image',
    'json-sidecar',
    { ...images(), ...files((n, c) => [`${n}.json`, json([{ caption: c, id: 1 }])]) },
  ],
  [
    'annotations in a folder of JSON files',
    'json-sidecar',
    {
      ...images('images/'),
      ...files((n, c) => [`json/${n}.json`, json({ id: n, annotations: [{ caption: c }] })]),
    },
  ],
  [
    'a text in quotes beside each image',
    'json-sidecar',
    { ...images(), ...files((n, c) => [`${n}.json`, json(c)]) },
  ],
  [
    'texts with one ending more than their images',
    'sidecar',
    { ...images(), ...files((n, c) => [`${n}_caption.txt`, c]) },
  ],
  [
    'texts with one beginning more, in a folder of their own',
    'sidecar',
    { ...images('Images/'), ...files((n, c) => [`Texts/cap.${n}.txt`, c]) },
  ],
  [
    'an image key of an unknown name',
    'captions-jsonl',
    {
      ...images('t/'),
      't/metadata.jsonl': lines(
        each((n, c) => json({ image_file_name: `${n}.jpg`, label: n, text: c })),
      ),
    },
  ],
  [
    'image and caption in objects of a line',
    'captions-jsonl',
    {
      ...images('im/'),
      'x.jsonl': lines(
        each((n, c) => json({ img: { path: `im/${n}.jpg` }, annotation: { caption: c, id: 3 } })),
      ),
    },
  ],
  [
    'an object from IDs to image and caption',
    'captions-map',
    {
      ...images('im/'),
      'x.json': json(
        Object.fromEntries(each((n, c, i) => [i, { image: `im/${n}.jpg`, caption: c }])),
      ),
    },
  ],
  [
    'COCO with addresses in place of file names',
    'coco-captions',
    {
      ...images('val2017/'),
      'annotations/captions_val2017.json': json({
        images: each((n, _, i) => ({ id: i, coco_url: `http://images.example/val2017/${n}.jpg` })),
        annotations: each((_, caption, i) => ({ id: 10 + i, image_id: i, caption })),
      }),
    },
  ],
  [
    'lines with a colon behind the name',
    'named-lines',
    { ...images('images/'), 'captions.txt': lines(each((n, c) => `${n}.jpg: ${c}`)) },
  ],
  [
    'lines with a comma behind the name and in the captions',
    'named-lines',
    {
      ...images('images/'),
      'captions.txt': lines(
        each((n, c) => `${n}.jpg,${c}`),
        '\r\n',
      ),
    },
  ],
  [
    'lines with a space behind the name',
    'named-lines',
    { ...images(), 'captions.txt': lines(each((n, c) => `./${n}.jpg ${c}`)) },
  ],
  [
    'a JSON list in a column (flickr_annotations_30k.csv)',
    'delimited',
    {
      ...images('flickr30k-images/'),
      'flickr_annotations_30k.csv': lines([
        'raw,sentids,split,filename,img_id',
        ...each((n, c, i) => `${quoted(json([c]))},[${i}],train,${n}.jpg,${i}`),
      ]),
    },
  ],
  [
    'DOCCI (.jsonlines)',
    'captions-jsonl',
    {
      ...images(),
      'docci.jsonlines': lines(
        each((n, c) => json({ example_id: n, image_file: `${n}.jpg`, description: c })),
      ),
    },
  ],
  [
    'DiffusionDB: prompts as p, beside their seeds',
    'captions-map',
    {
      ...images('part-000001/', 'png'),
      'part-000001/part-000001.json': json(
        Object.fromEntries(each((n, c, i) => [`${n}.png`, { p: c, se: i, c: 7, st: 50 }])),
      ),
    },
  ],
  [
    'a preferred and a rejected answer (LLaMA-Factory)',
    'conversations',
    {
      ...images('images/'),
      'dpo.json': json(
        each((n, c) => ({
          conversations: [{ from: 'human', value: '<image>Describe this image.' }],
          chosen: { from: 'gpt', value: c },
          rejected: { from: 'gpt', value: 'A blue elephant.' },
          images: [`images/${n}.jpg`],
        })),
      ),
    },
  ],
  [
    'several target images (musubi-tuner)',
    'captions-jsonl',
    {
      ...images('a/'),
      ...images('b/'),
      'set.jsonl': lines(
        each((n, c) =>
          json({ image_path_0: `a/${n}.jpg`, image_path_1: `b/${n}.jpg`, caption: c }),
        ),
      ),
    },
  ],
  [
    'sentences with their words (Karpathy in JSON Lines)',
    'captions-jsonl',
    {
      ...images(),
      'x.jsonl': lines(
        each((n, raw) => json({ filename: `${n}.jpg`, sentences: [{ raw, tokens: ['a'] }] })),
      ),
    },
  ],
  [
    'a folder for each image, with a text of one name',
    'sidecar',
    { ...files((n) => [`${n}/${n}.jpg`, 'x']), ...files((n, c) => [`${n}/caption.txt`, c]) },
  ],
  [
    'a folder for each image, with a JSON of one name',
    'json-sidecar',
    {
      ...files((n) => [`${n}/${n}.jpg`, 'x']),
      ...files((n, c) => [`${n}/prompt.json`, json({ prompt: c })]),
    },
  ],
  [
    'layers of images beside them (musubi-tuner)',
    'sidecar',
    {
      ...images('set/', 'png'),
      ...files((n) => [`set/${n}_0.png`, 'x']),
      ...files((n) => [`set/${n}_1.png`, 'x']),
      ...files((n, c) => [`set/${n}.txt`, c]),
      'dataset.toml':
        '[general]\ncaption_extension = ".txt"\n[[datasets]]\nimage_directory = "set"\nmultiple_target = true\n',
    },
  ],
  [
    'prefix and suffix (PaliGemma)',
    'conversations',
    {
      ...images('dataset/'),
      'dataset/_annotations.train.jsonl': lines(
        each((n, c) => json({ image: `${n}.jpg`, prefix: 'caption en', suffix: c })),
      ),
    },
  ],
  [
    'boxes of YOLO in .txt, captions in .caption',
    'sidecar',
    {
      ...images(),
      ...files((n) => [`${n}.txt`, '0 0.5 0.5 0.2 0.3\n']),
      ...files((n, c) => [`${n}.caption`, c]),
    },
  ],
];

/** Captions by the numbers in the names of the images, which begin at 7. */
const NUMBERED: readonly (readonly [title: string, format: string, entries: Entries])[] = [
  [
    'COCO without names',
    'coco-captions',
    {
      'captions.json': json({
        images: each((_, __, i) => ({ id: i + 7, width: 5 })),
        annotations: each((_, caption, i) => ({ id: i, image_id: i + 7, caption })),
      }),
    },
  ],
  [
    'results of COCO',
    'captions-json',
    { 'results.json': json(each((_, caption, i) => ({ image_id: i + 7, caption }))) },
  ],
  [
    'a table of numbers and captions',
    'delimited',
    { 'c.csv': lines(['id,caption', ...each((_, c, i) => `${i + 7},${quoted(c)}`)]) },
  ],
];

describe('captions in unusual places', () => {
  for (const [title, format, entries] of READ) {
    test(`${title}: read as ${format}`, async () => {
      await readInFull(format, entries);
    });
  }

  for (const [title, format, entries] of NUMBERED) {
    test(`${title}: images are found by the number in their names`, async () => {
      const name = (i: number): string =>
        `val2014/COCO_val2014_${String(i + 7).padStart(12, '0')}.jpg`;
      const dataset = await openOne({
        ...entries,
        ...Object.fromEntries(each((_, __, i) => [name(i), 'x'])),
      });
      assert.deepEqual(dataset.formats, [format]);
      assert.deepEqual(problemsOf(dataset), []);
      assert.deepEqual(
        pairsOf(dataset),
        each((_, caption, i) => [name(i), caption]),
      );
    });
  }

  test('a number that is in the names of two images names neither', async () => {
    const names = { 'a_7.jpg': 'x', 'b_7.jpg': 'x', 'a_8.jpg': 'x' };
    const dataset = await openOne({
      ...names,
      'captions.json': json({
        images: [{ id: 7 }, { id: 8 }],
        annotations: [7, 8].map((id) => ({ id, image_id: id, caption: `a picture of ${id}` })),
      }),
    });
    assert.deepEqual(pairsOf(dataset), [['a_8.jpg', 'a picture of 8']]);
  });

  test('texts of regions and lettering in JSON beside an image are no captions of it', async () => {
    const beside = {
      boxes: json({ lines: [{ text: 'STOP HERE FOR TEA', bbox: [1, 2, 3, 4] }] }),
      two: json({ exif: { description: 'taken in the evening' }, ocr: { text: 'OPEN' } }),
    };
    await assert.rejects(
      openOne({
        'boxes.jpg': 'x',
        'boxes.json': beside.boxes,
        'two.jpg': 'x',
        'two.json': beside.two,
      }),
      /no captions that belong to images/,
    );
  });
});
