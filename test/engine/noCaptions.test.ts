import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { lookInto } from '../../src/engine/discovery/openDatasets.ts';
import { memoryFiles } from '../support/memoryFiles.ts';
import { each, type Entries, files, images, json, lines } from '../support/threePictures.ts';

/*
 * Files that lie beside images and are no captions of them: labels, boxes, questions, regions. Nothing of them is judged;
 * what may look like captions is named with what it is.
 */

const NONE: readonly (readonly [title: string, entries: Entries, told: readonly string[]])[] = [
  [
    'boxes of YOLO beside the images',
    {
      ...files((n) => [`${n}.txt`, n === 'hens' ? '' : '0 0.5 0.5 0.2 0.3\n1 0.1 0.2 0.3 0.4\n']),
      'classes.txt': 'cow\nhen\n',
    },
    ['cow.txt x3: numbers with the name of an image, such as boxes of objects, and no caption'],
  ],
  [
    'boxes of YOLO in a folder of their own',
    files((n) => [`labels/train/${n}.txt`, '0 0.5 0.5 0.2 0.3\n']),
    [
      'labels/train/cow.txt x3: numbers with the name of an image, such as boxes of objects, and no caption',
    ],
  ],
  [
    'boxes of DOTA and KITTI',
    {
      'cow.txt': 'imagesource:GoogleEarth\ngsd:0.14\n1.0 2.0 3.0 4.0 5.0 6.0 7.0 8.0 plane 0\n',
      'hens.txt':
        'Car 0.00 0 1.85 387.63 181.54 423.81 203.12 1.67 1.87 3.69 -16.53 2.39 58.49 1.57',
      'kitten.txt': '7',
    },
    ['cow.txt x3: numbers with the name of an image, such as boxes of objects, and no caption'],
  ],
  [
    'outlines of labelme',
    files((n) => [
      `${n}.json`,
      json({ shapes: [{ label: 'the left horn of it', points: [[1, 2]] }], imagePath: `${n}.jpg` }),
    ]),
    [],
  ],
  [
    'a list of images with the numbers of their classes',
    { 'val.txt': lines(each((n, _, i) => `${n}.jpg ${i}`)) },
    [],
  ],
  [
    'a list of images with the words in them',
    { 'gt.txt': lines(each((n) => `${n}.jpg\tSTOP`)) },
    [],
  ],
  [
    'questions with answers',
    {
      'vqa.json': json(
        each((n) => ({
          image: `${n}.jpg`,
          question: 'What colour is it in the end?',
          answer: 'red',
        })),
      ),
    },
    [
      'vqa.json x1: a list of objects with image, question, answer: questions about images, which are no captions',
    ],
  ],
  [
    'questions whose answers are called text',
    {
      'a.jsonl': lines(
        each((n) => json({ image: `${n}.jpg`, question_id: 1, text: 'What is it on the left?' })),
      ),
    },
    [
      'a.jsonl x1: lines of objects with image, question_id, text: questions about images, which are no captions',
    ],
  ],
  [
    'names of raw files',
    { 'r.jsonl': lines(each((n) => json({ image: `${n}.jpg`, raw: `${n}.CR2` }))) },
    [],
  ],
  [
    'boxes in metadata.jsonl',
    {
      'metadata.jsonl': lines(
        each((n) => json({ file_name: `${n}.jpg`, objects: { bbox: [[1, 2, 3, 4]], id: [1] } })),
      ),
    },
    [],
  ],
  [
    'how images are to be edited',
    {
      'metadata.jsonl': lines(
        each((n) => json({ file_name: `${n}.jpg`, edit_prompt: 'make it a drawing of lines' })),
      ),
    },
    [
      'metadata.jsonl x1: lines of objects with file_name, edit_prompt: is "edit_prompt" the caption?',
    ],
  ],
  [
    'sentences about one thing each (RefCOCO)',
    {
      'refs.json': json(
        each((n, raw) => ({ ref_id: 1, file_name: `${n}.jpg`, sentences: [{ raw, sent: raw }] })),
      ),
    },
    [
      'refs.json x1: a list of objects with ref_id, file_name, sentences: phrases about parts of images, which are no captions of whole images',
    ],
  ],
  [
    'captions with marked phrases (Flickr30k Entities)',
    files((n) => [
      `Sentences/${n}.txt`,
      `[/EN#1/animals A ${n}] looks at [/EN#2/other a sign] .\n`,
    ]),
    [
      'Sentences/cow.txt x3: it bears the name of an image and has captions with marked phrases, which are not read',
    ],
  ],
  [
    'tags of a booru in JSON',
    files((n) => [`${n}.json`, json({ id: 1, tag_string: '1girl solo', rating: 's' })]),
    ['cow.json x3: it bears the name of an image; none of its properties is known as a caption'],
  ],
  [
    'one list of names and one of captions',
    { 'd.json': json({ images: each((n) => `${n}.jpg`), captions: each((_, c) => c) }) },
    ['d.json x1: it names images and has texts, in a form that is not read'],
  ],
  [
    'a program with the captions in it',
    { 'captions.py': `C = {${each((n, c) => `${json(`${n}.jpg`)}: ${json(c)}`).join(', ')}}` },
    ['captions.py x1: a text with names of images, in a form that is not read'],
  ],
];

