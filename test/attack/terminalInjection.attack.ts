import assert from 'node:assert/strict';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { attackFolder, goodPairs } from './support/data.ts';
import { pairlens } from './support/run.ts';

/*
 * Names, captions, options and paths full of escape sequences through every output of the command line: none of them
 * reaches standard output or error raw, and JSON holds the same data once parsed.
 */

const EVIL = ['\x1b[2J\x1b]0;pwned\x07', '\u009b31m', '\u202egpj', 'a\x08\x08b', '\x1b]8;;evil\x07link', 'new\nline',
  'cr\rover', '\x7fdel', '\u2066iso', '\u200bzero', '\u{e0041}tag', '\ufeffmark', '\u2028line']; // prettier-ignore
const UNSEEN =
  /[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/u;

const root = await attackFolder('terminal');
const set = path.join(root, 'set\x1b[31m\u009b1m\u202e');
const cache = ['--cache', path.join(root, 'cache')];
const inRoot = (name: string): string => path.join(root, name);

before(async () => {
  const good = await goodPairs(inRoot('good'));
  const photo = (i: number): string => path.join(root, 'good', good[i % good.length]!);
  await mkdir(set);
  for (const [i, evil] of EVIL.entries()) {
    const name = path.join(set, `${evil} x${i}`);
    await copyFile(photo(i), `${name}.jpg`);
    if (i % 3 > 0) await writeFile(`${name}.txt`, `${evil} a dog ${evil}`);
    else if (i === 3) await writeFile(`${name}.txt`, Uint8Array.of(0x61, 0xe9, 0x1b, 0x5b));
  }
  await writeFile(path.join(set, 'bad\x1b[31m.jpg'), 'no image');
  await writeFile(path.join(set, 'bad\x1b[31m.txt'), 'x');
  await symlink('/nowhere\x1b[31m', path.join(set, 'broken\x1b[31m\u009b.jpg'));
  const sub = path.join(set, 'sub\x1b[35m');
  await mkdir(sub);
  await copyFile(photo(0), path.join(sub, 'g.jpg'));
  const rows = EVIL.map((evil) => JSON.stringify({ file_name: `${evil}.jpg`, text: evil }));
  const lines = [
    '{"file_name":"g.jpg","text":"fine \\u001b[31m"}',
    ...rows,
    '{"file_name": "\\u001b[31m',
  ];
  await writeFile(path.join(sub, 'metadata.jsonl'), lines.join('\n'));
});

const RUNS: Readonly<Record<string, readonly string[]>> = {
  'the report for people': ['audit', set, '--max', '99'],
  'the JSON report': ['audit', set, '--format', 'json'],
  SARIF: ['audit', set, '--format', 'sarif'],
  'the Markdown card': ['audit', set, '--format', 'markdown', '--max', '99'],
  'GitHub annotations': ['audit', set, '--format', 'github', '--max', '99'],
  'the lines of pairs': ['audit', set, '--format', 'json', '--pairs', '/dev/stdout'],
  'a search': ['search', set, 'a dog \x1b[31m'],
  'a search in JSON': ['search', set, 'dog\u202e', '--json'],
  'a search by an image': ['search', set, '--image', path.join(set, `${EVIL[0]} x0.jpg`), '--json'],
  'a search by what is no image': ['search', set, '--image', path.join(set, 'bad\x1b[31m.jpg')],
  'a folder that is not there': ['audit', inRoot('no\x1b[31m\u009b')],
  'a report that cannot be written': ['audit', set, '--out', inRoot('no\x1b[31m/x')],
  'a model that is none': ['--encoder', inRoot('m\x1b[31m'), 'audit', set],
  'an unknown option': ['audit', set, '--form\x1b[31m\u202e'],
  'an unknown command': ['aud\x1b[31m'],
  'an unknown rule': ['audit', set, '--rule', 'x\x1b[31m=y'],
  'a wrong number': ['audit', set, '--max', '1\x1b[31m'],
  'an evaluation': ['eval', set, '--json'],
  'an export': ['embed', set, '--out', inRoot('e\x1b[31m')],
  'a cache of such a name': ['--cache', inRoot('c\x1b[31m\u009b'), 'cache'],
  'a cache of such a name in JSON': ['--cache', inRoot('c\x1b[31m\u009b'), 'cache', '--json'],
  'a cache that cannot be made': ['--cache', inRoot('good/good0.jpg/c\x1b[31m'), 'audit', set],
};

for (const [name, args] of Object.entries(RUNS)) {
  test(name, async () => {
    const own = args.includes('--cache') ? [] : cache;
    const { stdout, stderr } = await pairlens([...own, ...args]);
    assert.doesNotMatch(stdout, UNSEEN);
    assert.doesNotMatch(stderr, UNSEEN);
    assert.ok(stdout + stderr !== '', 'something was said');
    if (args.includes('github')) {
      for (const line of stdout.trimEnd().split('\n')) {
        assert.match(line, /^::(error|warning|notice) (file|title)=/, 'no line is forged');
      }
    }
    if (name === 'the JSON report') {
      const { root: folder, findings } = JSON.parse(stdout) as {
        root: string;
        findings: { image?: string; caption?: string }[];
      };
      assert.equal(folder, set);
      const images = new Set(findings.map(({ image }) => image));
      assert.ok(images.has(`${EVIL[0]} x0.jpg`), 'a name stays the same once parsed');
    }
  });
}
