import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Version of this installation and location of its findings documentation. */
export interface PackageFacts {
  readonly version: string;
  readonly findingsUri: string;
}

/** Reads our package.json from the nearest parent folder that has one, bundled or not. */
export function packageFacts(): PackageFacts {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('The package.json of pairlens is missing.');
    folder = parent;
  }
  // Without a schema library, whose import takes longer than the rest of --help.
  const manifest: unknown = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const homepage = stringField(manifest, 'homepage');
  return {
    version: stringField(manifest, 'version') ?? '0.0.0',
    findingsUri:
      homepage === undefined
        ? pathToFileURL(path.join(folder, 'docs', 'findings.md')).href
        : `${homepage.replace(/\/$/, '')}/docs/findings.md`,
  };
}

function stringField(value: unknown, field: string): string | undefined {
  const found: unknown = value instanceof Object ? Reflect.get(value, field) : undefined;
  return typeof found === 'string' ? found : undefined;
}
