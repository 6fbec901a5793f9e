import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { commandLink, markdownText } from '../../src/server/markdown.ts';
import { l10nKeys } from '../support/l10nKeys.ts';
import { readSettings } from '../../src/server/settings.ts';
import { ROOT } from '../support/product.ts';

describe('the messages of the server', () => {
  const bundle = z
    .record(z.string(), z.string())
    .parse(JSON.parse(readFileSync(path.join(ROOT, 'l10n/server.l10n.zh-cn.json'), 'utf8')));

  /** Texts that are places alone read the same in every language. */
  const messages = (): string[] =>
    ['src/server', 'src/core', 'src/engine', 'src/adapters']
      .flatMap((folder) => [...l10nKeys(path.join(ROOT, folder))])
      .filter((text) => text.replace(/\{\d\}/g, '') !== '');

  test('every one has a Chinese translation, and every translation its message', () => {
    const used = [...new Set(messages())].sort();
    assert.ok(used.length > 20);
    assert.deepEqual(Object.keys(bundle).sort(), used);
  });

  test('translations take the same arguments', () => {
    const places = (text: string) => [...text.matchAll(/\{\d\}/g)].map(String).sort();
    for (const [message, translation] of Object.entries(bundle)) {
      assert.deepEqual(places(translation), places(message), message);
    }
  });
});

describe('people’s text in Markdown', () => {
  const cases: readonly [text: string, shown: string][] = [
    ['a dog, running. At dusk (2019)', 'a dog, running. At dusk \\(2019\\)'],
    ['<b>&amp;</b>', '&lt;b&gt;&amp;amp;&lt;/b&gt;'],
    ['[x](command:a)', '\\[x\\]\\(command\\:a\\)'],
    ['1. first', '1\\. first'],
    ['two\nlines\u202e', 'two lines\\\\u202e'],
  ];
  for (const [text, shown] of cases) {
    test(JSON.stringify(text), () => assert.equal(markdownText(text, 100), shown));
  }

  test('is cut where it is too long', () => {
    assert.equal(markdownText('x'.repeat(20_000), 10), `${'x'.repeat(9)}…`);
  });

  test('cannot end the link it is an argument of', () => {
    const link = commandLink('x', 'pairlens.openPair', [{ caption: `)](javascript:'"*!` }]);
    assert.match(link, /^\[x\]\(command:pairlens\.openPair\?[\w%.~-]*\)$/);
    const query = /\?(.*)\)$/.exec(link)?.[1] ?? '';
    assert.deepEqual(JSON.parse(decodeURIComponent(query)), [{ caption: `)](javascript:'"*!` }]);
  });
});

describe('settings', () => {
  test('what is missing or null has its default, without a word', () => {
    const { settings, refused } = readSettings({ threads: null, levels: [] });
    assert.deepEqual(refused, []);
    assert.equal(settings.maxProblems, 1000);
    assert.deepEqual(readSettings(undefined).refused, []);
  });

  test('more threads than the machine runs are refused by name', () => {
    const { settings, refused } = readSettings({ threads: 100_000 });
    assert.deepEqual([settings.threads, refused], [0, ['pairlens.threads']]);
  });

  test('what is wrong is named and replaced', () => {
    const { settings, refused } = readSettings({
      enable: 'yes',
      maxProblems: -1,
      levels: { 'caption-mismatch': 'error', 'no-such-code': 'error', 'near-duplicate': 4 },
    });
    assert.deepEqual(refused, [
      'pairlens.enable',
      'pairlens.levels.no-such-code',
      'pairlens.levels.near-duplicate',
      'pairlens.maxProblems',
    ]);
    assert.equal(settings.enable, true);
    assert.equal(settings.levels['caption-mismatch'], 'error');
    assert.deepEqual(readSettings('all of it').refused, ['pairlens']);
  });

  test('the command line’s options stand in for what is not sent, or is wrong', () => {
    const defaults = { threads: 1, cachePath: '/cache' };
    const { settings } = readSettings({ threads: 'two', cachePath: '/other' }, defaults);
    assert.equal(settings.threads, 1);
    assert.equal(settings.cachePath, '/other');
  });
});
