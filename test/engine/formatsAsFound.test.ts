import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IMAGE, openOne } from '../support/openMemory.ts';
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

/*
 * Datasets as people have them: after public reports (one of each kind), and as a newcomer may have them, with other names,
 * folders, line ends and encodings. Each is three pictures with one caption, read in full and without a finding.
 */

const utf16 = (text: string): Uint8Array => Buffer.from(`\uFEFF${text}`, 'utf16le');

const talk = (question: string, answer: string) => [
  { from: 'human', value: question },
  { from: 'gpt', value: answer },
];
const messages = (question: unknown, answer: unknown) => [
  { role: 'user', content: question },
  { role: 'assistant', content: answer },
];

const READ: readonly (readonly [title: string, format: string, entries: Entries])[] = [
  // After public reports.
  [
    'open_clip CSV (filepath, title)',
    'delimited',
    {
      ...images('image/'),
      'train.csv': lines(['filepath,title', ...each((n, c) => `image/${n}.jpg,${quoted(c)}`)]),
    },
  ],
  [
    'open_clip CSV with tabs',
    'delimited',
    {
      ...images('image/'),
      'train.csv': lines(['filepath\ttitle', ...each((n, c) => `image/${n}.jpg\t${c}`)]),
    },
  ],
  [
    'LLaVA conversations',
    'conversations',
    {
      ...images('images/'),
      'finetune.json': json(
        each((n, c, i) => ({
          id: `${i}`,
          image: `images/${n}.jpg`,
          conversations: talk('<image>\nDescribe the picture.', c),
        })),
        1,
      ),
    },
  ],
  [
    'messages and images, a line each',
    'conversations',
    {
      ...images('images/'),
      'train.jsonl': lines(
        each((n, c) =>
          json({ messages: messages('<image>What is shown?', c), images: [`images/${n}.jpg`] }),
        ),
      ),
    },
  ],
  [
    'Karpathy JSON',
    'karpathy',
    {
      ...images('pics/'),
      'dataset_mine.json': json({
        images: each((n, raw) => ({ filename: `${n}.jpg`, split: 'train', sentences: [{ raw }] })),
      }),
    },
  ],
  [
    'objects in a list of captions',
    'captions-jsonl',
    {
      ...images('imgs/'),
      'a.jsonl': lines(
        each((n, caption) => json({ file_name: `imgs/${n}.jpg`, captions: [{ caption }] })),
      ),
    },
  ],
  ['another text extension', 'sidecar', { ...images(), ...files((n, c) => [`${n}.cap`, c]) }],
  [
    'captions in a folder of their own',
    'sidecar',
    { ...images('images/'), ...files((n, c) => [`captions/${n}.txt`, c]) },
  ],
  [
    'EveryDream YAML',
    'yaml-sidecar',
    { ...images(), ...files((n, c) => [`${n}.yaml`, `main_prompt: ${json(c)}\nrating: 1.0\n`]) },
  ],
  [
    'a JSON beside each image',
    'json-sidecar',
    { ...images(), ...files((n, c) => [`${n}.json`, json({ caption: c, width: 5 })]) },
  ],
  [
    'a JSON list (BLIP)',
    'captions-json',
    {
      ...images('val2014/'),
      'annotations/coco_karpathy_val.json': json(
        each((n, c) => ({ caption: c, image: `val2014/${n}.jpg`, image_id: 1 })),
      ),
    },
  ],
  [
    'ROCO captions without a header',
    'delimited',
    {
      ...images('radiology/images/'),
      'radiology/captions.txt': lines(each((n, c) => `${n} \t${c}`)),
    },
  ],
  // As a newcomer may have them.
  [
    'DiffSynth metadata.json, Windows line ends',
    'captions-json',
    {
      ...images(),
      'metadata.json': json(
        each((n, c) => ({ prompt: c, image: `${n}.jpg` })),
        2,
      ).replaceAll('\n', '\r\n'),
    },
  ],
  [
    'a list under "data"',
    'captions-json',
    {
      ...images('deep/er/'),
      'set.json': json({
        version: 1,
        data: each((n, c) => ({ file_path: `deep/er/${n}.jpg`, text: c })),
      }),
    },
  ],
  [
    'a list under "annotations" without a list of images',
    'captions-json',
    {
      ...images('images/'),
      'ann.json': json({ annotations: each((n, c) => ({ image_id: n, caption: c })) }),
    },
  ],
  [
    'images that say their captions',
    'captions-json',
    {
      ...images('images/'),
      'i.json': json({ images: each((n, c) => ({ file_name: `${n}.jpg`, caption: c })) }),
    },
  ],
  [
    'an object from names to captions',
    'captions-map',
    {
      ...images('images/'),
      'c.json': json(Object.fromEntries(each((n, c) => [`${n}.jpg`, c])), 1),
    },
  ],
  [
    'an object from stems to lists, with a byte order mark',
    'captions-map',
    { ...images(), 'c.json': `\uFEFF${json(Object.fromEntries(each((n, c) => [n, [c]])))}` },
  ],
  [
    'an object from names to objects with tags',
    'captions-map',
    {
      ...images(),
      'c.json': json(
        Object.fromEntries(each((n, c) => [`${n}.jpg`, { captions: [c], tags: ['x', 'y'] }])),
      ),
    },
  ],
  [
    'an object under a property of the document',
    'captions-map',
    {
      ...images(),
      'c.json': json({
        info: { version: '1' },
        captions: Object.fromEntries(each((n, c) => [`${n}.jpg`, c])),
      }),
    },
  ],
  [
    'JSON lines in a .json file',
    'captions-jsonl',
    { ...images(), 'x.json': lines(each((n, c) => json({ img: `${n}.jpg`, description: c }))) },
  ],
  [
    'a JSON list in a .jsonl file',
    'captions-json',
    { ...images(), 'x.jsonl': json(each((n, c) => ({ img_path: `${n}.jpg`, caption_en: c }))) },
  ],
  [
    'Qwen-VL parts of a message',
    'conversations',
    {
      ...images('images/', 'png'),
      'q.json': json(
        each((n, c) => ({
          messages: messages(
            [
              { type: 'image', image: `file://images/${n}.png` },
              { type: 'text', text: 'Describe this image.' },
            ],
            [{ type: 'text', text: c }],
          ),
        })),
      ),
    },
  ],
  [
    'Qwen-VL images in the words',
    'conversations',
    {
      ...images('images/'),
      'q.json': json(
        each((n, c) => ({
          conversations: [
            { from: 'user', value: `Picture 1: <img>images/${n}.jpg</img>\nWhat is in it?` },
            { from: 'assistant', value: c },
          ],
        })),
      ),
    },
  ],
  [
    'ms-swift query and response',
    'conversations',
    {
      ...images('images/'),
      's.jsonl': lines(
        each((n, c) => json({ query: '<image>', response: c, images: [`images/${n}.jpg`] })),
        '\r\n',
      ),
    },
  ],
  [
    'German columns and semicolons',
    'delimited',
    {
      ...images('Bilder/'),
      'daten.csv': lines(['Bild;Text', ...each((n, c) => `${n}.jpg;${quoted(c)}`)], '\r\n'),
    },
  ],
  [
    'TSV as UTF-16',
    'delimited',
    {
      ...images('images/'),
      'c.tsv': utf16(lines(['image\tcaption', ...each((n, c) => `images/${n}.jpg\t${quoted(c)}`)])),
    },
  ],
  [
    'captions before local paths, no header',
    'delimited',
    { ...images('train/'), 'cc.tsv': lines(each((n, c) => `${quoted(c)}\ttrain/${n}.jpg`)) },
  ],
  [
    'parted by |, no header',
    'delimited',
    { ...images('wavs/'), 'metadata.csv': lines(each((n, c) => `wavs/${n}.jpg|${quoted(c)}`)) },
  ],
  [
    'an index column of pandas and backslashes',
    'delimited',
    {
      ...images('images/'),
      'p.csv': lines([
        ',Image_Path,Caption',
        ...each((n, c, i) => `${i},images\\${n}.jpg,${quoted(c)}`),
      ]),
    },
  ],
  [
    'id, name and caption',
    'delimited',
    {
      ...images(),
      'c.csv': lines(['id,name,caption', ...each((n, c, i) => `${i},${n}.jpg,${quoted(c)}`)]),
    },
  ],
  [
    'a list in train.txt',
    'delimited',
    { ...images(), 'train.txt': lines(each((n, c) => `${n}.jpg\t${quoted(c)}`)) },
  ],
  [
    'an extension nobody knows, behind that of the image',
    'sidecar',
    { ...images('sub/deep/'), ...files((n, c) => [`sub/deep/${n}.jpg.beschreibung`, `${c}\r\n`]) },
  ],
  [
    'a JSON of each image in a folder of its own',
    'json-sidecar',
    {
      ...images('images/'),
      ...files((n, c) => [`annotations/${n}.json`, json({ image: `${n}.jpg`, caption: c })]),
    },
  ],
  [
    'named captions in a JSON beside each image',
    'json-sidecar',
    { ...images(), ...files((n, c) => [`${n}.json`, json({ captions: { main: c } })]) },
  ],
  [
    'a YAML block beside each image',
    'yaml-sidecar',
    { ...images(), ...files((n, c) => [`${n}.yml`, `caption: |-\n  ${c}\n`]) },
  ],
];

