import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from '../support/browser.ts';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';
import { eventually } from '../support/eventually.ts';
import { witnessNetwork, type NetworkWitness } from '../support/network.ts';
import { TOUR } from '../support/product.ts';

/** Of the block reserved for documentation (RFC 5737): nobody's, and here it leads into a cable without end. */
const NOBODY = '192.0.2.99';

describe('the witness of the network', () => {
  let witness: NetworkWitness;
  before(async () => {
    witness = await witnessNetwork();
  });
  after(() => witness.close());

  // First, for the kernel repeats what the next test sends.
  test('sees nothing of an audit on the command line', async () => {
    const folder = await temporaryFolder();
    const { status, stderr } = await pairlens(
      ['audit', TOUR, '--fail-on', 'never', '--cache', folder.path],
      { env: { ORT_DISABLE_TELEMETRY: undefined } },
    );
    await folder.remove();
    assert.equal(status, 0, stderr);
    assert.deepEqual(witness.names, []);
    assert.equal(witness.packets(), 0);
  });

  test('sees a packet that leaves, and for whom', async () => {
    const socket = connect(9, NOBODY).on('error', () => undefined);
    await eventually(() => witness.packets() > 0, 'a packet is counted');
    assert.deepEqual(witness.addresses(), [NOBODY]);
    socket.destroy();
  });

  test('sees a name that is looked up', async () => {
    await assert.rejects(lookup('example.invalid'), { code: 'ENOTFOUND' });
    assert.ok(witness.names.includes('example.invalid'));
  });

  test('sees what a page asks for', async () => {
    const browser = await openBrowser();
    const page = await browser.newPage();
    await page.setContent('<img src="https://example.invalid/a.png">');
    await browser.close();
    assert.deepEqual(browser.external, ['https://example.invalid/a.png']);
  });
});
