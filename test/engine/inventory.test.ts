import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UnreadFiles } from '../../src/core/dataset/inventory.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { lookInto } from '../../src/engine/discovery/openDatasets.ts';
import { memoryFiles, type MemoryEntry } from '../support/memoryFiles.ts';
import { IMAGE, open, openOne, problemsOf, ROOT } from '../support/openMemory.ts';

type Entries = Readonly<Record<string, MemoryEntry>>;

async function inventoryOf(entries: Entries) {
  return (await lookInto(memoryFiles(ROOT, entries), ROOT)).inventory;
}

const said = ({ files, count, what }: UnreadFiles): string =>
  `${files[0]} x${count}: ${inEnglish(what)}`;

async function unreadOf(entries: Entries): Promise<string[]> {
  return (await inventoryOf(entries)).unread.map(said);
}

/** Images of these names in a folder. */
const images = (names: readonly string[], folder = ''): Entries =>
  Object.fromEntries(names.map((name) => [`${folder}${name}.jpg`, IMAGE]));

const NAMES = ['cow', 'hens', 'kitten'];
const SENTENCES = [
  'A black and white cow on a meadow.',
  'Brown hens walking across a lawn.',
  'A kitten asleep on a blanket.',
];
const json = (value: unknown): string => JSON.stringify(value, undefined, 1);

