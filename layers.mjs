import { isBuiltin } from 'node:module';
import path from 'node:path';

/**
 * What each layer of the sources may import. Enforced by eslint.config.mjs, repeated in docs/architecture.md, tested by
 * test/contract/layers.test.ts.
 * `node`: may import Node's modules; `native`: may import packages with native code; `advice`: what to do instead.
 */
const PORT =
  'use a port of src/core/ports.ts, which an adapter implements and a compose file passes in';
const CORE = 'the core is pure and imports only layers below it: ' + PORT;

export const LAYERS = [
  { name: 'core', files: 'src/core/*.ts', may: ['core/matching', 'core/text'], advice: CORE },
  { name: 'core/text', may: ['core'], advice: CORE },
  { name: 'core/dataset', may: ['core', 'core/text'], advice: CORE },
  { name: 'core/formats', may: ['core', 'core/text', 'core/dataset'], advice: CORE },
  { name: 'core/matching', may: ['core', 'core/text'], advice: CORE },
  { name: 'core/audit', may: ['core', 'core/text', 'core/dataset', 'core/matching'], advice: CORE },
  { name: 'core/projection', may: ['core', 'core/matching'], advice: CORE },
  {
    name: 'core/settings',
    may: ['core', 'core/text', 'core/dataset', 'core/formats', 'core/audit'],
    advice: CORE,
  },
  { name: 'core/retrieval', may: ['core', 'core/matching'], advice: CORE },
  {
    name: 'core/evaluation',
    may: ['core', 'core/text', 'core/dataset', 'core/matching', 'core/audit'],
    advice: CORE,
  },
  {
    name: 'core/query',
    may: ['core', 'core/text', 'core/dataset', 'core/audit'],
    advice: CORE,
  },
  {
    name: 'core/export',
    may: ['core', 'core/text', 'core/dataset', 'core/matching', 'core/audit'],
    advice: CORE,
  },
  ...['discovery', 'indexing', 'audit', 'editing', 'batch', 'workspace'].map(
    (folder, n, folders) => ({
      name: `engine/${folder}`,
      // Each imports those before it; `batch` and `workspace` do not import each other.
      may: ['core/**', ...folders.slice(0, Math.min(n, 4)).map((below) => `engine/${below}`)],
      advice: `the engine uses ports only, and imports none of its callers: ${PORT}`,
    }),
  ),
  {
    name: 'adapters',
    may: ['core/**'],
    node: true,
    native: true,
    advice: 'an adapter implements a port of src/core/ports.ts and imports nothing above the core',
  },
  {
    name: 'protocol',
    may: ['core', 'core/dataset', 'core/formats', 'core/retrieval', 'core/settings'],
    advice:
      'the protocol is shared by server, extension and webviews: types, schemas and constants of the core only',
  },
  {
    name: 'server',
    may: ['core/**', 'engine/**', 'protocol', 'program', 'compose'],
    node: true,
    advice:
      'the server works with any editor: src/server/composeServer.ts passes the adapters, src/protocol defines the messages',
  },
  {
    name: 'cli',
    may: ['core/**', 'engine/**', 'server', 'protocol', 'program', 'compose'],
    node: true,
    advice: 'src/cli/composeCli.ts joins the engine and the adapters; use what it provides',
  },
  {
    name: 'compose',
    files: 'src/{cli/composeCli,cli/composeEncoders,cli/composeScorers,server/composeServer}.ts',
    may: ['core/**', 'engine/**', 'adapters', 'server', 'cli', 'protocol', 'program'],
    node: true,
    advice: 'a compose file joins ports and adapters of its program',
  },
  {
    name: 'program',
    files: 'src/*.ts',
    may: [],
    node: true,
    advice: 'facts about the package need nothing of ours',
  },
  {
    name: 'extension',
    may: ['core', 'core/dataset', 'core/formats', 'core/settings', 'core/text', 'protocol'],
    node: true,
    advice:
      'the extension host runs no engine: ask the language server through src/protocol, so that a native crash cannot take the editor down',
  },
  {
    name: 'webview',
    files: 'webview/**/*',
    may: ['core/text', 'protocol'],
    advice:
      'a webview is browser code: it imports src/protocol and pure functions over texts, and requests the rest from the extension',
  },
];

/** Packages with native code: in src/adapters, one per file. */
export const NATIVE = ['onnxruntime-node', 'onnxruntime-common', 'sharp', 'hnswlib-node'];

export const filesOf = ({ name, files }) => files ?? `src/${name}/**/*.ts`;

/** The layer of a file, by its path in the repository with `/`; undefined if it is in none. */
export function layerOf(path) {
  // Compose files and files at the root of a folder take precedence over their folders.
  const exact = LAYERS.filter(({ files }) => files !== undefined).find((layer) =>
    matches(layer, path),
  );
  return (
    exact ?? LAYERS.filter(({ files }) => files === undefined).find((layer) => matches(layer, path))
  );
}

function matches(layer, path) {
  const pattern = filesOf(layer)
    .replace(/[.]/g, '\\.')
    .replace(/\{([^}]*)\}/g, (_, names) => `(?:${names.replaceAll(',', '|')})`)
    .replace(/\*\*\/\*/g, '.+')
    .replace(/(?<![.)])\*/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(path);
}

export function mayImport(layer, other) {
  if (layer.name === other.name) return true;
  return layer.may.some((allowed) =>
    allowed.endsWith('/**')
      ? other.name === allowed.slice(0, -3) || other.name.startsWith(allowed.slice(0, -2))
      : other.name === allowed,
  );
}

/** ESLint rule: reports imports that the table does not allow, with the advice. */
export const layersRule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { forbidden: '{{ what }} Instead: {{ advice }}.' },
  },
  create(context) {
    const file = path.relative(import.meta.dirname, context.filename).replaceAll(path.sep, '/');
    const layer = layerOf(file);
    if (layer === undefined) return {};
    const check = (node) => {
      const from = node?.value;
      if (typeof from !== 'string') return;
      const forbid = (what) =>
        context.report({ node, messageId: 'forbidden', data: { what, advice: layer.advice } });
      if (from.startsWith('.')) {
        const target = path.posix.join(path.posix.dirname(file), from);
        const other = layerOf(target);
        if (other === undefined) forbid(`${layer.name} must not import ${target}.`);
        else if (!mayImport(layer, other)) forbid(`${layer.name} must not import ${other.name}.`);
        return;
      }
      if (from === 'vscode') {
        if (layer.name !== 'extension') forbid('Only src/extension may import vscode.');
      } else if (NATIVE.some((name) => from === name || from.startsWith(`${name}/`))) {
        if (layer.native !== true)
          forbid('Packages with native code live in src/adapters, one per file.');
      } else if (isBuiltin(from) && layer.node !== true)
        forbid(`${layer.name} must not import Node's ${from}.`);
    };
    return {
      ImportDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
    };
  },
};
