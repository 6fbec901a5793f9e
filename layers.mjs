import { isBuiltin } from 'node:module';
import path from 'node:path';

/**
 * What each room of the sources may import, and nothing else: read by eslint.config.mjs, shown in docs/architecture.md,
 * broken on purpose by test/contract/layers.test.ts.
 * `node`: whether it may import Node's modules; `native`: packages with native code; `way`: what to do instead.
 */
const PORT =
  'take a port from src/core/ports.ts, which an adapter implements and a compose file brings';
const CORE = 'the core is pure and knows only rooms below it: ' + PORT;

export const ROOMS = [
  { name: 'core', files: 'src/core/*.ts', may: ['core/matching', 'core/text'], way: CORE },
  { name: 'core/text', may: ['core'], way: CORE },
  { name: 'core/dataset', may: ['core', 'core/text'], way: CORE },
  { name: 'core/formats', may: ['core', 'core/text', 'core/dataset'], way: CORE },
  { name: 'core/matching', may: ['core', 'core/text'], way: CORE },
  { name: 'core/audit', may: ['core', 'core/text', 'core/dataset', 'core/matching'], way: CORE },
  { name: 'core/retrieval', may: ['core', 'core/matching'], way: CORE },
  {
    name: 'core/evaluation',
    may: ['core', 'core/dataset', 'core/matching', 'core/audit'],
    way: CORE,
  },
  { name: 'core/export', may: ['core', 'core/text', 'core/matching', 'core/audit'], way: CORE },
  ...['discovery', 'indexing', 'audit', 'batch', 'workspace'].map((floor, n, floors) => ({
    name: `engine/${floor}`,
    // A use case stands on the floors below; `batch` and `workspace` are two houses on the same three.
    may: ['core/**', ...floors.slice(0, Math.min(n, 3)).map((below) => `engine/${below}`)],
    way: `the engine sees ports only, and knows none of its callers: ${PORT}`,
  })),
  {
    name: 'adapters',
    may: ['core/**'],
    node: true,
    native: true,
    way: 'an adapter implements a port of src/core/ports.ts and imports nothing above the core',
  },
  {
    name: 'protocol',
    may: ['core', 'core/dataset', 'core/formats', 'core/retrieval'],
    way: 'the protocol is shared by server, extension and webviews: types, schemas and constants of the core only',
  },
  {
    name: 'server',
    may: ['core/**', 'engine/**', 'protocol', 'program', 'compose'],
    node: true,
    way: 'the server serves any editor: src/server/composeServer.ts brings the adapters, clients are reached through src/protocol',
  },
  {
    name: 'cli',
    may: ['core/**', 'engine/**', 'server', 'protocol', 'program', 'compose'],
    node: true,
    way: 'src/cli/composeCli.ts joins the engine and the adapters; take what you need from it',
  },
  {
    name: 'compose',
    files: 'src/{cli/composeCli,server/composeServer}.ts',
    may: ['core/**', 'engine/**', 'adapters', 'server', 'cli', 'protocol', 'program'],
    node: true,
    way: 'a compose file joins ports and adapters of its program',
  },
  {
    name: 'program',
    files: 'src/*.ts',
    may: [],
    node: true,
    way: 'facts about the package need nothing of ours',
  },
  {
    name: 'extension',
    may: ['core', 'core/dataset', 'core/formats', 'core/text', 'protocol'],
    node: true,
    way: 'the extension host runs no engine: ask the language server through src/protocol, so that a native crash cannot take the editor down',
  },
  {
    name: 'webview',
    files: 'webview/**/*',
    may: ['protocol'],
    way: 'a webview is browser code: it knows src/protocol and asks the extension for the rest',
  },
];

/** Packages with native code: in src/adapters, one per file. */
export const NATIVE = ['onnxruntime-node', 'onnxruntime-common', 'sharp', 'hnswlib-node'];

export const filesOf = ({ name, files }) => files ?? `src/${name}/**/*.ts`;

/** The room of a file, by its path in the repository with `/`; undefined for a file in none. */
export function roomOf(path) {
  // Compose files and files at the root of a folder before the folders they lie in.
  const exact = ROOMS.filter(({ files }) => files !== undefined).find((room) =>
    matches(room, path),
  );
  return (
    exact ?? ROOMS.filter(({ files }) => files === undefined).find((room) => matches(room, path))
  );
}

function matches(room, path) {
  const pattern = filesOf(room)
    .replace(/[.]/g, '\\.')
    .replace(/\{([^}]*)\}/g, (_, names) => `(?:${names.replaceAll(',', '|')})`)
    .replace(/\*\*\/\*/g, '.+')
    .replace(/(?<![.)])\*/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(path);
}

export function mayImport(room, other) {
  if (room.name === other.name) return true;
  return room.may.some((allowed) =>
    allowed.endsWith('/**')
      ? other.name === allowed.slice(0, -3) || other.name.startsWith(allowed.slice(0, -2))
      : other.name === allowed,
  );
}

/** An ESLint rule: an import that the table does not allow is an error that says what to do instead. */
export const layersRule = {
  meta: { type: 'problem', schema: [], messages: { forbidden: '{{ what }} Instead: {{ way }}.' } },
  create(context) {
    const file = path.relative(import.meta.dirname, context.filename).replaceAll(path.sep, '/');
    const room = roomOf(file);
    if (room === undefined) return {};
    const check = (node) => {
      const from = node?.value;
      if (typeof from !== 'string') return;
      const forbid = (what) =>
        context.report({ node, messageId: 'forbidden', data: { what, way: room.way } });
      if (from.startsWith('.')) {
        const target = path.posix.join(path.posix.dirname(file), from);
        const other = roomOf(target);
        if (other === undefined) forbid(`${room.name} must not import ${target}.`);
        else if (!mayImport(room, other)) forbid(`${room.name} must not import ${other.name}.`);
        return;
      }
      if (from === 'vscode') {
        if (room.name !== 'extension') forbid('Only src/extension may know the editor.');
      } else if (NATIVE.some((name) => from === name || from.startsWith(`${name}/`))) {
        if (room.native !== true)
          forbid('Packages with native code live in src/adapters, one per file.');
      } else if (isBuiltin(from) && room.node !== true)
        forbid(`${room.name} must not import Node's ${from}.`);
    };
    return {
      ImportDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
    };
  },
};
