import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CancellationTokenSource,
  CodeActionRequest,
  CodeActionResolveRequest,
  ExecuteCommandRequest,
  FileChangeType,
  type CodeAction,
} from 'vscode-languageserver/node';
import { CLIENT_COMMANDS, SERVER_COMMANDS } from '../../src/protocol/commands.ts';
import { REQUESTS } from '../../src/protocol/serverApi.ts';
import { fixTextsSchema } from '../../src/protocol/workspaceEdit.ts';
import { tourCopy, workplace, writeMetadata, type Workplace } from '../support/datasets.ts';
import { EDITOR, LspClient, uriOf } from '../support/lspClient.ts';

const EVERYWHERE = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };

async function actionsOf(client: LspClient, file: string): Promise<CodeAction[]> {
  const found = await client.connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri: uriOf(file) },
    range: EVERYWHERE,
    context: { diagnostics: [...client.of(file)] },
  });
  return (found ?? []) as CodeAction[];
}

/** Three captions that moved on by one: no two pairs are swapped. */
const MOVED = ['dahlia', 'mariachi_band', 'places/pagoda'] as const;
/** What stands under pictures that the sample captions wrongly, so that no more is wrong than there was. */
const RIGHT = {
  'solar_panel.txt': 'A solar panel on a roof under a blue sky.',
  'animals/koala.txt': 'A koala sleeps in the fork of a tree.',
};
/** The caption of the band is under the dahlia now, and that of the pagoda under the band. */
const DAHLIA = 'dahlia.txt';
const BAND = 'mariachi_band.txt';

