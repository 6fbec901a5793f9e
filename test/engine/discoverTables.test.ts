import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IMAGE, open, openOne, pairsOf, problemsOf, ROOT } from '../support/openMemory.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';

describe('a caption file', () => {
  const rows = (...list: object[]) => list.map((row) => JSON.stringify(row)).join('\n');

  test('makes a dataset of its own folder; several may lie side by side', async () => {
    const datasets = await open({
      'one/metadata.jsonl': rows({ file_name: 'img/a.jpg', text: 'a dog' }),
      'one/img/a.jpg': IMAGE,
      'two/captions.jsonl': rows({ image: 'b.jpg', captions: ['x', 'y'], split: 'test' }),
      'two/b.jpg': IMAGE,
      'lora/c.jpg': IMAGE,
      'lora/c.txt': 'a cat',
    });
    assert.deepEqual(
      datasets.map((dataset) => [dataset.root, dataset.formats, pairsOf(dataset)]),
      [
        [`${ROOT}/one`, ['hf-metadata-jsonl'], [['img/a.jpg', 'a dog']]],
        [
          `${ROOT}/two`,
          ['captions-jsonl'],
          [
            ['b.jpg', 'x'],
            ['b.jpg', 'y'],
          ],
        ],
        [ROOT, ['sidecar'], [['lora/c.jpg', 'a cat']]],
      ],
    );
    assert.equal(datasets[1]?.pairs[1]?.split, 'test');
    assert.equal(datasets[1].pairs[1].captionIndex, 1);
  });

  test('names images it does not have: each row says why, and what to do', async () => {
    const dataset = await openOne({
      'set/metadata.jsonl': rows(
        { file_name: 'a.jpg', text: 'kept' },
        { file_name: 'gone.jpg', text: 'x' },
        { file_name: '../outside.jpg', text: 'x' },
        { file_name: '../../../etc/passwd', text: 'x' },
        { file_name: '/etc/passwd', text: 'x' },
        { file_name: 'https://example.org/a.jpg', text: 'x' },
        { file_name: 'A.JPG', text: 'x' },
        { file_name: 'drawing.svg', text: 'x' },
        { file_name: 'train/deep.jpg', text: 'x' },
        { file_name: '', text: 'x' },
      ),
      'set/a.jpg': IMAGE,
      'set/drawing.svg': '<svg/>',
      'set/other/deep.jpg': IMAGE,
      'outside.jpg': IMAGE,
    });
    assert.deepEqual(pairsOf(dataset), [['a.jpg', 'kept']]);
    const told = dataset.problems.map((problem) => [
      problem.code,
      (problem.range?.line ?? -1) + 1,
      inEnglish(problem.message).replace(/^.*?, /, ''),
    ]);
    assert.deepEqual(told.slice(0, 9), [
      ['missing-image', 2, 'which does not exist.'],
      ['missing-image', 3, 'which leads out of the dataset folder.'],
      ['missing-image', 4, 'which leads out of the dataset folder.'],
      ['missing-image', 5, 'an absolute path outside the dataset.'],
      ['missing-image', 6, 'which is an address on the network; PairLens reads local files only.'],
      ['missing-image', 7, 'but the file is called a.jpg: upper and lower case differ.'],
      ['unreadable-image', 8, 'which is an SVG drawing.'],
      ['missing-image', 9, 'which does not exist.'],
      ['missing-image', 10, 'which is empty.'],
    ]);
    assert.match(inEnglish(dataset.problems[7]!.remedy), /set\/other\/deep\.jpg/);
    assert.deepEqual(problemsOf(dataset).slice(9), [['missing-caption', 'other/deep.jpg']]);
  });

  test('whose images are all elsewhere is one problem, not one a row', async () => {
    const dataset = await openOne({
      'metadata.jsonl': rows(
        ...Array.from({ length: 500 }, (_, i) => ({ file_name: `train/${i}.jpg`, text: 'x' })),
      ),
    });
    assert.deepEqual(problemsOf(dataset), [['missing-image', 'metadata.jsonl']]);
    assert.match(inEnglish(dataset.problems[0]!.message), /None of the 500 images/);
  });

  test('with a broken line, a blank caption and a repeated row loses nothing else', async () => {
    const dataset = await openOne({
      'metadata.jsonl': [
        rows({ file_name: 'a.jpg', text: 'a dog' }),
        '{"file_name": "b.jpg", "text": ',
        rows({ file_name: 'b.jpg', text: ' ' }, { file_name: 'a.jpg', text: 'a dog' }),
        rows({ file_name: 'c.jpg', text: 'a cat' }),
      ].join('\r\n'),
      'a.jpg': IMAGE,
      'b.jpg': IMAGE,
      'c.jpg': IMAGE,
      'd.jpg': IMAGE,
    });
    assert.deepEqual(pairsOf(dataset), [
      ['a.jpg', 'a dog'],
      ['c.jpg', 'a cat'],
    ]);
    assert.deepEqual(
      dataset.problems.map((problem) => [problem.code, problem.range?.line]),
      [
        ['unreadable-caption', 1],
        ['empty-caption', 2],
        ['ambiguous-pair', 3],
        ['missing-caption', undefined],
      ],
    );
  });

  test('in a foreign encoding: rows with damaged characters are left unjudged, the others read', async () => {
    const dataset = await openOne({
      'metadata.csv': Buffer.from('file_name,text\na.jpg,plain\nb.jpg,grün über\n', 'latin1'),
      'a.jpg': IMAGE,
      'b.jpg': IMAGE,
    });
    assert.deepEqual(pairsOf(dataset), [['a.jpg', 'plain']]);
    assert.ok(dataset.problems.some((problem) => problem.code === 'wrong-encoding'));
  });

  test('of COCO finds its images in a neighbouring folder of the right year', async () => {
    const coco = (caption: string) =>
      JSON.stringify({
        annotations: [{ id: 3, image_id: 1, caption }],
        images: [{ id: 1, file_name: '1.jpg' }],
      });
    const dataset = await openOne({
      'coco/annotations/captions_train2017.json': coco('train'),
      'coco/annotations/captions_val2017.json': coco('val'),
      'coco/annotations/instances_val2017.json': '{"images":[],"annotations":[]}',
      'coco/train2017/1.jpg': IMAGE,
      'coco/val2017/1.jpg': IMAGE,
      'coco/test2017/2.jpg': IMAGE,
    });
    assert.equal(dataset.root, `${ROOT}/coco`);
    assert.deepEqual(
      dataset.pairs.map((pair) => [pair.image, pair.caption, pair.split]),
      [
        ['train2017/1.jpg', 'train', 'train'],
        ['val2017/1.jpg', 'val', 'val'],
      ],
    );
    assert.deepEqual(dataset.problems, []);
  });

  test('of Flickr8k finds its images in their own folder and keeps captions of an image together', async () => {
    const dataset = await openOne({
      'Flickr8k_text/Flickr8k.token.txt': 'b.jpg#0\tone\na.jpg#0\ttwo\nb.jpg#1\tthree\n',
      'Flickr8k_text/Flickr8k.lemma.token.txt': 'b.jpg#0\tone\n',
      'Flicker8k_Dataset/a.jpg': IMAGE,
      'Flicker8k_Dataset/b.jpg': IMAGE,
    });
    assert.equal(dataset.root, ROOT);
    assert.deepEqual(
      dataset.pairs.map((pair) => [pair.image, pair.captionIndex, pair.caption]),
      [
        ['Flicker8k_Dataset/b.jpg', 0, 'one'],
        ['Flicker8k_Dataset/b.jpg', 1, 'three'],
        ['Flicker8k_Dataset/a.jpg', 0, 'two'],
      ],
    );
  });

  test('of Kaggle beside Images/, and of kohya with keys that lack the extension, find theirs', async () => {
    const kaggle = await openOne({
      'captions.txt': 'image,caption\na.jpg,"A dog , running ."\n',
      'Images/a.jpg': IMAGE,
    });
    assert.deepEqual(pairsOf(kaggle), [['Images/a.jpg', 'A dog , running .']]);
    const kohya = await openOne({
      'meta_cap.json': JSON.stringify({
        a: { caption: 'a dog', tags: '1dog' },
        [`${ROOT}/img/b.png`]: { tags: '1cat' },
      }),
      'img/a.jpg': IMAGE,
      'img/b.png': IMAGE,
    });
    assert.deepEqual(pairsOf(kohya), [
      ['img/a.jpg', 'a dog'],
      ['img/b.png', '1cat'],
    ]);
  });

  test('is not taken for one where nobody wrote captions', async () => {
    const dataset = await openOne({
      'package.json': '{"name":"x"}',
      'data.json': '{"images":[{"id":1}]}',
      'table.csv': 'a,b\n1,2',
      'img/a.jpg': IMAGE,
      'img/a.txt': 'a dog',
      'img/a.json': '{"url":"x","caption":"of img2dataset"}',
    });
    assert.deepEqual(dataset.formats, ['sidecar']);
    assert.deepEqual(dataset.problems, []);
  });

  test('goes before captions beside the images it names', async () => {
    const dataset = await openOne({
      'metadata.jsonl': rows({ file_name: 'a.jpg', text: 'from the table' }),
      'a.jpg': IMAGE,
      'a.txt': 'from the sidecar',
      'b.jpg': IMAGE,
      'b.txt': 'only a sidecar',
    });
    assert.deepEqual(pairsOf(dataset), [
      ['a.jpg', 'from the table'],
      ['b.jpg', 'only a sidecar'],
    ]);
  });
});
