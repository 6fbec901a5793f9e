import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runToCompletion } from '../../../src/core/steps.ts';
import { Boilerplate } from '../../../src/core/text/boilerplate.ts';

const THINGS = [
  'lake',
  'house',
  'bridge',
  'tower',
  'garden',
  'street',
  'beach',
  'forest',
  'market',
];
const DOINGS = ['in the rain', 'at night', 'from above', 'behind trees', 'under a clear sky'];
/** So many captions that differ. */
function plain(count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => `${THINGS[i % THINGS.length]!} number ${i} ${DOINGS[i % DOINGS.length]!}`,
  );
}
function learnt(captions: readonly string[], triggers: readonly string[] = []): Boilerplate {
  return runToCompletion(Boilerplate.of(captions, triggers));
}
function textOf(boilerplate: Boilerplate, caption: string): string {
  const judged = boilerplate.judged(caption);
  assert.equal(judged.length, 1, JSON.stringify(judged));
  return judged[0]!.text;
}

describe('Boilerplate', () => {
  it('leaves captions as they are where they share nothing', () => {
    const captions = plain(60);
    const boilerplate = learnt(captions);
    for (const caption of captions) {
      assert.deepEqual(boilerplate.judged(caption), [{ text: caption, weight: 1 }]);
    }
    assert.deepEqual(boilerplate.phrases, []);
  });

  it('tells the beginning that captions share, up to the word that differs', () => {
    const shared = plain(60).map((caption) => `xqz dog, ${caption}`);
    const boilerplate = learnt(shared);
    for (const caption of shared) {
      assert.match(
        caption.slice(boilerplate.leadOf(caption)),
        /^(?:lake|house|bridge|tower|garden|street|beach|forest|market) /,
      );
    }
    assert.equal(boilerplate.leadOf('a boat, xqz dog'), 0);
    assert.equal(boilerplate.leadOf('xqz dog'), 0, 'a caption of nothing else is shown whole');
    assert.equal(learnt(plain(60)).leadOf(plain(1)[0]!), 0);
    const named = learnt(plain(60), ['xqz']);
    assert.equal(named.leadOf('xqz, a boat'), 5);
    assert.equal(named.leadOf('a boat of xqz'), 0);
  });

  for (const [kind, make] of [
    ['a trigger tag', (c: string) => `xqz dog, ${c}`],
    ['a sentence in front', (c: string) => `a photo of xqz dog. ${c}`],
    ['quality tags behind', (c: string) => `${c}, masterpiece, best quality`],
    ['weighed quality tags in front', (c: string) => `(masterpiece:1.2), best quality, ${c}`],
    ['both', (c: string) => `xqz dog, ${c}, 8k`],
    ['words in front without a comma', (c: string) => `a photo of ${c}`],
    ['words behind without a comma', (c: string) => `${c} in the style of xqz`],
  ] as const) {
    it(`leaves out ${kind}`, () => {
      const captions = plain(60);
      const boilerplate = learnt(captions.map(make));
      for (const caption of captions) assert.equal(textOf(boilerplate, make(caption)), caption);
    });
  }

  it('keeps a tag that a part of the captions holds', () => {
    const captions = plain(60).map((caption, i) => (i % 2 === 0 ? `snow, ${caption}` : caption));
    assert.equal(textOf(learnt(captions), captions[0]!), captions[0]);
  });

  it('fades with the share: one caption more or less changes the weights little', () => {
    const weightAt = (holders: number): number => {
      const captions = plain(60).map((c, i) => (i < holders ? `xqz dog, ${c}` : c));
      const judged = learnt(captions).judged(captions[0]!);
      return judged.find(({ text }) => text === captions[0])?.weight ?? 0;
    };
    const weights = Array.from({ length: 61 }, (_, holders) => weightAt(holders)).slice(1);
    assert.equal(weights[29], 1);
    assert.equal(weights[59], 0);
    for (let i = 1; i < weights.length; i++) {
      assert.ok(weights[i]! <= weights[i - 1]! + 1e-9);
      assert.ok(weights[i - 1]! - weights[i]! < 0.1, `${i}: ${weights[i - 1]} to ${weights[i]}`);
    }
  });

  it('has nothing to judge in a caption that is nothing but boilerplate', () => {
    const captions = [...plain(60).map((c) => `xqz dog, ${c}`), 'xqz dog'];
    assert.deepEqual(learnt(captions).judged('xqz dog'), []);
  });

  it('leaves out the words a person named, wherever they stand and however few captions hold them', () => {
    const boilerplate = learnt(plain(60), ['sks', 'score_9', 'my style']);
    assert.equal(textOf(boilerplate, 'a sks dog on grass'), 'a dog on grass');
    assert.equal(textOf(boilerplate, 'score_9, My  Style, two cats'), 'two cats');
    assert.equal(textOf(boilerplate, 'masks on a wall'), 'masks on a wall');
    assert.deepEqual(boilerplate.judged('sks'), []);
    assert.equal(boilerplate.isShared('SKS'), true);
  });

  it('knows the words that nearly all captions share', () => {
    const boilerplate = learnt(plain(60).map((c, i) => (i < 55 ? `the dog of a ${c}` : c)));
    assert.equal(boilerplate.isShared('Dog'), true);
    assert.equal(boilerplate.isShared('house'), false);
  });

  it('learns the same from captions in another order', () => {
    const captions = plain(60).map((c) => `xqz dog, ${c}`);
    const turned = learnt([...captions].reverse());
    assert.deepEqual(turned.phrases, learnt(captions).phrases);
  });
});