describe('quick fixes', () => {
  let place: Workplace;
  let client: LspClient;
  const file = (name: string) => path.join(place.folder, name);
  const read = (name: string) => readFile(file(name), 'utf8');

  before(async () => {
    place = await tourCopy();
    for (const [name, text] of Object.entries(RIGHT)) await writeFile(file(name), text);
    const captions = await Promise.all(MOVED.map((name) => read(`${name}.txt`)));
    for (const [n, name] of MOVED.entries()) {
      await writeFile(file(`${name}.txt`), captions[(n + 1) % MOVED.length]!);
    }
    const capabilities = {
      ...EDITOR,
      workspace: {
        ...EDITOR.workspace,
        workspaceEdit: { ...EDITOR.workspace?.workspaceEdit, changeAnnotationSupport: {} },
      },
      textDocument: {
        ...EDITOR.textDocument,
        codeAction: { dataSupport: true, resolveSupport: { properties: ['edit'] } },
      },
    };
    client = await LspClient.start({ folders: [place.folder], cache: place.cache, capabilities });
    await client.ready();
    await client.until(
      () => [DAHLIA, BAND].every((name) => client.codes(file(name)).length > 0),
      'moved captions are found',
    );
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    await place.remove();
  });

  const resolved = (action: CodeAction) =>
    client.connection.sendRequest(CodeActionResolveRequest.type, action);

  test('a caption that does not fit where it is is a fix, is said in full, and mends the problem', async () => {
    const text = await read(BAND);
    await client.open(file(BAND), text);
    await client.published(file(BAND), 1);
    const actions = await actionsOf(client, file(BAND));
    const uses = actions.filter(({ title }) => title.startsWith('Use “'));
    assert.deepEqual(actions.slice(0, uses.length), uses, 'they come first');
    assert.equal(uses[0]?.isPreferred, true);
    const right = (await read(DAHLIA)).trim();
    const fix = uses.find(({ title }) => title.startsWith(`Use “${right}”`));
    assert.ok(fix, uses.map(({ title }) => title).join('\n'));
    const whole = await resolved(fix);
    const { edit } = whole;
    assert.ok(edit);
    assert.equal(edit.changeAnnotations, undefined, 'the title says it all');
    const { done, label } = fixTextsSchema.parse(whole.data);
    assert.equal(done, 'Caption of mariachi_band.jpg replaced.');
    assert.equal(label, 'Change the caption of mariachi_band.jpg');
    await client.apply(edit);
    await client.published(file(BAND), 2);
    assert.deepEqual(client.codes(file(BAND)), []);
    assert.equal(await read(BAND), text, 'the server saves nothing');
    await client.close(file(BAND));
    await client.until(() => client.codes(file(BAND)).length > 0, 'the disk counts again');
  });

  test('one longer than a title is shown by the editor before it is written', async () => {
    const { items } = await client.request('pairsOfImage', { uri: uriOf(file('dahlia.jpg')) });
    const [item] = items;
    assert.ok(item);
    const fixOf = (caption: string): CodeAction => ({
      title: 'Use it',
      data: { kind: 'caption', params: { pair: item.pair, caption }, was: [item.caption] },
    });
    const short = await resolved(fixOf('An orange dahlia in full bloom.'));
    assert.equal(short.edit?.changeAnnotations, undefined);
    const long = await resolved(fixOf(`An orange dahlia ${'among dark green leaves '.repeat(5)}`));
    const [annotation] = Object.values(long.edit?.changeAnnotations ?? {});
    assert.equal(annotation?.needsConfirmation, true);
  });

  test('the review is offered beside them, and verdicts last', async () => {
    const actions = await actionsOf(client, file(DAHLIA));
    const review = actions.find(
      ({ command }) => command?.command === CLIENT_COMMANDS.reviewFinding.command,
    );
    const [problem] = client.of(file(DAHLIA));
    assert.deepEqual(review?.command?.arguments, [problem?.data]);
    assert.deepEqual(
      actions.slice(-2).map(({ title }) => title),
      ['Mark as verified', 'Ignore: leave it out of audits and exports'],
    );
  });

  test('a verdict is listed, and taken back where the caption is', async () => {
    const name = DAHLIA;
    const verify = (await actionsOf(client, file(name))).find(
      ({ title }) => title === 'Mark as verified',
    );
    assert.equal(verify?.command?.command, SERVER_COMMANDS.decide);
    await client.connection.sendRequest(ExecuteCommandRequest.type, verify.command);
    await client.until(() => client.codes(file(name)).length === 0, 'the problem is gone');
    const { decisions } = await client.request('decisions', {});
    assert.deepEqual(
      decisions.map(({ item, decision }) => [item.pair.image, decision]),
      [['dahlia.jpg', 'verified']],
    );
    const back = await actionsOf(client, file(name));
    assert.deepEqual(
      back.map(({ title }) => title),
      ['Take back that it is verified'],
    );
    await client.connection.sendRequest(ExecuteCommandRequest.type, back[0]!.command!);
    await client.until(() => client.codes(file(name)).length > 0, 'the problem is back');
    assert.deepEqual((await client.request('decisions', {})).decisions, []);
  });
});

describe('an empty caption in a table', () => {
  let place: Workplace;
  let client: LspClient;

  before(async () => {
    place = await workplace();
    await mkdir(place.folder, { recursive: true });
    const captions = ['a red square', '', 'a blue circle', 'a green field', 'a grey wall'];
    await writeMetadata(place.folder, captions);
    client = await LspClient.start({ folders: [place.folder], cache: place.cache });
    await client.ready();
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    await place.remove();
  });

  test('is written into its own row', async () => {
    const { findings } = await client.request('findings', {});
    const empty = findings.find(({ code }) => code === 'empty-caption');
    assert.ok(empty?.imageUri);
    assert.ok(empty.fixes.some(({ kind }) => kind === 'create-caption'));
    const table = path.join(place.folder, 'metadata.jsonl');
    const text = await readFile(table, 'utf8');
    await client.open(table, text);
    const edit = await client.request('createCaptionEdit', {
      imageUri: empty.imageUri,
      caption: 'a yellow "star"',
    });
    await client.apply({
      documentChanges: edit.documents.map(({ uri, edits }) => ({
        textDocument: { uri, version: null },
        edits,
      })),
    });
    const [before, after] = [text, client.text(table)].map((all) => all.split('\n'));
    assert.equal(after?.length, before?.length);
    assert.deepEqual(JSON.parse(after?.[1] ?? ''), {
      file_name: '00001.jpg',
      text: 'a yellow "star"',
    });
    assert.deepEqual(after?.toSpliced(1, 1), before?.toSpliced(1, 1));
  });
});

