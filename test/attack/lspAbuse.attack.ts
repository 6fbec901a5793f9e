import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { eventually } from '../support/eventually.ts';
import { uriOf, type LspClient } from '../support/lspClient.ts';
import { attackFolder, copyDataset, goodPairs } from './support/data.ts';
import { answers, peakMbOf, startServer, stopServer, within } from './support/server.ts';
import { full } from './support/trials.ts';

// Malformed, hostile, cancelled and oversized messages: the server answers with an error or ignores them, and lives.

const root = await attackFolder('abuse');
const original = path.join(root, 'original');
const cache = path.join(root, 'cache');
const MEMORY_MB = 1_500;

interface Victim {
  readonly server: LspClient;
  readonly folder: string;
  /** As bytes, whatever they are. */
  readonly raw: (text: string) => void;
  /** With the header that its length asks for. */
  readonly framed: (text: string) => void;
  readonly notify: (method: string, params?: unknown) => void;
  /** Settles with an answer or an error, but settles. */
  readonly ask: (method: string, params: unknown) => Promise<unknown>;
  readonly uri: (name: string) => string;
}

const WRONG: readonly unknown[] = [
  null,
  0,
  -1,
  1e99,
  'x',
  true,
  [],
  {},
  [[]],
  { a: { b: 1 } },
  '\0',
  'x'.repeat(1e5),
];
const START = { line: 0, character: 0 };
const NOWHERE = { start: START, end: START };

const message = (method: string, params: string) =>
  `{"jsonrpc":"2.0","method":"${method}","params":${params}}`;

const STRANGE_URIS = [
  '',
  'x',
  'untitled:1',
  'file://evil/share/0.txt',
  'file:///%',
  'file:///a%00b',
  `file:///${'x/'.repeat(5000)}`,
  'vscode-remote://x/y',
  'FILE:///x',
  'data:,x',
  'file:///../../etc/passwd',
  'file:///tmp/%2e%2e/etc/passwd',
  'file:///dev/zero',
  '\ud800',
];

type Attack = (victim: Victim) => unknown;

