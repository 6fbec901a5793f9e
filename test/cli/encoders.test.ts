import assert from 'node:assert/strict';
import { cp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { type Outcome, pairlens, temporaryFolder } from '../support/commandLine.ts';
import { fixtureEncoder } from '../support/fixtureEncoders.ts';
import { BIG, HUB_ID, type Interference, LoopbackHub } from '../support/loopbackHub.ts';
import { writeGoodPairs } from '../support/photos.ts';

describe('encoders of the command line', { timeout: 240_000 }, () => {
  const hub = new LoopbackHub();
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let encoders: string;

  before(() => hub.open());
  after(() => hub.close());
  beforeEach(async () => {
    hub.reset();
    folder = await temporaryFolder();
    encoders = path.join(folder.path, 'encoders');
  });

  afterEach(() => folder.remove());

  const run = (...args: string[]): Promise<Outcome> =>
    pairlens(['--cache', path.join(folder.path, 'cache'), ...args], {
      env: { PAIRLENS_ENCODERS: encoders, HF_ENDPOINT: hub.url, HF_TOKEN: '' },
    });
  const add = (...args: string[]): Promise<Outcome> => run('encoders', 'add', HUB_ID, ...args);

  test('a download is shown and not made without --yes; with it the encoder is listed and used', async () => {
    const shown = await add();
    assert.equal(shown.status, 1);
    assert.match(shown.stdout, /tiny\/clip at aaaaaaaaaaaa from http/);
    assert.match(shown.stdout, /onnx\/text_model\.onnx/);
    assert.match(shown.stderr, /Nothing was downloaded/);
    assert.deepEqual(hub.asked, []);
    assert.deepEqual(await readdir(folder.path), []);

    const whole = await readFile(path.join(fixtureEncoder('clip'), BIG));
    let broken = 0;
    hub.answer = (_request, response, name) => {
      if (name !== BIG || broken++ > 0) return false;
      response.writeHead(200, { 'Content-Length': whole.length });
      response.write(whole.subarray(0, 50_000), () => response.destroy());
      return true;
    };
    const added = await add('--yes');
    assert.equal(added.status, 0, added.stderr);
    assert.match(added.stdout, /Ready: --encoder tiny\/clip/);
    assert.equal(hub.asked.filter(({ name }) => name === BIG).length, 2);

    const listed = await run('encoders', '--json');
    const names = (JSON.parse(listed.stdout) as { encoders: { encoder: string; model: string }[] })
      .encoders;
    assert.deepEqual(
      names.map(({ encoder }) => encoder),
      ['shipped', HUB_ID],
    );
    assert.match(names[1]!.model, /^clip-fp32-/);

    let requests = 0;
    hub.answer = () => {
      requests++;
      return false;
    };
    await writeGoodPairs(path.join(folder.path, 'set'), 3);
    const audit = await run('--encoder', HUB_ID, 'audit', path.join(folder.path, 'set'));
    assert.match(
      audit.stdout,
      /This\s+encoder\s+has\s+no\s+reference\s+pairs\s+and\s+no\s+class\s+names/,
    );
    const own = await run('audit', path.join(folder.path, 'set'));
    assert.doesNotMatch(own.stdout, /reference\s+pairs/);
    assert.equal(requests, 0);
  });

  const status =
    (code: number): Interference =>
    (_request, response, name) => {
      if (name !== '') return false;
      response.writeHead(code).end('{}');
      return true;
    };
  const failures: Readonly<Record<string, readonly [Interference, RegExp]>> = {
    'a hub without it': [status(404), /The hub has no .*\n?.*Check the ID/s],
    'a hub that asks for an account': [status(401), /\(status 401\).*HF_TOKEN/s],
    'a page in the place of a file': [
      (_request, response, name) => {
        if (name !== 'tokenizer.json') return false;
        response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Sign in</html>');
        return true;
      },
      /answered with a page, not with a file/,
    ],
    'a wrong checksum': [
      (_request, response, name) => {
        if (name !== BIG) return false;
        response.end('damaged');
        return true;
      },
      /arrived with a wrong checksum and was deleted/,
    ],
  };
  for (const [what, [answer, said]] of Object.entries(failures)) {
    test(`${what} is told with what to do, and no encoder is added`, async () => {
      hub.answer = answer;
      const { status: exit, stderr } = await add('--yes');
      assert.equal(exit, 2);
      assert.match(stderr, said);
      const listed = await run('encoders');
      assert.doesNotMatch(listed.stdout, /tiny/);
    });
  }

  test('one that cannot be used has the reason in its line; the others are measured all the same', async () => {
    await cp(fixtureEncoder('clip'), path.join(encoders, HUB_ID), { recursive: true });
    await writeGoodPairs(path.join(folder.path, 'set'), 8);
    const { status: exit, stdout } = await run(
      'encoders',
      path.join(folder.path, 'set'),
      '--with',
      path.join(folder.path, 'set'),
      '--seeds',
      '1',
    );
    assert.equal(exit, 0);
    assert.match(stdout, /set {2}The folder .* is no encoder: it has no config\.json/);
    assert.match(stdout, /tiny\/clip +\d+/);
  });
});