describe('files that a fix mends as a whole', () => {
  let place: Workplace;
  let client: LspClient;
  const file = (name: string) => path.join(place.folder, name);

  before(async () => {
    place = await tourCopy();
    // The cache takes no hash of a file that is younger than the clock of a file system is sure of.
    const past = new Date(Date.now() - 60_000);
    for (const name of ['fig.jpg', 'pillow.jpg']) await utimes(file(name), past, past);
    client = await LspClient.start({ folders: [place.folder], cache: place.cache });
    await client.ready();
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    await place.remove();
  });

  test('a file in another encoding is saved as UTF-8, as its fix shows it', async () => {
    const name = 'espresso.txt';
    await client.until(() => client.codes(file(name)).includes('wrong-encoding'), 'the problem');
    const { findings } = await client.request('findings', {});
    const [fix] = findings.find(({ code }) => code === 'wrong-encoding')?.fixes ?? [];
    assert.ok(fix?.kind === 'save-as-utf8' && fix.encoding !== undefined);
    const [action] = await actionsOf(client, file(name));
    assert.equal(action?.command?.command, SERVER_COMMANDS.saveAsUtf8);
    assert.ok(fix.caption !== undefined && action.title.includes(fix.caption), action.title);
    const before = await readFile(file(name));
    const encoding = new TextDecoder(fix.encoding);
    await client.connection.sendRequest(ExecuteCommandRequest.type, action.command);
    await client.until(() => client.codes(file(name)).length === 0, 'the problem is gone');
    const after = await readFile(file(name));
    assert.equal(new TextDecoder('utf-8', { fatal: true }).decode(after), encoding.decode(before));
    const { items } = await client.request('pairsOfImage', { uri: uriOf(file('espresso.jpg')) });
    assert.equal(items[0]?.caption, encoding.decode(before).trim());
  });

  test('images that share a caption file are offered names and captions of their own', async () => {
    const name = 'windmill.txt';
    await client.until(() => client.codes(file(name)).includes('ambiguous-pair'), 'the problem');
    const [action] = await actionsOf(client, file(name));
    assert.equal(
      action?.title,
      'Rename windmill.png to windmill_png.png, with a copy of the caption',
    );
    const { command, args } = CLIENT_COMMANDS.separateImages;
    assert.equal(action.command?.command, command);
    assert.deepEqual(args.parse(action.command.arguments), [
      {
        uri: uriOf(file(name)),
        separations: [
          {
            image: uriOf(file('windmill.png')),
            to: uriOf(file('windmill_png.png')),
            caption: uriOf(file('windmill_png.txt')),
          },
        ],
      },
    ]);
  });

  test('a caption whose image was renamed is offered the new name: by content, else by a name like it', async () => {
    await rename(file('fig.jpg'), file('zz top.jpg'));
    await rename(file('pillow.jpg'), file('Pillow (1).jpg'));
    await client.watched(
      { uri: uriOf(file('fig.jpg')), type: FileChangeType.Deleted },
      { uri: uriOf(file('zz top.jpg')), type: FileChangeType.Created },
      { uri: uriOf(file('pillow.jpg')), type: FileChangeType.Deleted },
      { uri: uriOf(file('Pillow (1).jpg')), type: FileChangeType.Created },
    );
    await client.until(
      () => client.codes(file('fig.txt')).concat(client.codes(file('pillow.txt'))).length === 2,
      'captions without image',
    );
    const { findings } = await client.request('findings', {});
    const moves = findings.flatMap(({ uri, fixes, remedy }) =>
      fixes
        .filter(({ kind }) => kind === 'rename-caption-file')
        .map(({ to, imageUri }) => ({ uri, to, imageUri, remedy })),
    );
    const byUri = new Map(moves.map((move) => [move.uri, move]));
    const fig = byUri.get(uriOf(file('fig.txt')));
    assert.equal(fig?.to, uriOf(file('zz top.txt')));
    assert.equal(fig.imageUri, uriOf(file('zz top.jpg')));
    assert.match(fig.remedy ?? '', /is its image under another name/);
    const pillow = byUri.get(uriOf(file('pillow.txt')));
    assert.equal(pillow?.to, uriOf(file('Pillow (1).txt')));
    assert.equal(byUri.size, 2, 'harbour_evening.txt is like no image');
    const lone = findings.find(({ uri }) => uri === uriOf(file('harbour_evening.txt')));
    const text = (await readFile(file('harbour_evening.txt'), 'utf8')).trim();
    assert.deepEqual(lone?.evidence, [`Its text: “${text}”.`]);
    const [action] = await actionsOf(client, file('fig.txt'));
    assert.equal(action?.command?.command, CLIENT_COMMANDS.renameCaptionFile.command);
  });
});

