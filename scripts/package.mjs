// Makes the VSIX of one platform: node scripts/package.mjs [--target linux-x64]
// Copies what may ship into a folder of its own (an allow-list) and lets vsce pack that; nothing else can get in.
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';

/** Where each platform's binaries are: folder of onnxruntime-node, suffix of the @img and @lmdb packages. */
const TARGETS = {
  'linux-x64': { onnx: 'linux/x64', suffix: 'linux-x64' },
  'linux-arm64': { onnx: 'linux/arm64', suffix: 'linux-arm64' },
  'darwin-x64': { onnx: 'darwin/x64', suffix: 'darwin-x64' },
  'darwin-arm64': { onnx: 'darwin/arm64', suffix: 'darwin-arm64' },
  'win32-x64': { onnx: 'win32/x64', suffix: 'win32-x64' },
  'win32-arm64': { onnx: 'win32/arm64', suffix: 'win32-arm64' },
};
/** Packages that stay outside the bundles; what they need at run time comes with them. */
const NATIVE = ['onnxruntime-node', 'sharp', 'lmdb', 'hnswlib-node'];
/** Needed only while those packages install or compile. */
const NOT_AT_RUN_TIME = new Set(['adm-zip', 'global-agent', 'node-addon-api']);
/** Files of a package that are code, binaries or licences. */
const SHIPPED_FILE =
  /\.(?:js|cjs|mjs|json|node|dll|dylib)$|\.so(?:\.\d+)*$|^(?:LICEN[CS]E|NOTICE)/i;
const SKIPPED_FILE = /^(?:test.*|.*\.config)\.(?:js|cjs|mjs)$|^download-prebuilds\.js$/;
const SKIPPED_FOLDER =
  /^(?:src|test|tests|script|dependencies|deps|prebuilds|obj\.target|\.github|build-docs)$/;
/** Fields of the manifest that VS Code reads; scripts and development packages stay here. */
const DROPPED_FIELDS = [
  'scripts',
  'devDependencies',
  'dependencies',
  'optionalDependencies',
  'overrides',
  'allowScripts',
  'prettier',
  'private',
  'bin',
];
const LIMIT_MB = 80;

const { values } = parseArgs({ options: { target: { type: 'string' } } });
const here = `${process.platform}-${process.arch}`;
const target = values.target ?? here;
const platform = TARGETS[target];
if (platform === undefined)
  fail(`Unknown target ${target}. Choose from ${Object.keys(TARGETS).join(', ')}.`);
const manifest = JSON.parse(await readFile('package.json', 'utf8'));
const stage = await mkdtemp(path.join(tmpdir(), 'pairlens-vsix-'));
try {
  await stageFiles();
  await stagePackages();
  const packagePath = path.resolve(`dist/pairlens-${target}-${manifest.version}.vsix`);
  await createVSIX({
    cwd: stage,
    target,
    packagePath,
    dependencies: false,
    skipLicense: true,
    allowMissingRepository: true,
    // There is no public repository whose pages the README's links could lead to; what they name lies inside.
    rewriteRelativeLinks: false,
  });
  const megabytes = (await stat(packagePath)).size / 1e6;
  console.log(`${path.relative('.', packagePath)}: ${megabytes.toFixed(1)} MB`);
  if (megabytes > LIMIT_MB) fail(`It is larger than ${LIMIT_MB} MB.`);
} finally {
  await rm(stage, { recursive: true, force: true });
}

async function stageFiles() {
  const shipped = { ...manifest };
  for (const field of DROPPED_FIELDS) delete shipped[field];
  await writeFile(path.join(stage, 'package.json'), JSON.stringify(shipped, null, 2));
  // vsce packs what .vscodeignore does not name; the stage holds only what may ship.
  await writeFile(path.join(stage, '.vscodeignore'), '');
  for (const file of [
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    'package.nls.json',
    'package.nls.zh-cn.json',
  ]) {
    await copy(file);
  }
  for (const folder of ['media', 'l10n', 'docs']) {
    await copy(folder, (file) => file !== path.join('docs', 'adr'));
  }
  for (const folder of [
    'dist/chunks',
    'dist/cli',
    'dist/server',
    'dist/extension',
    'dist/webview',
  ]) {
    if (!existsSync(folder)) fail(`${folder} is missing: run npm run build first.`);
    await copy(folder, (file) => !file.endsWith('.map'));
  }
  // Code in dist is ES modules but for the extension itself, which says so by its ending.
  for (const entry of await readdir('models', { withFileTypes: true })) {
    if (entry.isFile() || entry.name === 'reference') await copy(path.join('models', entry.name));
  }
}

