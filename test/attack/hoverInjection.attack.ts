import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { marked } from 'marked';
import {
  CodeActionRequest,
  HoverRequest,
  InlayHintRequest,
  MarkupContent,
} from 'vscode-languageserver/node';
import { uriOf } from '../support/lspClient.ts';
import { photo } from '../support/photos.ts';
import { attackFolder } from './support/data.ts';
import { startServer, stopServer, within } from './support/server.ts';

// Captions and file names that try to be links, pictures, commands and markup in what an editor shows. Rendered as VS Code
// renders (marked), a hover holds only our own commands and pictures; no text holds a character that is not to be seen.

const EVIL = [
  '[x](command:workbench.action.terminal.new)',
  '<a href="command:x">y</a>',
  '![i](http://127.0.0.1:9/t.png)',
  '<img src=x onerror=alert(1)>',
  '<https://evil.example>',
  'https://evil.example/a',
  'www.evil.example',
  'mail me@evil.example',
  '[a]: http://evil.example\n[a]',
  '`code` ```js\nx```',
  '$(zap) $(sync~spin)',
  '# head\n\n> quote\n- [ ] task',
  '| a | b |\n|---|---|\n| c | d |',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#x3C;img src=x onerror=alert(1)&#x3E;',
  '\\[x\\](command:y)',
  '\\\\[x](command:y)',
  '*a* _b_ ~~c~~ **d**',
  '<!-- c --><script>1</script>',
  '[x][y]\n\n[y]: command:z',
  '\u202e\u2066 \u001b[31m \u009b31m',
  '*[x](command:z "t")*',
  '[x](<command:z>)',
  'http://a.b/"onmouseover="x',
  '<svg/onload=alert(1)>',
  '\t[x](command:tab)',
  '1. [x](command:l)',
  '<details open ontoggle=alert(1)>',
  'vscode://evil.ext/x',
  'file:///etc/passwd',
  '[click](vscode://x)',
  '+ [x](command:a)\n+ b',
  'a\u2028[x](command:b)',
  '](command:evil) [',
  ')](command:evil?%22)',
  '"}]) (command:evil',
  '\u{e0041}\u{e0042} tags',
  `e${'\u0301'.repeat(300)}`,
];
const OURS = /^command:pairlens\.\w+(\?|$)/;
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/u;

const root = await attackFolder('hover');
const set = path.join(root, 'set');
const file = path.join(set, 'metadata.jsonl');
let lines: readonly string[] = [];

before(async () => {
  await mkdir(set);
  const names = EVIL.map((text, i) => `${text.replace(/[/\n]/g, '').slice(0, 60)} ${i}.jpg`);
  for (const [i, name] of names.entries()) {
    await photo(i).jpeg().toFile(path.join(set, name));
  }
  const rows = names.map((file_name, i) => JSON.stringify({ file_name, text: EVIL[i] }));
  const missing = { file_name: '<img src=x onerror=alert(1)> [x](command:y).jpg', text: 'z' };
  lines = [...rows, JSON.stringify(missing), '{"broken <img src=x> [x](command:y)'];
  await writeFile(file, `${lines.join('\n')}\n`);
});

test('what an editor shows of hostile texts holds no link, picture, command or markup of theirs', async () => {
  const server = await startServer({ folder: set, cache: path.join(root, 'cache') });
  await server.ready(180);
  const textDocument = { uri: uriOf(file) };
  let hovers = 0;
  for (const [line, text] of lines.entries()) {
    const position = { line, character: Math.min(text.lastIndexOf(':') + 3, text.length - 3) };
    const asked = server.connection.sendRequest(HoverRequest.type, { textDocument, position });
    const hover = await within(asked, `the hover of line ${line}`);
    if (hover === null) continue;
    assert.ok(MarkupContent.is(hover.contents));
    hovers++;
    harmless(hover.contents.value, text);
  }
  // A backslash in a row leads into a folder, so that two of the names find no picture.
  assert.ok(hovers >= EVIL.length - 2, `${hovers} hovers`);

  for (const { uri, diagnostics } of server.diagnostics.values()) {
    for (const diagnostic of diagnostics) {
      const { message } = diagnostic;
      seen(typeof message === 'string' ? message : message.value);
      for (const related of diagnostic.relatedInformation ?? []) seen(related.message);
      const actions = await within(
        server.connection.sendRequest(CodeActionRequest.type, {
          textDocument: { uri },
          range: diagnostic.range,
          context: { diagnostics: [diagnostic] },
        }),
        'quick fixes',
      );
      for (const { title } of actions ?? []) seen(title);
    }
  }
  const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
  const hints = await within(
    server.connection.sendRequest(InlayHintRequest.type, { textDocument, range }),
    'scores',
  );
  for (const { label, tooltip } of hints ?? []) {
    seen(typeof label === 'string' ? label : label.map(({ value }) => value).join(''));
    if (MarkupContent.is(tooltip)) harmless(tooltip.value, 'a tooltip');
  }
  for (const message of [...server.logs, ...server.messages]) seen(message);
  await stopServer(server);
});

function seen(text: string): void {
  assert.doesNotMatch(text, UNSEEN);
}

/** Rendered by the renderer of VS Code, with everything of Markdown on. */
function harmless(markdown: string, of: string): void {
  seen(markdown);
  const html = marked.parse(markdown, { async: false, gfm: true });
  for (const [, href] of html.matchAll(/href="([^"]*)"/g)) {
    assert.match(href ?? '', OURS, `a link in the hover of ${of}`);
  }
  for (const [, source] of html.matchAll(/<img[^>]*src="([^"]{0,40})/g)) {
    assert.match(source ?? '', /^data:image\/jpeg;base64,/, `a picture in the hover of ${of}`);
  }
  const rest = html.replace(/<\/?(p|ul|li|strong|a|img|br|hr)( [^>]*)?\/?>/g, '');
  assert.doesNotMatch(rest, /<[a-z!]/i, `markup in the hover of ${of}`);
}
