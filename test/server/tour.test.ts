import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, test } from 'node:test';
import {
  CodeActionRequest,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DiagnosticSeverity,
  ExecuteCommandRequest,
  FileChangeType,
  HoverRequest,
  InlayHintRequest,
  MarkupContent,
  type CodeAction,
  type InlayHint,
} from 'vscode-languageserver/node';
import { SERVER_COMMANDS } from '../../src/protocol/commands.ts';
import type { Workplace } from '../support/datasets.ts';
import { type LspClient, uriOf } from '../support/lspClient.ts';
import { openTour } from '../support/serverTour.ts';

describe('the sample dataset in an editor', () => {
  let place: Workplace;
  let client: LspClient;
  const file = (name: string) => path.join(place.folder, name);
  const read = (name: string) => readFile(file(name), 'utf8');
  const everywhere = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };

  before(async () => {
    ({ place, client } = await openTour());
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    await place.remove();
  });

  async function actions(name: string): Promise<CodeAction[]> {
    const found = await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri: uriOf(file(name)) },
      range: everywhere,
      context: { diagnostics: [...client.of(file(name))] },
    });
    return (found ?? []) as CodeAction[];
  }

  async function hoverText(name: string): Promise<string> {
    const hover = await client.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri: uriOf(file(name)) },
      position: { line: 0, character: 3 },
    });
    assert.ok(hover && MarkupContent.is(hover.contents), name);
    return hover.contents.value;
  }

  function labelOf(hint: InlayHint | undefined): string {
    assert.ok(typeof hint?.label === 'string');
    return hint.label;
  }

  function hints(name: string): Promise<InlayHint[] | null> {
    return client.connection.sendRequest(InlayHintRequest.type, {
      textDocument: { uri: uriOf(file(name)) },
      range: everywhere,
    });
  }

  test('every kind of mistake is a problem on the file that mends it', () => {
    const expected: readonly [string, string][] = [
      ['solar_panel.txt', 'caption-mismatch'],
      ['animals/koala.txt', 'caption-mismatch'],
      ['places/colosseum.txt', 'caption-mismatch'],
      ['drum_kit.txt', 'captions-swapped'],
      ['honey_bee.txt', 'captions-swapped'],
      ['mountain_trail.jpg', 'missing-caption'],
      ['animals/duck.txt', 'empty-caption'],
      ['harbour_evening.txt', 'missing-image'],
      ['animals/giraffes.jpg', 'unreadable-image'],
      ['espresso.txt', 'wrong-encoding'],
      ['windmill.txt', 'ambiguous-pair'],
    ];
    for (const [name, code] of expected) {
      assert.ok(client.codes(file(name)).includes(code), `${name}: ${code}`);
    }
  });

  test('a problem names its rule, its page, its severity, its related files and its finding', () => {
    const [problem] = client.of(file('drum_kit.txt'));
    assert.ok(problem);
    assert.equal(problem.source, 'pairlens');
    assert.equal(problem.severity, DiagnosticSeverity.Warning);
    assert.match(problem.codeDescription?.href ?? '', /docs\/findings\.md#captions-swapped$/);
    // The hover quotes the partner's caption.
    assert.equal(problem.relatedInformation, undefined);
    const related = [...client.diagnostics.values()].flatMap(({ uri, diagnostics }) =>
      diagnostics.flatMap(({ relatedInformation = [] }) =>
        relatedInformation.map(({ location }) => ({ from: uri, to: location.uri })),
      ),
    );
    assert.ok(related.length > 0 && related.every(({ from, to }) => from !== to));
    assert.deepEqual(Object.keys(problem.data as object), ['id']);
    assert.ok(problem.range.end.character > problem.range.start.character);
  });

  test('the status counts what is shown', async () => {
    const status = await client.request('status', {});
    assert.equal(status.state, 'ready');
    const { findings } = await client.request('findings', {});
    const { error, warning, info, hint } = status.counts;
    assert.equal(error + warning + info + hint, findings.length);
    const shown = [...client.diagnostics.values()].reduce((n, p) => n + p.diagnostics.length, 0);
    assert.equal(shown, findings.length);
    assert.equal(status.datasets.length, 1);
  });

  test('a hover shows the picture, says how sure it is, why, and what fits better', async () => {
    const text = await hoverText('solar_panel.txt');
    assert.match(text, /!\[solar\\_panel\.jpg\]\(data:image\/jpeg;base64,/);
    // The editor shows the problem itself above the hover: it is not said again.
    const [problem] = client.of(file('solar_panel.txt'));
    const message = problem?.message ?? '';
    assert.ok(typeof message === 'string');
    assert.match(message, /^The caption does not seem to describe.*\d\d % sure/);
    assert.ok(!/does not (?:fit its image|seem to describe)/.test(text), text);
    assert.ok(!message.includes('\n'), 'the reasons are in the hover only');
    assert.match(text, /^- The caption fits \d+ other images better/m);
    assert.match(text, /\[.*\]\(command:pairlens\.openPair\?%5B%7B/);
    assert.ok(
      !text.includes('pairlens.useCaption'),
      'captions that fit their picture are examples',
    );
    assert.ok(text.length < 100_000);
    assert.match(await hoverText('dahlia.txt'), /match 0\.\d\d/);
  });

  test('of two exchanged captions each hover tells its own story, once, and offers neither caption alone', async () => {
    for (const [own, other] of [
      ['drum_kit', 'honey_bee'],
      ['honey_bee', 'drum_kit'],
    ] as const) {
      const text = await hoverText(`${own}.txt`);
      const reasons = text.split('\n').filter((line) => /^- Th(?:e|is) caption/.test(line));
      assert.ok(
        reasons.length === 2 && reasons.every((line) => line.includes(other.replace('_', '\\_'))),
        text,
      );
      assert.ok(!text.includes(`of ${own.replace('_', '\\_')}.jpg fits`), text);
      assert.ok(!text.includes('pairlens.useCaption'), text);
    }
  });

  test('scores stand at the end of the captions', async () => {
    const [hint] = (await hints('dahlia.txt')) ?? [];
    assert.match(labelOf(hint), /^match 0\.\d\d$/);
    const text = (await read('dahlia.txt')).split('\n')[0] ?? '';
    assert.deepEqual(hint?.position, { line: 0, character: text.trimEnd().length });
    const [swapped] = (await hints('drum_kit.txt')) ?? [];
    assert.match(labelOf(swapped), /^match 0\.\d\d · swapped with honey_bee\.txt$/);
  });

  test('captions that fit their own picture are no fixes: the way out is the review', async () => {
    const titles = (await actions('solar_panel.txt')).map(({ title }) => title);
    assert.deepEqual(titles, [
      'Show the picture and all fixes',
      'Mark as verified',
      'Ignore: leave it out of audits and exports',
    ]);
  });

  test('swapping mends both files in one edit', async () => {
    const [left, right] = [await read('drum_kit.txt'), await read('honey_bee.txt')];
    await client.open(file('drum_kit.txt'), left);
    await client.open(file('honey_bee.txt'), right);
    await client.published(file('honey_bee.txt'), 1);
    const swap = (await actions('drum_kit.txt')).find(({ title }) => title.startsWith('Swap'));
    assert.ok(swap?.edit);
    assert.equal(swap.isPreferred, true);
    await client.apply(swap.edit);
    await client.published(file('drum_kit.txt'), 2);
    await client.published(file('honey_bee.txt'), 2);
    assert.equal(client.text(file('drum_kit.txt')).trim(), right.trim());
    assert.equal(client.text(file('honey_bee.txt')).trim(), left.trim());
    await client.until(
      () =>
        client.codes(file('drum_kit.txt')).length + client.codes(file('honey_bee.txt')).length ===
        0,
      'both mended',
    );
    await client.close(file('drum_kit.txt'));
    await client.close(file('honey_bee.txt'));
    await client.until(
      () => client.codes(file('drum_kit.txt')).length > 0,
      'the disk counts again',
    );
  });

  test('a missing caption file is created by an edit', async () => {
    const found = await actions('mountain_trail.jpg');
    const target = uriOf(file('mountain_trail.txt'));
    const creating = found.filter(({ edit }) =>
      edit?.documentChanges?.some(
        (change) => 'kind' in change && change.kind === 'create' && change.uri === target,
      ),
    );
    assert.ok(creating.length > 0, JSON.stringify(found));
  });

  test('a decision is written where the dataset is, and taken back', async () => {
    const name = 'places/colosseum.txt';
    const verify = (await actions(name)).find(({ title }) => title === 'Mark as verified');
    assert.equal(verify?.command?.command, SERVER_COMMANDS.decide);
    await client.connection.sendRequest(ExecuteCommandRequest.type, verify.command);
    await client.until(() => client.codes(file(name)).length === 0, 'the problem is gone');
    const lines = (await read('.pairlens/decisions.jsonl')).trim().split('\n');
    assert.equal(lines.length, 1);
    await client.watched({
      uri: uriOf(file('.pairlens/decisions.jsonl')),
      type: FileChangeType.Created,
    });
    await client.request('idle', {});
    assert.ok(!client.logs.some((line) => line.includes('Reading the folders again')), 'own news');
    const [argument] = verify.command.arguments as [{ pair: never }];
    await client.request('decide', { pair: argument.pair, decision: 'none' });
    await client.until(() => client.codes(file(name)).length === 1, 'the problem is back');
  });

  test('neighbours follow a caption, an image and a pair', async () => {
    const uri = uriOf(file('dahlia.txt'));
    const position = { line: 0, character: 2 };
    const caption = await client.request('neighbours', {
      target: { kind: 'caption', uri, position },
      k: 5,
    });
    assert.ok(caption);
    assert.equal(caption.focus.imageUri, uriOf(file('dahlia.jpg')));
    assert.ok(caption.captions.length > 0 && caption.captions.length <= 5);
    const below = await client.request('neighbours', {
      target: { kind: 'caption', uri, position: { line: 1, character: 0 } },
      k: 5,
    });
    assert.deepEqual(below, caption, 'the line after the caption');
    const image = await client.request('neighbours', {
      target: { kind: 'image', uri: uriOf(file('dahlia.jpg')) },
      k: 5,
    });
    assert.deepEqual(image?.focus.pair, caption.focus.pair);
    const pair = await client.request('neighbours', {
      target: { kind: 'pair', pair: caption.focus.pair },
      k: 5,
    });
    assert.deepEqual(pair?.captions, image.captions);
    const bare = await client.request('neighbours', {
      target: { kind: 'image', uri: uriOf(file('mountain_trail.jpg')) },
    });
    assert.equal(bare?.focus.caption, '');
    assert.equal(
      await client.request('neighbours', {
        target: { kind: 'image', uri: uriOf(file('nothing.jpg')) },
      }),
      null,
    );
  });

  test('a caption can be tried without writing it', async () => {
    const { items } = await client.request('pairsOfImage', { uri: uriOf(file('solar_panel.jpg')) });
    const [item] = items;
    assert.ok(item);
    const worse = await client.request('match', { pair: item.pair, caption: item.caption });
    const better = await client.request('match', {
      pair: item.pair,
      caption: 'solar panels on a roof under a blue sky',
    });
    assert.ok(worse && better);
    assert.ok(better.match! > worse.match! + 0.3);
    assert.equal(better.neighbours.focus.caption, 'solar panels on a roof under a blue sky');
    // What is said of doubtful captions is not said of one that fits well.
    assert.ok(better.evidence.every((line) => !line.includes('no better than captions drawn')));
  });

  test('the word that is not in the picture is named, in the hover too', async () => {
    const { items } = await client.request('pairsOfImage', { uri: uriOf(file('dahlia.jpg')) });
    const [item] = items;
    assert.ok(item);
    const caption = 'a dahlia flower and a penguin';
    const { words, unsupported } = await client.request('words', { pair: item.pair, caption });
    assert.deepEqual(
      words.map(({ text }) => text),
      ['dahlia', 'flower', 'penguin'],
    );
    const [worst] = unsupported;
    assert.equal(worst && caption.slice(worst.start, worst.end), 'penguin');
    await client.open(file('dahlia.txt'), caption);
    assert.match(await hoverText('dahlia.txt'), /Words that do not fit the picture\\: penguin/);
    await client.close(file('dahlia.txt'));
  });

  test('the words of a caption are told where they are, by the characters they stand on', async () => {
    const { items } = await client.request('pairsOfImage', { uri: uriOf(file('dahlia.jpg')) });
    const [item] = items;
    assert.ok(item);
    const caption = 'An orange dahlia, in full bloom.';
    const { words } = await client.request('groundings', { pair: item.pair, caption });
    assert.deepEqual(
      words.map(({ text, start, end }) => [text, caption.slice(start, end)]),
      ['orange', 'dahlia', 'full', 'bloom'].map((text) => [text, text]),
    );
    for (const { cells } of words) {
      assert.ok(cells.every(Number.isFinite));
      assert.ok(Math.max(...cells) > Math.min(...cells));
    }
    const german = 'Eine orangefarbene Dahlie vor dunkelgrünen Blättern im Garten hinter dem Haus';
    const none = await client.request('groundings', { pair: item.pair, caption: german });
    assert.deepEqual(none.words, []);
  });

  test('search finds images for a text and captions for an image, from inside and outside', async () => {
    const bee = await client.request('search', {
      query: { kind: 'text', text: 'a honey bee on a flower' },
      want: 'images',
      k: 3,
    });
    assert.ok(bee.hits.some(({ item }) => item.imageUri === uriOf(file('honey_bee.jpg'))));
    const bytes = await readFile(file('dahlia.jpg'));
    for (const query of [
      { kind: 'image', uri: uriOf(file('dahlia.jpg')) },
      { kind: 'bytes', base64: bytes.toString('base64') },
    ] as const) {
      const { hits } = await client.request('search', { query, want: 'captions', k: 5 });
      assert.ok(
        hits.some(({ item }) => item.imageUri === uriOf(file('dahlia.jpg'))),
        query.kind,
      );
    }
  });

  test('thumbnails are small pictures', async () => {
    const picture = await client.request('thumbnail', {
      uri: uriOf(file('dahlia.jpg')),
      size: 160,
    });
    assert.ok(picture && Math.max(picture.width, picture.height) === 160);
    assert.match(picture.dataUri, /^data:image\/jpeg;base64,\/9j\//);
    assert.equal(
      await client.request('thumbnail', { uri: uriOf(file('dahlia.txt')), size: 160 }),
      null,
    );
  });

  test('a client that escapes URIs its own way finds its documents by its own spelling', async () => {
    const uri = pathToFileURL(file('animals/koala.txt')).href;
    assert.notEqual(uri, uriOf(file('animals/koala.txt')));
    await client.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: {
        uri,
        languageId: 'plaintext',
        version: 7,
        text: await read('animals/koala.txt'),
      },
    });
    await client.until(() => client.diagnostics.get(uri)?.version === 7, 'its diagnostics');
    assert.equal(client.diagnostics.get(uri)?.diagnostics.length, 1);
    await client.until(() => client.codes(file('animals/koala.txt')).length === 0, 'not twice');
    await client.connection.sendNotification(DidCloseTextDocumentNotification.type, {
      textDocument: { uri },
    });
    await client.until(
      () => client.codes(file('animals/koala.txt')).length === 1,
      'canonical again',
    );
    await client.until(() => client.diagnostics.get(uri)?.diagnostics.length === 0, 'no longer');
  });

  test('wrong parameters and unknown commands are refused with a remedy', async () => {
    await assert.rejects(
      client.connection.sendRequest('pairlens/neighbours', { target: { kind: 'moon' } }),
      (error: { data?: { code?: string; remedy?: string } }) =>
        error.data?.code === 'invalid-argument' && error.data.remedy !== undefined,
    );
    await assert.rejects(
      client.connection.sendRequest(ExecuteCommandRequest.type, { command: 'rm' }),
      /There is no command rm/,
    );
    await assert.rejects(
      client.request('captionEdit', {
        pair: { root: uriOf(place.folder), image: 'gone.jpg', captionIndex: 0 },
        caption: 'x',
      }),
      (error: { data?: { remedy?: string } }) => error.data?.remedy !== undefined,
    );
  });

  test('its map has a place for each pair; a selection on it is a query', async () => {
    const { datasets } = await client.request('status', {});
    const root = datasets[0]?.root ?? '';
    const { map } = await client.request('map', { root, side: 'images' });
    assert.ok(map);
    const { total } = await client.request('browse', { query: '', from: 0, count: 1 });
    assert.equal(map.x.length + map.placeless, total);
    assert.equal(
      map.regions.reduce((sum, { pairs }) => sum + pairs, 0),
      map.x.length,
    );
    const { item } = await client.request('mapPair', { map: map.id, point: 2 });
    const { query } = await client.request('mapSelection', { map: map.id, points: [2] });
    const page = await client.request('browse', { query, from: 0, count: 5 });
    assert.deepEqual(
      page.items.map((each) => each.item.imageUri),
      [item?.imageUri],
    );
    const none = await client.request('map', { root: uriOf('/elsewhere'), side: 'captions' });
    assert.equal(none.map, null);
    await assert.rejects(client.request('mapSelection', { map: 999, points: [] }), /out of date/u);
  });
});
