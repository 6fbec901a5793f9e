import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { levelsOf, overridden } from '../../../src/core/settings/datasetSettings.ts';
import { readConfigText } from '../../../src/core/settings/configText.ts';
import { inEnglish } from '../../../src/core/text/sentence.ts';

function said(config: unknown): { what: string; remedy: string }[] {
  return readConfigText(JSON.stringify(config)).flaws.map(({ what, remedy }) => ({
    what: inEnglish(what),
    remedy: inEnglish(remedy),
  }));
}

describe('the config file', () => {
  test('holds all settings', () => {
    const config = {
      $schema: 'x',
      rules: { 'near-duplicate': 'on', 'hard-negative': 'off' },
      failOn: 'error',
      trainer: 'sd-scripts',
      captionsPerFile: 'lines',
      columns: { 'train.csv': { image: 'path', caption: ['a', 'b'] }, '*.tsv': { caption: '2' } },
      roots: { 'C:\\set': 'images', '': '.' },
      include: ['train'],
      exclude: ['*.bak.txt'],
      triggerWords: ['ohwx'],
    };
    const { settings, flaws } = readConfigText(JSON.stringify(config));
    assert.deepEqual(flaws, []);
    assert.deepEqual({ $schema: 'x', ...settings }, config);
  });

  test('an unknown key is named with those that exist, at its place; the rest applies', () => {
    const text = '{\n  "trainr": "none",\n  "failOn": "error"\n}';
    const { settings, flaws } = readConfigText(text);
    assert.deepEqual(settings, { failOn: 'error' });
    const [flaw, ...others] = flaws;
    assert.deepEqual(others, []);
    assert.match(inEnglish(flaw!.what), /has the setting "trainr", which does not exist/);
    assert.match(inEnglish(flaw!.remedy), /rules, failOn, trainer/);
    assert.equal(flaw!.range?.line, 1);
  });

  test('a wrong value is named with the values that are allowed', () => {
    assert.deepEqual(said({ failOn: 'bad' }), [
      {
        what: 'sets "failOn" to "bad".',
        remedy: 'It may be "error", "warning", "info", "hint", "never".',
      },
    ]);
    assert.match(said({ triggerWords: 'ohwx' })[0]!.remedy, /a list/);
    assert.match(said({ exclude: [7] })[0]!.what, /sets "exclude → 0" to 7\./);
    assert.match(said({ columns: { 'a.csv': { caption: 3 } } })[0]!.remedy, /a text, or a list/);
    assert.match(said({ columns: { 'a.csv': { text: 'x' } } })[0]!.what, /"text" in "columns/);
    assert.match(said([])[0]!.what, /holds \[\] and no settings/);
  });

  test('a wrong rule or level leaves the other rules in force', () => {
    const config = {
      rules: { 'hard-negatives': 'off', 'near-duplicate': 4, 'blank-image': 'off' },
    };
    const { settings, flaws } = readConfigText(JSON.stringify(config));
    assert.deepEqual(settings, { rules: { 'blank-image': 'off' } });
    assert.equal(flaws.length, 2);
    assert.match(
      said(config)
        .map(({ remedy }) => remedy)
        .join(' '),
      /hard-negative, /,
    );
  });

  test('a root that leads out of the folder is refused', () => {
    for (const folder of ['../images', '/data/images', 'C:\\images', 'a/../../b']) {
      assert.match(said({ roots: { x: folder } })[0]!.what, /not below its folder/, folder);
    }
  });

  test('what is no JSON has one flaw with its line and column', () => {
    const { settings, flaws } = readConfigText('{\n  "failOn": "error",\n}');
    assert.deepEqual(settings, {});
    assert.match(inEnglish(flaws[0]!.what), /not valid JSON: .* at line 3, column 1/);
  });
});

describe('settings from several places', () => {
  test('those of an editor or the command line win, rule by rule', () => {
    const file = { failOn: 'error', rules: { a: 'off', b: 'hint' }, triggerWords: ['x'] } as const;
    const given = { rules: { b: 'error' }, triggerWords: undefined } as const;
    const merged = overridden({ ...file, triggerWords: ['x'] }, given);
    assert.deepEqual(merged, {
      failOn: 'error',
      rules: { a: 'off', b: 'error' },
      triggerWords: ['x'],
    });
  });

  test('"on" is the default level of a rule', () => {
    const levels = levelsOf({ rules: { 'near-duplicate': 'on', 'hard-negative': 'error' } });
    assert.equal(levels['near-duplicate'], 'info');
    assert.equal(levels['hard-negative'], 'error');
    assert.equal(levels['caption-mismatch'], 'warning');
  });
});
