// Makes the VSIX of one platform: node --import tsx scripts/package.mts [--target linux-x64] [--out FILE].
// Everything is laid out in a folder of its own, the native packages of the target among it; .vscodeignore, an
// allow-list, decides what of that ships.
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { z } from 'zod';
import {
  NATIVE,
  TARGETS,
  THIS_PLATFORM,
  installedPackages,
  nativePackages,
  shipsFile,
} from './nativePackages.mts';
import { thirdPartyNotices } from './thirdPartyNotices.mts';

const ROOT_FILES = [
  '.vscodeignore',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'package.nls.json',
  'package.nls.zh-cn.json',
];
const FOLDERS = ['dist/chunks', 'dist/cli', 'dist/extension', 'dist/server', 'dist/webview'];
const MORE_FOLDERS = ['docs', 'l10n', 'media', 'models', 'samples'];
/** Fields of the manifest for npm and for development; VS Code reads the others. */
const NPM_FIELDS = [
  'allowScripts',
  'bin',
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'overrides',
  'prettier',
  'private',
  'scripts',
];
const LIMIT_MB = 80;

const manifestSchema = z.looseObject({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()),
  repository: z.unknown().optional(),
});
type Manifest = z.infer<typeof manifestSchema>;

const { values } = parseArgs({ options: { target: { type: 'string' }, out: { type: 'string' } } });
try {
  await makePackage(values.target ?? THIS_PLATFORM, values.out);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Throws where the target is unknown, a part is missing, or the package grew too large. */
async function makePackage(target: string, out: string | undefined): Promise<void> {
  if (!TARGETS.includes(target)) {
    throw new Error(`No package is made for ${target}. Choose from ${TARGETS.join(', ')}.`);
  }
  const manifest = manifestSchema.parse(JSON.parse(await readFile('package.json', 'utf8')));
  const packagePath = path.resolve(out ?? `dist/pairlens-${target}-${manifest.version}.vsix`);
  const stage = await mkdtemp(path.join(tmpdir(), 'pairlens-vsix-'));
  try {
    await stageOwnFiles(stage, manifest);
    await stagePackages(stage, manifest, target);
    await createVSIX({
      cwd: stage,
      target,
      packagePath,
      // vsce's own way of finding packages knows no platforms; they are in dist/node_modules, beside the bundles.
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: manifest.repository !== undefined,
    });
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
  const megabytes = (await stat(packagePath)).size / 1e6;
  console.log(`${path.relative('.', packagePath)}: ${megabytes.toFixed(1)} MB`);
  if (megabytes > LIMIT_MB) throw new Error(`It is larger than ${LIMIT_MB} MB.`);
}

async function stageOwnFiles(stage: string, manifest: Manifest): Promise<void> {
  for (const folder of FOLDERS) {
    if (!existsSync(folder)) throw new Error(`${folder} is missing. Run npm run build first.`);
  }
  for (const file of [...ROOT_FILES, ...FOLDERS, ...MORE_FOLDERS]) {
    await cp(file, path.join(stage, file), { recursive: true });
  }
  if (manifest.repository === undefined) {
    const readme = path.join(stage, 'README.md');
    await writeFile(readme, standingAlone(await readFile(readme, 'utf8')));
  }
  const shipped = Object.fromEntries(
    Object.entries(manifest).filter(([field]) => !NPM_FIELDS.includes(field)),
  );
  await writeFile(path.join(stage, 'package.json'), JSON.stringify(shipped, null, 2));
}

/**
 * VS Code's page of an extension shows pictures and follows links only where they are addresses, which vsce makes of
 * relative ones with the repository's. Without one, the page is better off without. What is of use in a clone only is left out.
 */
function standingAlone(markdown: string): string {
  return markdown
    .replace(/<!-- in a clone -->[^]*?<!-- end -->\n\n?/g, '')
    .replace(/^!\[[^\]]*\]\((?!https:)[^)]*\)\n\n?/gm, '')
    .replace(/\[([^\]]*)\]\((?!https:|#)[^)]*\)/g, '$1');
}

async function stagePackages(stage: string, manifest: Manifest, target: string): Promise<void> {
  const packages = await nativePackages(target);
  for (const { name, folder } of packages) {
    const destination = path.join(stage, 'dist', folder);
    await mkdir(destination, { recursive: true });
    await cp(folder, destination, {
      recursive: true,
      filter: async (file) =>
        (await stat(file)).isDirectory() || shipsFile(name, path.relative(folder, file), target),
    });
  }
  // What the bundles contain comes from the other dependencies.
  const bundled = await installedPackages(
    Object.keys(manifest.dependencies).filter((name) => !NATIVE.includes(name)),
  );
  const folders = new Set(packages.map(({ folder }) => folder));
  await writeFile(
    path.join(stage, 'THIRD_PARTY_NOTICES.txt'),
    await thirdPartyNotices([...packages, ...bundled.filter(({ folder }) => !folders.has(folder))]),
  );
}