/** All on one server, which must live through them one after the other. */
const MESSAGES: Readonly<Record<string, Attack>> = {
  'JSON that breaks off': ({ framed }) => framed('{"jsonrpc": "2.0", '),
  'JSON that is no object': ({ framed }) => framed('42'),
  'a batch': ({ framed }) => framed('[{"jsonrpc":"2.0","method":"x"}]'),
  'an unknown request': ({ ask }) => ask('nonsense/it', {}),
  'an answer to nothing': ({ framed }) => framed('{"jsonrpc":"2.0","id":999999,"result":1}'),
  'parameters 50,000 deep': ({ framed }) =>
    framed(message('pairlens/x', '['.repeat(50_000) + ']'.repeat(50_000))),
  '__proto__ in settings': ({ framed }) =>
    framed(
      message(
        'workspace/didChangeConfiguration',
        '{"settings":{"pairlens":{"__proto__":{"enable":false},"levels":{"__proto__":{"x":"error"},"constructor":"off"}}}}',
      ),
    ),
  'a second handshake': ({ ask }) =>
    ask('initialize', { processId: null, rootUri: null, capabilities: {} }),
  'a change of what is not open': ({ notify, uri }) =>
    notify('textDocument/didChange', {
      textDocument: { uri: uri('good0.txt'), version: 9 },
      contentChanges: [{ text: 'x' }],
    }),
  'a close of what is not open': ({ notify, uri }) =>
    notify('textDocument/didClose', { textDocument: { uri: uri('good5.txt') } }),
  'ranges beyond the text': ({ notify, uri }) => {
    opened(notify, uri('good1.txt'), 'a cat');
    const places = [-1, 1e9, 1e15, 0.5, Number.MAX_VALUE];
    for (const [i, at] of places.entries()) {
      const range = { start: { line: at, character: at }, end: { line: 0, character: 0 } };
      notify('textDocument/didChange', {
        textDocument: { uri: uri('good1.txt'), version: i + 2 },
        contentChanges: [{ range, text: 'y' }],
      });
    }
  },
  'changes without text': ({ notify, uri }) => {
    opened(notify, uri('good2.txt'), 'a cat');
    for (const contentChanges of [[{ text: null }], [{}], null, 'x']) {
      notify('textDocument/didChange', {
        textDocument: { uri: uri('good2.txt'), version: 2 },
        contentChanges,
      });
    }
  },
  'notifications without parameters': ({ notify }) => {
    for (const method of [
      'textDocument/didOpen',
      'textDocument/didChange',
      'textDocument/didClose',
      'textDocument/didSave',
      'workspace/didChangeWatchedFiles',
      'workspace/didChangeWorkspaceFolders',
      'workspace/didChangeConfiguration',
    ]) {
      for (const params of [undefined, null, {}, { textDocument: null }]) notify(method, params);
    }
  },
  'a document with NUL and half a surrogate pair': ({ notify, uri }) =>
    opened(notify, uri('good3.txt'), 'a\0cat\ud800'),
  'addresses of every kind': async ({ notify, ask }) => {
    for (const uri of STRANGE_URIS) {
      opened(notify, uri, 'y');
      notify('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 1 }] });
      await Promise.all([
        ask('textDocument/hover', { textDocument: { uri }, position: START }),
        ask('textDocument/codeAction', {
          textDocument: { uri },
          range: NOWHERE,
          context: { diagnostics: [] },
        }),
        ask('pairlens/thumbnail', { uri, size: 64 }),
        ask('pairlens/neighbours', { target: { kind: 'image', uri } }),
        ask('pairlens/search', { query: { kind: 'image', uri }, want: 'captions' }),
        ask('pairlens/createCaptionEdit', { imageUri: uri, caption: 'x' }),
      ]);
    }
  },
  'numbers out of range': ({ ask, uri, folder }) => {
    const target = { kind: 'image', uri: uri('good1.jpg') };
    const pair = { root: uriOf(folder), image: 'good1.jpg', captionIndex: 1e9 };
    const numbers = [1e9, -1, 0, 0.5, 1e99, Number.MAX_SAFE_INTEGER, '7', null];
    return Promise.all(
      numbers.flatMap((k) => [
        ask('pairlens/neighbours', { target, k }),
        ask('pairlens/search', { query: { kind: 'text', text: 'dog' }, want: 'images', k }),
        ask('pairlens/thumbnail', { uri: uri('good1.jpg'), size: k }),
        ask('pairlens/match', { pair: { ...pair, captionIndex: k }, caption: 'x' }),
        ask('textDocument/hover', {
          textDocument: { uri: uri('good1.txt') },
          position: { line: k, character: k },
        }),
      ]),
    );
  },
  'decisions of pairs that are not there': ({ ask, folder }) => {
    const roots = [uriOf('/etc'), uriOf(path.dirname(folder)), 'file:///', uriOf(folder)];
    const images = ['../x.jpg', '/etc/passwd', '__proto__', 'a.jpg'];
    return Promise.all(
      roots.flatMap((place) =>
        images.map((image) =>
          ask('pairlens/decide', {
            pair: { root: place, image, captionIndex: 0 },
            decision: 'verified',
          }),
        ),
      ),
    );
  },
  'commands of the wrong shape': ({ ask }) =>
    Promise.all(
      WRONG.flatMap((value) => [
        ask('workspace/executeCommand', {
          command: 'pairlens.server.decide',
          arguments: value,
        }),
        ask('workspace/executeCommand', { command: value, arguments: [value] }),
      ]),
    ),
  'diagnostics of the wrong shape': ({ ask, uri }) =>
    Promise.all(
      WRONG.map((data) =>
        ask('textDocument/codeAction', {
          textDocument: { uri: uri('good0.txt') },
          range: NOWHERE,
          context: { diagnostics: [{ range: null, message: 1, data }], only: [data] },
        }),
      ),
    ),
  'bytes that are no picture': ({ ask }) =>
    Promise.all(
      ['', '!!!', Buffer.alloc(1e6).toString('base64')].map((base64) =>
        ask('pairlens/search', { query: { kind: 'bytes', base64 }, want: 'captions' }),
      ),
    ),
  'queries that are too long or no text': ({ ask }) =>
    Promise.all(
      ['', ' ', 'x'.repeat(1e6), '\ud800', '\0', 'é'.repeat(1e5)].map((text) =>
        ask('pairlens/search', { query: { kind: 'text', text }, want: 'images' }),
      ),
    ),
  'two thousand requests at once': ({ ask, uri }) =>
    Promise.all(
      Array.from({ length: 2000 }, (_, i) =>
        ask('textDocument/hover', {
          textDocument: { uri: uri(`good${i % 6}.txt`) },
          position: { line: 0, character: 2 },
        }),
      ),
    ),
  'a thousand requests that are cancelled': ({ server, uri }) =>
    Promise.all(
      Array.from({ length: 1000 }, () => {
        const source = new CancellationTokenSource();
        const answer = server.connection
          .sendRequest(
            'pairlens/neighbours',
            { target: { kind: 'image', uri: uri('good1.jpg') } },
            source.token,
          )
          .catch(() => undefined);
        source.cancel();
        return answer;
      }),
    ),
  'settings of every wrong type': async ({ server, notify }) => {
    const names = 'enable levels captionsPerFile inlayScores matcher maxProblems threads'.split(
      ' ',
    );
    for (const value of WRONG) {
      server.settings = Object.fromEntries(names.map((name) => [name, value]));
      notify('workspace/didChangeConfiguration', { settings: null });
      await answers(server, `settings ${JSON.stringify(value).slice(0, 40)}`);
    }
    server.settings = {};
    notify('workspace/didChangeConfiguration', { settings: null });
  },
  'a document of 30 MB': ({ notify, uri }) => {
    opened(notify, uri('good4.txt'), 'a dog '.repeat(5e6));
    notify('textDocument/didClose', { textDocument: { uri: uri('good4.txt') } });
  },
  'pipes and devices as pictures': async ({ ask, uri, folder }) => {
    execFileSync(
      'mkfifo',
      Array.from({ length: 5 }, (_, i) => path.join(folder, `pipe${i}.jpg`)),
    );
    const pipes = Array.from({ length: 5 }, (_, i) => uri(`pipe${i}.jpg`));
    await Promise.all(pipes.map((pipe) => ask('pairlens/thumbnail', { uri: pipe, size: 64 })));
    await ask('pairlens/search', { query: { kind: 'image', uri: pipes[0] }, want: 'captions' });
    const zeros = { kind: 'image', uri: 'file:///dev/zero' };
    await ask('pairlens/search', { query: zeros, want: 'captions' });
    await ask('pairlens/thumbnail', { uri: uri('good1.jpg'), size: 64 });
  },
  'folders that come and go': ({ notify, folder }) => {
    const here = { uri: uriOf(folder), name: 'x' };
    for (let i = 0; i < 40; i++) {
      const event = i % 2 ? { added: [here], removed: [] } : { added: [], removed: [here] };
      notify('workspace/didChangeWorkspaceFolders', { event });
    }
  },
  'a folder that vanishes and returns': async ({ server, notify, folder }) => {
    const told = (type: number) =>
      notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(folder), type }] });
    await rename(folder, `${folder}-gone`);
    told(3);
    await answers(server, 'a folder that vanished');
    await rename(`${folder}-gone`, folder);
    told(1);
  },
  'standard error that is closed': ({ server, notify }) => {
    server.process.stderr?.destroy();
    server.settings = { maxProblems: 'x' };
    notify('workspace/didChangeConfiguration', { settings: null });
  },
};

