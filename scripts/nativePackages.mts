// The packages with native code that stay outside the bundles, what they need at run time, and which of their files
// one platform gets.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/**
 * VS Code's names of the platforms that every native package has binaries for. onnxruntime has none for darwin-x64 and
 * for Alpine.
 */
export const TARGETS: readonly string[] = [
  'linux-x64',
  'linux-arm64',
  'darwin-arm64',
  'win32-x64',
  'win32-arm64',
];
export const THIS_PLATFORM = `${process.platform}-${process.arch}`;

export const NATIVE: readonly string[] = ['onnxruntime-node', 'sharp', 'hnswlib-node'];
/** Needed while a package installs or compiles. */
const NOT_AT_RUN_TIME = new Set(['adm-zip', 'global-agent', 'node-addon-api']);
const PER_PLATFORM = '@img/sharp-';

const SHIPPED_FILE =
  /\.(?:js|cjs|mjs|json|node|dll|dylib)$|\.so(?:\.\d+)*$|^(?:licen[cs]e|notice|copying)/i;
const FOLDERS_LEFT_OUT =
  /^(?:\..*|node_modules|src|tests?|script|install|deps|dependencies|prebuilds|obj\.target|build-docs)$/;
const FILES_LEFT_OUT =
  // Builds for one version of Node, where one for Node-API runs in all of them; builds for Alpine.
  /abi\d+|\.musl\.|^(?:rollup\.config|test|test-worker|build-test|eslint\.config)\.[cm]?js$/;
/** Of onnxruntime: what only a GPU uses, and a second copy of the library for linkers. */
const ONNX_LEFT_OUT = /cuda|tensorrt|webgpu|dxcompiler|dxil|libonnxruntime\.\d+\.\d+\.\d+\.dylib/i;

/** A package below node_modules. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Relative to the root of the repository. */
  readonly folder: string;
}

const dependenciesSchema = z.record(z.string(), z.string()).default({});
const manifestSchema = z.object({
  version: z.string(),
  // Old packages have an object here.
  license: z.string().default('see its licence file').catch('see its licence file'),
  dependencies: dependenciesSchema,
  optionalDependencies: dependenciesSchema,
});

/**
 * The installed packages that `target` needs at run time, each once.
 * @throws Error that names the packages missing here and how to get them.
 */
export async function nativePackages(target: string): Promise<readonly InstalledPackage[]> {
  const missing: string[] = [];
  const found = await installedPackages(
    NATIVE.filter((name) => name !== 'hnswlib-node' || compiledFor(target)),
    (name) => runsOn(name, target),
    (name, version) => missing.push(`${name}@${version}`),
  );
  if (missing.length > 0) {
    throw new Error(
      `The binaries for ${target} are not installed here. Get them, and package again:\n` +
        `  npm install --no-save --force ${missing.join(' ')}\n` +
        `or package on that platform (.github/workflows/release.yml does).`,
    );
  }
  return found;
}

/**
 * Packages below node_modules that `names` need, themselves included. `isWanted` leaves packages out with all they
 * need; `onMissing` hears of optional ones that are wanted and absent.
 */
export async function installedPackages(
  names: readonly string[],
  isWanted: (name: string) => boolean = () => true,
  onMissing?: (name: string, version: string) => void,
): Promise<readonly InstalledPackage[]> {
  const found = new Map<string, InstalledPackage>();
  const visit = async (name: string, from: string, version: string): Promise<void> => {
    if (!isWanted(name)) return;
    const folder = resolvePackage(name, from);
    if (folder === undefined) {
      onMissing?.(name, version);
      return;
    }
    if (found.has(folder)) return;
    const text = await readFile(path.join(folder, 'package.json'), 'utf8');
    const manifest = manifestSchema.parse(JSON.parse(text));
    found.set(folder, { name, version: manifest.version, license: manifest.license, folder });
    const needed = { ...manifest.dependencies, ...manifest.optionalDependencies };
    for (const [dependency, range] of Object.entries(needed)) {
      await visit(dependency, folder, range);
    }
  };
  for (const name of names) await visit(name, '', 'latest');
  return [...found.values()];
}

/** Whether a file of a native package, by its path inside the package, ships to `target`. */
export function shipsFile(packageName: string, file: string, target: string): boolean {
  const parts = file.split(/[\\/]/);
  if (parts.some((part) => FOLDERS_LEFT_OUT.test(part))) return false;
  const last = parts.at(-1) ?? '';
  if (!SHIPPED_FILE.test(last) || FILES_LEFT_OUT.test(last)) return false;
  if (packageName === 'onnxruntime-node' && parts[0] === 'bin') {
    return parts.slice(2, 4).join('-') === target && !ONNX_LEFT_OUT.test(last);
  }
  return true;
}

function runsOn(name: string, target: string): boolean {
  if (NOT_AT_RUN_TIME.has(name)) return false;
  // Of the packages with a platform in their name: its own two of sharp.
  if (name.startsWith(PER_PLATFORM)) {
    const isWindows = target.startsWith('win32');
    return [
      `@img/sharp-${target}`,
      ...(isWindows ? [] : [`@img/sharp-libvips-${target}`]),
    ].includes(name);
  }
  return true;
}

/** hnswlib-node is compiled where it is installed; without it every search is exact. */
function compiledFor(target: string): boolean {
  return (
    target === THIS_PLATFORM && existsSync('node_modules/hnswlib-node/build/Release/addon.node')
  );
}

/** Where Node would find `name` when asked from the folder `from`. */
function resolvePackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if (existsSync(path.join(candidate, 'package.json'))) return candidate;
    if (folder === '' || folder === '.') return undefined;
  }
}
