import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { NATIVE, TARGETS, shipsFile } from '../../scripts/nativePackages.mts';
import { unpackVsix } from '../support/vsix.ts';

const TARGET = `${process.platform}-${process.arch}`;
const MOST_BYTES = 80e6;
/** Everything that ships, native packages aside. A new kind of file is a decision: it gets a line here. */
const ALLOWED = [
  /^(?:package\.json|package\.nls(?:\.zh-cn)?\.json|readme\.md|changelog\.md|LICENSE\.txt|THIRD_PARTY_NOTICES\.txt)$/,
  /^dist\/(?:cli|server)\/main\.js$/,
  /^dist\/chunks\/[\w-]+\.js$/,
  /^dist\/extension\/main\.cjs$/,
  /^dist\/webview\/(?:neighbours|review|browse|statistics|map)\.(?:js|css)$/,
  /^dist\/webview\/codicon\.ttf$/,
  /^dist\/.+\.LEGAL\.txt$/,
  /^docs\/[\w-]+\.md$/,
  /^docs\/images\/[\w-]+\.png$/,
  /^l10n\/(?:bundle|server)\.l10n(?:\.zh-cn)?\.json$/,
  /^media\/[\w-]+\.(?:svg|png)$/,
  /^models\/[\w-]+\.(?:onnx|json)$/,
  /^models\/clip-merges\.(?:LICENSE\.)?txt$/,
  /^samples\/LICENSES\.md$/,
  /^samples\/tour\/(?:[\w-]+\/)?[\p{L}\w -]+\.(?:jpg|md|png|txt|webp)$/u,
  /^models\/reference\/[\w-]+\.(?:npy|json)$/,
];
const NATIVE_FILE = /\.(?:node|dll|dylib)$|\.so(?:\.\d+)*$/;

let folder: string;
let vsix: string;
let files: Map<string, number>;