/** The packages lie in dist/node_modules, where Node looks for what the bundles beside them import. */
async function stagePackages() {
  for (const name of [`@img/sharp-${platform.suffix}`, `@lmdb/lmdb-${platform.suffix}`]) {
    if (!existsSync(path.join('node_modules', name))) {
      fail(
        `${name} is not installed. Get it: npm install --no-save --force ${name}@${await versionFor(name)}`,
      );
    }
  }
  for (const name of await closure()) {
    await copyPackage(name, path.join('node_modules', name));
  }
}

async function closure() {
  const found = new Set();
  const visit = async (name) => {
    if (found.has(name) || NOT_AT_RUN_TIME.has(name)) return;
    const folder = path.join('node_modules', name);
    if (!existsSync(folder)) return;
    found.add(name);
    const { dependencies = {}, optionalDependencies = {} } = await readManifest(folder);
    for (const needed of Object.keys(dependencies)) await visit(needed);
    for (const optional of Object.keys(optionalDependencies)) {
      if (isForTarget(optional)) await visit(optional);
    }
  };
  for (const name of NATIVE) {
    // Compiled on this machine for this machine; without it the search is exact.
    if (
      name === 'hnswlib-node' &&
      (target !== here || !existsSync('node_modules/hnswlib-node/build'))
    )
      continue;
    await visit(name);
  }
  return found;
}

/** Binaries come in packages named after their platform; of those only the target's own are wanted. */
function isForTarget(name) {
  if (/^@(?:img\/sharp|lmdb\/lmdb)-/.test(name)) return name.endsWith(`-${platform.suffix}`);
  return !name.startsWith('@msgpackr-extract/') && name !== 'msgpackr-extract';
}

async function copyPackage(name, folder) {
  await copy(
    folder,
    (file) => isShipped(name, path.relative(folder, file)),
    path.join('dist', folder),
  );
}

function isShipped(name, file) {
  if (file === '') return true;
  const parts = file.split(path.sep);
  if (name === 'onnxruntime-node' && parts[0] === 'bin') {
    const wanted = ['bin', 'napi-v6', ...platform.onnx.split('/')];
    return (
      parts.every((part, n) => n >= wanted.length || part === wanted[n]) &&
      !/cuda|tensorrt|webgpu|dxcompiler|dxil/i.test(file)
    );
  }
  // Builds for one version of Node; the one for Node-API runs in all of them, VS Code's included.
  if (/abi\d+|\.musl\./.test(file) || /\.(?:map|d\.ts)$/.test(file)) return false;
  if (
    parts.some((part) => SKIPPED_FOLDER.test(part)) &&
    name !== 'node-gyp-build-optional-packages'
  )
    return false;
  const last = parts.at(-1);
  if (SKIPPED_FILE.test(last) || file.startsWith(path.join('node_modules', 'node-addon-api')))
    return false;
  return !last.includes('.')
    ? !/^(?:README|CHANGELOG|Makefile)/i.test(last)
    : SHIPPED_FILE.test(last);
}

async function copy(from, filter = () => true, to = from) {
  const destination = path.join(stage, to);
  await mkdir(path.dirname(destination), { recursive: true });
  await cp(from, destination, { recursive: true, dereference: true, filter });
}

async function readManifest(folder) {
  return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
}

async function versionFor(name) {
  const owner = name.startsWith('@img/') ? 'sharp' : 'lmdb';
  return (await readManifest(path.join('node_modules', owner))).version;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
