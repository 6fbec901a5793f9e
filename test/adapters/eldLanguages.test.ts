import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eldLanguages } from '../../src/adapters/eldLanguages.ts';

const foreign = (text: string): boolean => ![undefined, 'en'].includes(eldLanguages.detect(text));

test('clear sentences in other languages and scripts are recognised', () => {
  for (const [text, language] of [
    ['Ein Hund läuft über die grüne Wiese.', 'de'],
    ['Un perro corre por la playa con su dueño', 'es'],
    ['Deux chiens jouent dans la neige', 'fr'],
    ['犬が草の上を走っている', 'ja'],
    ['一只狗在草地上奔跑', 'zh'],
    ['Собака бежит по траве', 'ru'],
    ['كلب يركض على العشب', 'ar'],
  ] as const) {
    assert.equal(eldLanguages.detect(text), language, text);
  }
});

test('short English captions, tags, names and borrowed words are not taken for another language', () => {
  for (const text of [
    'dog',
    'A cat.',
    'sks dog',
    '1girl, solo, long hair, blue eyes',
    'masterpiece, best quality, 1boy, absurdres',
    'Max Mustermann, München',
    'pizza margherita',
    'la Tour Eiffel',
    'A man in a café, crème brûlée',
    'A BOY WITH A BLUE SHIRT',
    'Tokyo Tower at night',
    'ohwx woman',
    '',
    '12345 !!!',
    '🐶🐶🐶',
  ]) {
    assert.ok(!foreign(text), text);
  }
});