/** After these the stream of messages has no next message to find: the server may end, but not hang or grow. */
const BROKEN_STREAMS: Readonly<Record<string, Attack>> = {
  'no header': ({ raw }) => raw('hello\r\n\r\n'),
  'a length that is too short': ({ raw }) => raw(`Content-Length: 5\r\n\r\n${message('x', '1')}`),
  'a length below zero': ({ raw }) => raw('Content-Length: -5\r\n\r\n'),
  'a length that is no number': ({ raw }) => raw('Content-Length: NaN\r\n\r\n'),
  'a length of 99 GB': ({ raw }) => raw('Content-Length: 99999999999\r\n\r\n{}'),
  'a header without end': ({ raw }) => {
    for (let i = 0; i < 64; i++) raw('x'.repeat(2 ** 20));
  },
};

describe('messages that no client should send', () => {
  before(async () => {
    await goodPairs(original);
    await writeFile(path.join(original, 'empty.txt'), '');
  });

  async function victimIn(name: string): Promise<Victim> {
    const folder = path.join(root, name);
    await copyDataset(original, folder);
    const server = await startServer({ folder, cache });
    await server.ready(120);
    const raw = (text: string) => void server.process.stdin?.write(text);
    return {
      server,
      folder,
      raw,
      framed: (text) => raw(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`),
      notify: (method, params) =>
        void server.connection.sendNotification(method, params).catch(() => undefined),
      ask: (method, params) =>
        within(
          server.connection.sendRequest(method, params).catch((error: unknown) => error),
          method,
          60_000,
        ),
      uri: (file) => uriOf(path.join(folder, file)),
    };
  }

  test('the server lives through them, one after the other', async () => {
    const victim = await victimIn('messages');
    for (const [name, attack] of Object.entries(MESSAGES)) {
      try {
        await attack(victim);
        await answers(victim.server, name);
      } catch (error) {
        throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      const peak = peakMbOf(victim.server);
      assert.ok(peak < MEMORY_MB, `${name}: the server holds ${peak} MB`);
    }
    // What vanished and returned may be read again just now.
    await eventually(async () => {
      const known = victim.server.request('pairsOfImage', { uri: victim.uri('good1.jpg') });
      return (await within(known, 'work as before')).items.length > 0;
    }, 'the server knows the pairs as before');
    const mistakes = victim.server.logs.filter((line) => line.includes('mistake'));
    assert.deepEqual(mistakes, [], 'nothing of it is taken for a mistake in PairLens');
    await stopServer(victim.server);
  });

  for (const [name, attack] of Object.entries(BROKEN_STREAMS)) {
    if (!full() && name === 'a header without end') continue;
    test(`a stream broken by ${name}: no hang, no growth`, async () => {
      const victim = await victimIn(`stream-${name.replaceAll(' ', '-')}`);
      await attack(victim);
      victim.server.process.stdin?.end();
      const peak = peakMbOf(victim.server);
      assert.ok(peak < MEMORY_MB, `the server holds ${peak} MB`);
      await within(victim.server.exited, 'the end of a server whose client has gone');
      victim.server.connection.dispose();
    });
  }
});

function opened(notify: Victim['notify'], uri: string, text: string): void {
  const textDocument = { uri, languageId: 'plaintext', version: 1, text };
  notify('textDocument/didOpen', { textDocument });
}