describe('what is no caption', () => {
  for (const [title, entries, told] of NONE) {
    test(title, async () => {
      const folder = Object.keys(entries).some((name) => name.includes('/')) ? 'images/train/' : '';
      const files = memoryFiles('/set', { ...images(folder), ...entries });
      const { datasets, inventory } = await lookInto(files, '/set');
      assert.deepEqual(
        datasets.flatMap(({ pairs }) => pairs),
        [],
      );
      assert.deepEqual(
        inventory.unread.map(
          ({ files: [file], count, what }) => `${file} x${count}: ${inEnglish(what)}`,
        ),
        told,
      );
    });
  }

  test('numbers among words are a caption, and one text of numbers does not hide the others', async () => {
    const files = memoryFiles('/set', {
      ...images(),
      'cow.txt': '2024',
      'hens.txt': '2 hens, 3 chicks, 1 fence',
      'kitten.txt': 'a kitten of 2 weeks',
    });
    const { datasets } = await lookInto(files, '/set');
    assert.equal(datasets[0]?.pairs.length, 3);
  });

  /** The inventory's entries of a folder of pictures alone. */
  const toldOf = async (entries: Entries): Promise<string[]> => {
    const { datasets, inventory } = await lookInto(memoryFiles('/set', entries), '/set');
    assert.deepEqual(datasets, []);
    return inventory.unread.map(({ count, what }) => `${count} ${inEnglish(what)}`);
  };

  const toldBy = async (entries: Entries): Promise<string[]> => {
    const { inventory } = await lookInto(memoryFiles('/set', { ...images(), ...entries }), '/set');
    return inventory.unread.map(({ what }) => inEnglish(what));
  };

  test('another column that is called a caption is named, and which one is read', async () => {
    const row = (n: string, c: string) => ({ image: `${n}.jpg`, org_caption: c, re_caption: c });
    const said = ['its captions are read from "org_caption", and not from "re_caption"'];
    assert.deepEqual(await toldBy({ 'c.jsonl': lines(each((n, c) => json(row(n, c)))) }), said);
    const table = ['image,org_caption,re_caption', ...each((n, c) => `${n}.jpg,${c},${c} now`)];
    assert.deepEqual(await toldBy({ 'c.csv': lines(table) }), said);
    const config = json({ columns: { 'c.csv': { image: 'image', caption: 're_caption' } } });
    const chosen = { 'c.csv': lines(table), 'pairlens.config.json': config };
    assert.deepEqual(await toldBy(chosen), []);
  });

  test('JSON in a text, prompts without images and phrases about regions are named', async () => {
    const list = json(each((n, c) => ({ image: `${n}.jpg`, caption: c })));
    assert.deepEqual(await toldBy({ 'captions.txt': list }), [
      'it names images in JSON, which is not read from a .txt',
    ]);
    const tagged = lines(each((_, c) => `[v] ${c}`));
    assert.deepEqual(await toldBy({ 'captions.txt': tagged }), [
      'lines of text that name no images',
    ]);
    const prompts = lines(each((_, c) => c));
    assert.deepEqual(await toldBy({ 'prompts.txt': prompts }), [
      'lines of text that name no images',
    ]);
    assert.deepEqual(await toldBy({ 'sample_prompts.txt': prompts }), []);
    const regions = each((_, c, i) => ({ id: i, regions: [{ region_id: i, phrase: c, x: 1 }] }));
    assert.deepEqual(await toldBy({ 'region_descriptions.json': json(regions) }), [
      'a list of objects with id, regions: phrases about parts of images, which are no captions of whole images',
    ]);
  });

  for (const key of ['expression', 'phrase', 'referring_expression']) {
    test(`an ${key} of a box is about a part of an image`, async () => {
      const refs = each((n, c) => ({ image: `${n}.jpg`, bbox: [1, 2, 3, 4], [key]: c }));
      assert.deepEqual(await toldBy({ 'refs.json': json(refs) }), [
        `a list of objects with image, bbox, ${key}: phrases about parts of images, which are no captions of whole images`,
      ]);
    });
  }

  test('scene graphs and questions by their numbers are named', async () => {
    const graphs = each((n) => [
      n,
      { location: 'out in the city', objects: { 1: { name: 'man', relations: [{ name: 'on' }] } } },
    ]);
    assert.deepEqual(await toldBy({ 'graphs.json': json(Object.fromEntries(graphs)) }), [
      'scene graphs, objects of images with their relations, which are no captions',
    ]);
    const asked = each((n, c, i) => [i, { question: 'Is it red?', imageId: n, fullAnswer: c }]);
    assert.deepEqual(await toldBy({ 'asked.json': json(Object.fromEntries(asked)) }), [
      'questions about images, which are no captions',
    ]);
  });

  test('pictures inside a file are named, though the first is longer than what is looked at', async () => {
    const line = { image: `/9j/${'A'.repeat(100_000)}`, caption: 'a cow' };
    assert.deepEqual(await toldBy({ 'data.jsonl': lines([JSON.stringify(line)]) }), [
      'its pictures are inside the file',
    ]);
  });

  test('a database is named where images have no caption, previews of Windows are not', async () => {
    assert.deepEqual(await toldBy({ 'dataset.sqlite3': 'SQLite format 3', 'Thumbs.db': '' }), [
      'a database, which is not read',
    ]);
  });

  test('a table of VIA is named once', async () => {
    const table = [
      'filename,file_attributes,region_count,region_shape_attributes,region_attributes',
      ...each((n, c) => `${n}.jpg,"{""caption"":""${c}""}",0,"{}","{}"`),
    ];
    const files = memoryFiles('/set', { ...images(), 'via.csv': lines(table) });
    const { datasets, inventory } = await lookInto(files, '/set');
    assert.deepEqual(datasets, []);
    const [entry] = inventory.unread;
    assert.match(inEnglish(entry!.what), /annotations of VIA, whose texts are inside other fields/);
  });

  test('what a generator writes below a prompt is no caption of its own', async () => {
    const text = (c: string) =>
      `${c}\nNegative prompt: ugly, blurry, bad\nSteps: 20, Sampler: Euler a`;
    const beside = files((n, c) => [`${n}.txt`, text(c)]);
    const { datasets } = await lookInto(memoryFiles('/set', { ...images(), ...beside }), '/set');
    assert.equal(datasets[0]?.pairs.length, 3);
  });

  test('prompts and descriptions inside pictures are named', async () => {
    const png = (keyword: string): Uint8Array =>
      Buffer.from(`\x89PNG\r\n\x1a\n____tEXt${keyword}\0a cow on a meadow, 8k`, 'latin1');
    const xmp = '<dc:description><rdf:Alt><rdf:li xml:lang="x">A cow on a meadow</rdf:li>';
    const prompt = '2 an image with the prompt of a generator inside, which is not read';
    assert.deepEqual(await toldOf({ '1.png': png('parameters'), '2.png': png('prompt') }), [
      prompt,
    ]);
    assert.deepEqual(await toldOf({ '1.png': png('Software'), '2.png': png('Software') }), []);
    assert.deepEqual(await toldOf({ '1.jpg': Buffer.from(xmp), '2.jpg': Buffer.from(xmp) }), [
      '2 an image with a description inside (XMP), which is not read',
    ]);
  });

  test('answers to other tasks are not judged, though they are no questions', async () => {
    const asked = ['detect cow', 'Segment the fence.', 'Please count the hens in this image'];
    const files = memoryFiles('/set', {
      ...images(),
      'a.jsonl': lines(
        each((n, _, i) => json({ image: `${n}.jpg`, prefix: asked[i], suffix: '<loc0123> cow' })),
      ),
    });
    const { datasets } = await lookInto(files, '/set');
    assert.deepEqual(datasets[0]?.pairs, []);
    assert.deepEqual(
      datasets[0].unjudged?.map(({ what, count }) => `${count} ${inEnglish(what)}`),
      ['3 answers that describe no image'],
    );
  });

  test('settings say that a trainer takes its captions from elsewhere', async () => {
    const backend = [
      { id: 'x', type: 'local', instance_data_dir: '.', caption_strategy: 'instanceprompt' },
    ];
    assert.deepEqual(await toldOf({ ...images(), 'multidatabackend.json': json(backend) }), [
      '1 settings of SimpleTuner, in which caption_strategy is "instanceprompt"',
    ]);
  });

  test('pictures named by their addresses only are named as that', async () => {
    const address = (n: string): string => `http://images.example/${n}.jpg`;
    const files = memoryFiles('/set', {
      'sbu.json': json({ image_urls: each(address), captions: each((_, c) => c) }),
    });
    const { inventory } = await lookInto(files, '/set');
    assert.deepEqual(
      inventory.unread.map(({ what }) => inEnglish(what)),
      ['it names pictures by their addresses'],
    );
  });

  test('a cell of CSV that is an object, or a list as Python prints it, is no caption', async () => {
    for (const cell of ['"{""caption"": ""a dog on a lawn""}"', `"['a dog on a lawn', 'a cat']"`]) {
      const files = memoryFiles('/set', {
        ...images(),
        'c.csv': lines(['image,caption', ...each((n) => `${n}.jpg,${cell}`)]),
      });
      const { datasets } = await lookInto(files, '/set');
      assert.deepEqual(datasets[0]?.pairs, []);
      const [problem] = datasets[0].problems;
      assert.equal(problem?.code, 'unreadable-caption');
      assert.match(inEnglish(problem.message), /a list or an object where the caption should be/);
    }
  });
});