describe('what is known without an encoder', () => {
  let place: Workplace;
  let client: LspClient;
  const file = (name: string) => path.join(place.folder, name);

  before(async () => {
    place = await tourCopy();
    await cp(file('fig.jpg'), file('same as fig.jpg'));
    await writeFile(file('same as fig.txt'), 'half a fig');
    client = await LspClient.start({ folders: [place.folder], cache: place.cache });
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    await place.remove();
  });

  test('is told before anything is encoded, and stays', async () => {
    const early: readonly (readonly [string, string])[] = [
      ['mountain_trail.jpg', 'missing-caption'],
      ['animals/duck.txt', 'empty-caption'],
      ['harbour_evening.txt', 'missing-image'],
      ['espresso.txt', 'wrong-encoding'],
      ['windmill.txt', 'ambiguous-pair'],
      ['fig.jpg', 'exact-duplicate'],
    ];
    const isTold = () => early.every(([name, code]) => client.codes(file(name)).includes(code));
    await client.until(isTold, 'structural findings');
    assert.ok(!client.statuses.some(({ state }) => state === 'ready'), 'nothing is audited yet');
    assert.ok(!client.statuses.some(({ phase }) => phase === 'Encoding images'), 'nor encoded');
    const before = await client.request('findings', {});
    await client.ready();
    await client.request('idle', {});
    assert.ok(isTold());
    const after = await client.request('findings', {});
    const ids = new Set(after.findings.map(({ id }) => id));
    assert.deepEqual(
      before.findings
        .filter(({ id, code }) => !ids.has(id) && early.some(([, each]) => each === code))
        .map(({ code, message }) => [code, message]),
      [],
      'they keep their names',
    );
  });

  test('opening a file, any file, makes no finding disappear', async () => {
    const known = async () =>
      (await client.request('findings', {})).findings.map(({ id }) => id).sort();
    const before = await known();
    for (const name of (await readdir(place.folder, { recursive: true })).sort()) {
      if (!name.endsWith('.txt')) continue;
      // As VS Code shows a file that is not UTF-8.
      await client.open(file(name), (await readFile(file(name))).toString('utf8'));
      await client.request('idle', {});
      assert.deepEqual(await known(), before, `${name} is open`);
      await client.close(file(name));
    }
    await client.request('idle', {});
    assert.deepEqual(await known(), before);
  });

  test('a cancelled rebuild stops, and says so', async () => {
    const cancel = new CancellationTokenSource();
    const { method } = REQUESTS.audit;
    const rebuilt = client.connection.sendRequest(method, { rebuild: true }, cancel.token);
    cancel.cancel();
    await rebuilt.catch(() => undefined);
    await client.request('idle', {});
    const status = await client.request('status', {});
    assert.equal(status.state, 'failed');
    assert.match(status.error?.message ?? '', /stopped/);
  });
});