describe('a file that may hold captions and is not read', () => {
  const cases: readonly (readonly [title: string, files: Entries, said: string])[] = [
    [
      'a list whose texts have unknown names',
      {
        'train.json': json(
          NAMES.map((name, i) => ({ image: `${name}.jpg`, zh: SENTENCES[i], note: SENTENCES[i] })),
        ),
      },
      'train.json x1: a list of objects with image, zh, note: which is the caption, "zh", "note"?',
    ],
    [
      'the lines that Labelbox exports',
      {
        'export.ndjson': NAMES.map((name, i) =>
          JSON.stringify({
            data_row: { id: `ck${i}`, external_id: `${name}.jpg` },
            projects: { p: { labels: [{ text_answer: { content: SENTENCES[i] } }] } },
          }),
        ).join('\n'),
      },
      'export.ndjson x1: lines of objects with data_row, projects: an export of Labelbox, whose texts are inside its labels',
    ],
    [
      'the list that Labelbox exported before',
      {
        'export.json': json(
          NAMES.map((name, i) => ({
            'DataRow ID': `d${i}`,
            'Labeled Data': `https://example.org/${name}.jpg`,
            Label: { classifications: [{ title: 'Caption', answer: SENTENCES[i] }] },
            'External ID': `${name}.jpg`,
          })),
        ),
      },
      'export.json x1: a list of objects with DataRow ID, Labeled Data, Label, External ID: an export of Labelbox, whose texts are inside its labels',
    ],
    [
      'reports whose column "image" says how it was taken',
      {
        'reports.csv': `uid,image,findings,impression\n${NAMES.map((_, i) => `${i},Chest PA and Lateral,"${SENTENCES[i]}","${SENTENCES[2 - i]}"`).join('\n')}`,
      },
      'reports.csv x1: a table with the columns uid, image, findings, impression: no column names images of this folder',
    ],
    [
      'reports of several images each',
      {
        'annotation.json': json({
          train: NAMES.map((name, i) => ({
            id: i,
            report: SENTENCES[i],
            image_path: [`${name}.jpg`, `${name}.jpg`],
          })),
        }),
      },
      'annotation.json x1: a list of objects with id, report, image_path: each names several images, whose caption is not judged',
    ],
    [
      'a file for each image under another name',
      Object.fromEntries(
        NAMES.map((name, i) => [
          `annotations/${i}.json`,
          json({ image: `${name}.jpg`, short_caption: SENTENCES[i], mask_data: {} }),
        ]),
      ),
      'annotations/0.json x3: it has a caption for one image, whose name it does not bear',
    ],
    [
      'a table with the line ends of Mac OS 9',
      {
        'table.csv': `image,caption\r${NAMES.map((name, i) => `${name}.jpg,"${SENTENCES[i]}"`).join('\r')}`,
      },
      'table.csv x1: its lines end with a carriage return alone, which is not read',
    ],
    [
      'lines that name pictures by their addresses',
      {
        'train.jsonl': NAMES.map((name, i) =>
          JSON.stringify({ url: `https://example.org/${name}.jpg`, caption: SENTENCES[i] }),
        ).join('\n'),
      },
      'train.jsonl x1: lines of objects with url, caption: it names pictures by their addresses',
    ],
    [
      'a table with two columns of text',
      {
        'table.csv': `file,left,right\r\n${NAMES.map((name, i) => `${name}.jpg,${SENTENCES[i]},${SENTENCES[2 - i]}`).join('\r\n')}`,
      },
      'table.csv x1: a table with the columns file, left, right: which is the caption, "left", "right"?',
    ],
    [
      'a table that names no image of the folder',
      {
        'notes.tsv': `id\tsubtype\ttext\n${SENTENCES.map((text, i) => `${i}\tx\t${text}`).join('\n')}`,
      },
      'notes.tsv x1: a table with the columns id, subtype, text: no column names images of this folder',
    ],
    [
      'JSON that is broken before its first entry',
      { 'captions.json': `{'a': "cow.jpg"}` },
      'captions.json x1: it names images, but is not valid JSON: property name expected at line 1, column 2',
    ],
    [
      'captions of videos',
      {
        'clips.jsonl': SENTENCES.map((caption, i) =>
          JSON.stringify({ video_path: `${i}.mp4`, caption }),
        ).join('\n'),
      },
      'clips.jsonl x1: lines of objects with video_path, caption: captions of videos',
    ],
    [
      'a table with the pictures inside',
      {
        'captions.tsv': SENTENCES.map(
          (text, i) => `${i}\t${text}\t${'iVBORw0KGgo'.repeat(40)}`,
        ).join('\n'),
      },
      'captions.tsv x1: a table of 3 columns without names: its pictures are inside the file',
    ],
    [
      'a list of lines without one separator',
      { 'list.txt': NAMES.map((name, i) => `${name}.jpg${' :,;'[i]} ${SENTENCES[i]}`).join('\n') },
      'list.txt x1: lines that begin with the name of an image, and no one separator behind it',
    ],
    [
      'an export of Label Studio',
      {
        'export.json': json(
          NAMES.map((name, i) => ({
            data: { image: `/data/local-files/?d=${name}.jpg` },
            annotations: [{ result: [{ value: { text: [SENTENCES[i]] } }] }],
          })),
        ),
      },
      'export.json x1: a list of objects with data, annotations: tasks of Label Studio, which are not read',
    ],
    [
      'shards',
      { 'shards/00000.tar': 'x', 'shards/00001.tar': 'x' },
      'shards/00000.tar x2: a tar archive without images',
    ],
    [
      'a table of another program',
      { 'data/a.parquet': 'x' },
      'data/a.parquet x1: a parquet table without texts',
    ],
    ['an archive', { 'images.zip': 'x' }, 'images.zip x1: an archive that is still packed'],
    [
      'a spreadsheet',
      { 'captions.xlsx': 'x' },
      'captions.xlsx x1: a spreadsheet, which is not read',
    ],
  ];
  for (const [title, files, expected] of cases) {
    test(`${title} is named in the inventory, and by the error where there is nothing else`, async () => {
      const entries = { ...images(NAMES), ...files };
      assert.deepEqual(await unreadOf(entries), [expected]);
      const error: unknown = await open(entries).catch((reason: unknown) => reason);
      assert.ok(error instanceof Error);
      const [name, what] = expected.split(/ x\d+: /);
      assert.ok(error.message.includes(name!) && error.message.includes(what!), error.message);
    });

    test(`${title} is a finding of its own beside a dataset`, async () => {
      const datasets = await open({
        ...images(['a', 'b'], 'set/'),
        'set/a.txt': 'a dog',
        'set/b.txt': 'a cat',
        ...files,
      });
      const codes = datasets.flatMap(problemsOf).map(([code]) => code);
      assert.deepEqual(codes, ['unread-file']);
    });
  }

  test('takes the place of missing captions of the pictures that it names', async () => {
    const dataset = await openOne({
      ...images(['a', 'b'], 'set/'),
      'set/a.txt': 'a dog',
      'set/b.txt': 'a cat',
      ...images(NAMES, 'more/'),
      'more.json': json(
        NAMES.map((name, i) => ({ img: `more/${name}.jpg`, q: SENTENCES[i], a: SENTENCES[i] })),
      ),
    });
    assert.deepEqual(problemsOf(dataset), [['unread-captions', 'more.json']]);
    assert.match(
      inEnglish(dataset.problems[0]!.message),
      /^more\.json may caption 3 images that have no caption otherwise, and was not read: a list of objects with img, q, a: which is the caption, "q", "a"\?$/,
    );
  });

  const xmlOf = (content: (sentence: string) => string): Entries =>
    Object.fromEntries(NAMES.map((name, i) => [`${name}.xml`, content(SENTENCES[i]!)]));

  test('in XML beside the images is named; boxes in XML are not', async () => {
    const described = xmlOf((text) => `<image><caption>${text}</caption></image>`);
    assert.deepEqual(await unreadOf({ ...images(NAMES), ...described }), [
      'cow.xml x3: it bears the name of an image and has a description in XML, which is not read',
    ]);
    const adobe = xmlOf(
      (text) =>
        `<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:description>\n <rdf:Alt>\n <rdf:li xml:lang="x-default">${text}`,
    );
    assert.equal((await unreadOf({ ...images(NAMES), ...adobe })).length, 1);
    const boxes = xmlOf(
      () => '<annotation><path>C:\\my own set of cows\\cow.jpg</path><name>cow</name></annotation>',
    );
    assert.deepEqual(await unreadOf({ ...images(NAMES), ...boxes }), []);
  });

  const cells = NAMES.map((name, i) => [`${name}.jpg`, SENTENCES[i]!] as const);
  const forms: readonly (readonly [name: string, content: string, what: string])[] = [
    [
      'by column.json',
      json({ image: cells.map(([name]) => name), caption: cells.map(([, text]) => text) }),
      'it names images and has texts, in a form that is not read',
    ],
    ['rows.json', json(cells), 'it names images and has texts, in a form that is not read'],
    ...(
      [
        ['all.xml', cells.map(([name, text]) => `<i file="${name}"><c>${text}</c></i>`)],
        ['all.yaml', cells.map(([name, text]) => `- image: ${name}\n  caption: ${text}`)],
        ['index.html', cells.map(([name, text]) => `<img src="${name}" alt="${text}">`)],
        ['list.md', cells.map(([name, text]) => `| ${name} | ${text} |`)],
      ] as const
    ).map(
      ([name, lines]) =>
        [
          name,
          lines.join('\n'),
          'a text with names of images, in a form that is not read',
        ] as const,
    ),
  ];
  for (const [name, content, what] of forms) {
    test(`in another form is named: ${name}`, async () => {
      assert.deepEqual(await unreadOf({ ...images(NAMES), [name]: content }), [
        `${name} x1: ${what}`,
      ]);
    });
  }

  test('in another form is not named where all its images have captions, or it shows a few of many', async () => {
    const readme = `# Cows\n${cells.map(([name, text]) => `![${text}](${name})`).join('\n')}`;
    const texts = Object.fromEntries(NAMES.map((name, i) => [`${name}.txt`, SENTENCES[i]!]));
    assert.deepEqual(await unreadOf({ ...images(NAMES), ...texts, 'README.md': readme }), []);
    const many = images(Array.from({ length: 9 }, (_, i) => `other${i}`));
    assert.deepEqual(await unreadOf({ ...images(NAMES), ...many, 'README.md': readme }), []);
  });

  test('of a program is named if it is called after captions', async () => {
    const entries = { ...images(NAMES), 'captions.pkl': 'x', 'vae.pt': 'x', 'train.h5': 'x' };
    assert.deepEqual(await unreadOf(entries), [
      'captions.pkl x1: a file of a program that is named after captions, which is not read',
      'train.h5 x1: a table of numbers or images, which is not read',
    ]);
  });

  test('of which no row can be read takes their place too', async () => {
    const dataset = await openOne({
      ...images(NAMES),
      'captions.json': `[{"image": "cow.jpg", "caption": "A cow."},\n {"image": "hens.jpg", "caption": "Hens.",}]`,
    });
    assert.deepEqual(problemsOf(dataset), [['unreadable-caption', 'captions.json']]);
  });

  test('is told of though it lies beside the dataset, not in it', async () => {
    const datasets = await open({
      ...images(NAMES, 'set/'),
      'set/metadata.csv': `file_name,text\n${NAMES.map((name, i) => `${name}.jpg,${SENTENCES[i]}`).join('\n')}`,
      'other.parquet': 'x',
    });
    assert.deepEqual(datasets.flatMap(problemsOf), [['unread-file', 'other.parquet']]);
  });
});