function makePackage(...args: string[]): ReturnType<typeof spawnSync> {
  return spawnSync(process.execPath, ['--import', 'tsx', 'scripts/package.mts', ...args], {
    encoding: 'utf8',
  });
}

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pairlens-vsix-test-'));
  vsix = path.join(folder, 'pairlens.vsix');
  const made = makePackage('--out', vsix);
  assert.equal(made.status, 0, String(made.stderr));
  files = await unpackVsix(vsix, folder);
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the VSIX', () => {
  test('holds what the allow-list names and nothing else', () => {
    const own = [...files.keys()].filter((file) => !file.startsWith('dist/node_modules/'));
    assert.deepEqual(
      own.filter((file) => !ALLOWED.some((pattern) => pattern.test(file))),
      [],
      'not allowed',
    );
    assert.deepEqual(
      ALLOWED.filter((pattern) => !pattern.source.includes('images')).filter(
        (pattern) => !own.some((file) => pattern.test(file)),
      ),
      [],
      'missing',
    );
  });

  test('holds of other packages only code, binaries and licences', () => {
    const others = [...files.keys()].filter((file) => file.startsWith('dist/node_modules/'));
    const odd = others.filter(
      (file) =>
        /\.(?:map|ts|md|cc|h|o|gyp|yml)$|\/(?:tests?|\.[^/]+)\//.test(file) &&
        !/\/LICEN[CS]E\.md$/i.test(file),
    );
    assert.deepEqual(odd, []);
  });

  test('holds the binaries of this platform and of no other', () => {
    const binaries = [...files.keys()].filter((file) => NATIVE_FILE.test(file));
    for (const name of NATIVE.filter((native) => native !== 'hnswlib-node')) {
      const owner = name === 'onnxruntime-node' ? name : '@img/';
      assert.ok(
        binaries.some((file) => file.startsWith(`dist/node_modules/${owner}`)),
        name,
      );
    }
    const others = ['linux', 'darwin', 'win32'].filter((os) => os !== process.platform);
    const architectures = ['x64', 'arm64'].filter((arch) => arch !== process.arch);
    for (const file of binaries) {
      const words = file.split(/[^a-z0-9]+/i);
      for (const foreign of [...others, ...architectures, 'musl', 'cuda']) {
        assert.ok(!words.includes(foreign), file);
      }
    }
  });

  test('is at most 80 MB, for one platform, with no field of npm in its manifest', () => {
    assert.ok(statSync(vsix).size <= MOST_BYTES, `${statSync(vsix).size} bytes`);
    const about = readFileSync(path.join(folder, 'extension.vsixmanifest'), 'utf8');
    assert.ok(about.includes(`TargetPlatform="${TARGET}"`));
    const manifest = z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(readFileSync(path.join(folder, 'extension/package.json'), 'utf8')));
    assert.equal(manifest['type'], 'module');
    for (const field of ['private', 'dependencies', 'devDependencies', 'scripts']) {
      assert.ok(!(field in manifest), field);
    }
  });

  test('has a README without pictures and links that lead nowhere on the page of the extension', () => {
    const readme = readFileSync(path.join(folder, 'extension/readme.md'), 'utf8');
    assert.match(readme, /^# PairLens/);
    assert.doesNotMatch(readme, /npm ci|<!--/u, 'what is of use in a clone only');
    assert.deepEqual(readme.match(/\]\((?!https:|#)[^)]*\)/g) ?? [], []);
  });

  test('names the licence of every package that came with it', () => {
    const notices = readFileSync(path.join(folder, 'extension/THIRD_PARTY_NOTICES.txt'), 'utf8');
    for (const name of [...NATIVE.filter((native) => native !== 'hnswlib-node'), 'lit', 'zod']) {
      assert.match(notices, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\\n\\nLicence: \\S`, 'm'));
    }
    // The image library is dynamically linked, under the LGPL; its notice lists the libraries inside.
    if (process.platform !== 'win32') assert.match(notices, /sharp-libvips[^\n]*\n\nLicence: LGPL/);
    assert.doesNotMatch(notices, /Licence: (?:A?GPL|UNLICENSED|see its)/);
  });

  test('audits a dataset from where it was unpacked', () => {
    const result = spawnSync(
      process.execPath,
      [
        path.join(folder, 'extension/dist/cli/main.js'),
        ...['audit', 'samples/tour', '--format', 'json', '--quiet', '--fail-on', 'never'],
      ],
      {
        encoding: 'utf8',
        env: { ...process.env, PAIRLENS_CACHE: path.join(folder, 'cache') },
        maxBuffer: 64e6,
      },
    );
    assert.equal(result.status, 0, result.stderr);
    assert.ok(result.stdout.includes('caption-mismatch'));
  });
});

describe('packaging for other platforms', () => {
  test('says which binaries are missing and how to get them', () => {
    const other = TARGETS.find((target) => target !== TARGET && target.startsWith('win32'));
    assert.ok(other);
    const made = makePackage('--target', other, '--out', path.join(folder, 'other.vsix'));
    assert.equal(made.status, 1);
    assert.match(String(made.stderr), new RegExp(`binaries for ${other} are not installed`));
    assert.match(String(made.stderr), new RegExp(`npm install .*@img/sharp-${other}@\\d`));
  });

  test('refuses a platform that a native package does not know', () => {
    const made = makePackage('--target', 'darwin-x64');
    assert.equal(made.status, 1);
    assert.match(String(made.stderr), /darwin-x64.*Choose from linux-x64/);
  });

  test('onnxruntime gives each target its own library, once', () => {
    const libraries = [
      'bin/napi-v6/linux/x64/libonnxruntime.so.1',
      'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so',
      'bin/napi-v6/linux/arm64/libonnxruntime.so.1',
      'bin/napi-v6/darwin/arm64/libonnxruntime.1.dylib',
      'bin/napi-v6/darwin/arm64/libonnxruntime.1.30.0.dylib',
      'bin/napi-v6/win32/x64/onnxruntime.dll',
      'bin/napi-v6/win32/x64/DirectML.dll',
      'bin/napi-v6/win32/x64/dxcompiler.dll',
    ];
    const shipped = (target: string): string[] =>
      libraries.filter((file) => shipsFile('onnxruntime-node', file, target));
    assert.deepEqual(shipped('linux-x64'), [libraries[0]]);
    assert.deepEqual(shipped('linux-arm64'), [libraries[2]]);
    assert.deepEqual(shipped('darwin-arm64'), [libraries[3]]);
    assert.deepEqual(shipped('win32-x64'), libraries.slice(5, 7));
  });
});