describe('datasets as people have them', () => {
  for (const [title, format, entries] of READ) {
    test(`${title}: read as ${format}`, async () => {
      await readInFull(format, entries);
    });
  }

  test('captions in folders of their own belong to the images of their split', async () => {
    const dataset = await openOne({
      ...images('images/train/'),
      ...images('images/val/'),
      ...files((n, c) => [`labels/train/${n}.txt`, `train: ${c}`]),
      ...files((n, c) => [`labels/val/${n}.txt`, `val: ${c}`]),
    });
    assert.equal(dataset.pairs.length, 6);
    for (const { image, caption, split } of dataset.pairs) {
      assert.ok(image.startsWith(`images/${split}/`) && caption.startsWith(`${split}:`));
    }
  });

  test('numbers of captions that are names of images, too, are no names, and no part of the captions', async () => {
    const rows = each((n, c, i) => `${n}.jpg\t${i}\t${c}`);
    const numbered = Object.fromEntries([0, 1, 2].map((i) => [`${i}.jpg`, IMAGE]));
    const dataset = await openOne({ ...images(), ...numbered, 'captions.txt': lines(rows) });
    assert.deepEqual(
      dataset.pairs.map(({ image, caption }) => `${image}: ${caption}`).sort(),
      each((n, c) => `${n}.jpg: ${c}`).sort(),
    );
  });

  test('several numbered columns are several captions', async () => {
    const dataset = await openOne({
      ...images(),
      'data.csv': lines([
        'image_id,caption_1,caption_2',
        ...each((n, c) => `${n}.jpg,${quoted(c)},${quoted(`Another: ${c}`)}`),
      ]),
    });
    assert.deepEqual(
      dataset.pairs.map(({ captionIndex }) => captionIndex),
      [0, 1, 0, 1, 0, 1],
    );
  });
});
