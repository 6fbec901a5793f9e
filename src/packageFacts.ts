import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Version of this installation and where its documentation of the findings lies. */
export interface PackageFacts {
  readonly version: string;
  readonly findingsUri: string;
}

/** Reads our own package.json, which lies some folders above this file, bundled or not. */
export function packageFacts(): PackageFacts {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('The package.json of pairlens is missing.');
    folder = parent;
  }
  // Our own file: a schema library would cost --help more time than the rest of it.
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
