import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairKey } from '../../../src/protocol/pairKey.ts';
import {
  type BrowseState,
  currentItem,
  initialState,
  parseRemembered,
  reduceBrowse,
} from '../../../webview/browse/browseState.ts';
import { browsedItem } from '../../support/browsePages.ts';

const items = Array.from({ length: 5 }, (_, n) => browsedItem(n));

function withList(state: BrowseState, places: readonly number[]): BrowseState {
  return reduceBrowse(reduceBrowse(state, { type: 'stale' }), {
    type: 'page',
    page: 0,
    total: places.length,
    untagged: 0,
    items: places.map((place) => items[place]!),
    titles: [],
  });
}

/** The page of pair 1 of five, with or without a caption that is being written. */
function opened(draft: string | null): BrowseState {
  let state = withList(initialState(parseRemembered(undefined)), [0, 1, 2, 3, 4]);
  state = reduceBrowse(state, { type: 'cursor', active: 1 });
  state = reduceBrowse(state, { type: 'open', opened: true });
  return reduceBrowse(state, { type: 'draft', key: pairKey(items[1]!.item.pair), text: draft });
}

test('a pair whose caption is being written stays when it leaves its place, and then the one there is next', () => {
  const moved = withList(opened('new words'), [0, 4, 3, 2, 1]);
  assert.equal(currentItem(moved), items[1]);
  const again = withList(moved, [4, 3, 2]);
  assert.equal(currentItem(again), items[1]);
  assert.equal(currentItem(reduceBrowse(again, { type: 'cursor', active: 2 })), items[3]);
  assert.equal(currentItem(reduceBrowse(again, { type: 'cursor', active: 0 })), items[4]);
});

test('a pair that comes back to its place, is written or closed is kept no longer', () => {
  const moved = withList(opened('new words'), [0, 4, 3, 2, 1]);
  assert.equal(withList(moved, [0, 1, 2]).kept, null);
  const key = pairKey(items[1]!.item.pair);
  assert.equal(currentItem(reduceBrowse(moved, { type: 'applied', key })), items[4]);
  assert.equal(reduceBrowse(moved, { type: 'open', opened: false }).kept, null);
});

test('without a caption being written, the page shows what is at its place', () => {
  assert.equal(currentItem(withList(opened(null), [0, 4, 3, 2, 1])), items[4]);
});
