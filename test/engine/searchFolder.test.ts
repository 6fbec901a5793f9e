import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exactIndex } from '../../src/core/retrieval/exactIndex.ts';
import type { SearchMatcher } from '../../src/core/retrieval/searchMatchers.ts';
import { searchFolder, type FolderSearch } from '../../src/engine/batch/searchFolder.ts';
import { fakeDataset, fakePair, fakeWorkspace } from '../support/fakeWorkspace.ts';

function search(matcher?: SearchMatcher): Promise<FolderSearch> {
  const workspace = fakeWorkspace([
    fakeDataset('/data/a', [
      fakePair('dog.jpg', 'a dog'),
      fakePair('dog.jpg', 'brown animal', 1),
      fakePair('broken.jpg', 'a tram'),
    ]),
    fakeDataset('/data/b', [fakePair('cat.jpg', 'cat'), fakePair('kitten.jpg', 'cat')]),
  ]);
  return searchFolder(
    '/data',
    workspace,
    (items) => Promise.resolve(exactIndex(items)),
    {},
    matcher,
  );
}

describe('searching a folder', () => {
  test('a text finds its image across datasets, with all captions of the image', async () => {
    const found = await (await search()).findImages('dog', 2);
    assert.equal(found.length, 2);
    assert.equal(found[0]!.image, 'a/dog.jpg');
    assert.deepEqual(found[0]!.captions, ['a dog', 'brown animal']);
    assert.ok(Math.abs(found[0]!.similarity - 1) < 1e-6);
  });

  test('images are chosen among some of them, by a text and by likeness', async () => {
    const found = await search();
    const among = new Set(['b/cat.jpg', 'b/kitten.jpg']);
    const best = await found.findImages('dog', 1, among);
    assert.ok(best.length === 1 && among.has(best[0]!.image));
    assert.deepEqual(best[0]!.captions, ['cat']);
    const [alike, ...others] = await found.findAlike('a/dog.jpg', 1, among);
    assert.ok(alike !== undefined && among.has(alike) && others.length === 0);
    assert.deepEqual(await found.findImages('dog', 3, new Set()), []);
  });

  test('an image finds distinct captions, each with the images that carry it', async () => {
    const found = await (await search()).findCaptions('cat.jpg', 10);
    assert.equal(found[0]!.caption, 'cat');
    assert.deepEqual(found[0]!.images, ['b/cat.jpg', 'b/kitten.jpg']);
    assert.equal(new Set(found.map(({ caption }) => caption)).size, found.length);
  });

  test('the caption of an unreadable image can be found and names no image', async () => {
    const found = await (await search()).findCaptions('tram', 10);
    assert.deepEqual(found.find(({ caption }) => caption === 'a tram')!.images, []);
  });

  test('by the cosine alone the score is the similarity, by default it is not', async () => {
    const [plain] = await (await search('cosine')).findImages('dog', 1);
    assert.equal(plain!.score, plain!.similarity);
    const [corrected] = await (await search()).findImages('dog', 1);
    assert.notEqual(corrected!.score, corrected!.similarity);
  });

  test('more results than there are items are not invented', async () => {
    assert.equal((await (await search()).findImages('dog', 50)).length, 3);
  });
});