describe('an inventory', () => {
  test('says why a dataset has no pairs', async () => {
    const { datasets } = await inventoryOf({
      ...images(NAMES),
      'captions.csv': `image,caption\n${NAMES.map((name) => `'${name}.jpg',a ${name}`).join('\n')}`,
    });
    assert.match(
      inEnglish(datasets[0]!.emptied!.message),
      /names "'cow\.jpg'", which does not exist/,
    );
  });

  test('counts datasets, their files by format, and what is not judged', async () => {
    const { datasets, unread } = await inventoryOf({
      ...images(NAMES, 'set/'),
      'set/chat.json': json([
        {
          image: 'cow.jpg',
          conversations: [
            { from: 'human', value: '<image>\nDescribe it.' },
            { from: 'gpt', value: SENTENCES[0] },
            { from: 'human', value: 'How many are there?' },
            { from: 'gpt', value: 'One.' },
          ],
        },
        {
          images: ['hens.jpg', 'kitten.jpg'],
          messages: [
            { role: 'user', content: '<image><image>Compare them.' },
            { role: 'assistant', content: 'Both are small.' },
          ],
        },
      ]),
      'b.jpg': IMAGE,
      'b.txt': 'a dog',
    });
    assert.deepEqual(
      datasets.map(({ root, formats, pairs, unjudged }) => [
        root,
        formats,
        pairs,
        unjudged.map(({ what, count }) => [inEnglish(what), count]),
      ]),
      [
        [
          'set',
          [{ format: 'conversations', files: 1 }],
          1,
          [
            ['answers that describe no image', 1],
            ['conversations about several images', 1],
          ],
        ],
        ['', [{ format: 'sidecar', files: 1 }], 1, []],
      ],
    );
    assert.deepEqual(unread, []);
  });

  test('says nothing of files that have nothing to do with captions', async () => {
    const entries: Entries = {
      ...images(NAMES),
      'cow.txt': 'a cow',
      'hens.txt': 'hens',
      'kitten.txt': 'a kitten',
      'package.json': '{"name":"x","description":"A tool for pictures","files":["cow.jpg"]}',
      'labels.csv': 'filename,width,class\ncow.jpg,10,cow\nhens.jpg,10,hen\nkitten.jpg,10,kitten',
      'boxes.json': json({
        images: [{ id: 1, file_name: 'cow.jpg' }],
        annotations: [{ image_id: 1, bbox: [1, 2, 3, 4] }],
      }),
      'history.json': json([{ step: 1, loss: 0.3 }]),
      'sales.csv': 'day,amount\n1,2\n3,4',
      'config.yaml': 'a: 1',
    };
    assert.deepEqual(await unreadOf(entries), []);
    assert.deepEqual(problemsOf(await openOne(entries)), []);
  });
});
