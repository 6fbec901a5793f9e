import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openBrowser, type PageOptions, type TestBrowser } from '../support/browser.ts';
import { RESULTS, startIde, type Ide, type IdeOptions } from '../support/ide.ts';
import { witnessNetwork, type NetworkWitness } from '../support/network.ts';
import { Workbench } from './pages/workbench.ts';

/** One VS Code server, one browser and the witness of the network, for the tests of one file. */
export class Session {
  readonly ide: Ide;
  readonly browser: TestBrowser;
  readonly network: NetworkWitness;
  readonly #name: string;
  readonly #windows: Workbench[] = [];
  #failed = false;

  private constructor(name: string, ide: Ide, browser: TestBrowser, network: NetworkWitness) {
    this.#name = name;
    this.ide = ide;
    this.browser = browser;
    this.network = network;
  }

  static async start(options: IdeOptions): Promise<Session> {
    const network = await witnessNetwork();
    const ide = await startIde(options);
    return new Session(options.name, ide, await openBrowser(), network);
  }

  async open(folder: string, options?: PageOptions): Promise<Workbench> {
    const page = await this.browser.newPage(options);
    const window = await Workbench.open(page, this.ide.url(folder));
    this.#windows.push(window);
    return window;
  }

  /** A picture of the window under test-results, kept as an artefact. */
  async screenshot(window: Workbench, name: string): Promise<void> {
    await mkdir(path.join(RESULTS, 'screenshots'), { recursive: true });
    await window.page.screenshot({ path: path.join(RESULTS, 'screenshots', `${name}.png`) });
  }

  /**
   * Runs a step of a test file; where it fails, pictures of all windows and the logs are kept. Steps go on where the last
   * one ended, so those after a failed one fail at once instead of waiting for what cannot come.
   */
  async check(title: string, body: () => Promise<void>): Promise<void> {
    if (this.#failed) throw new Error('An earlier step failed.');
    try {
      await body();
    } catch (error) {
      this.#failed = true;
      const folder = path.join(RESULTS, this.#name);
      await mkdir(folder, { recursive: true });
      for (const [n, { page }] of this.#windows.entries()) {
        const file = `${title.replaceAll(/\W+/g, '-')}-${n + 1}.png`;
        await page.screenshot({ path: path.join(folder, file) }).catch(() => undefined);
      }
      throw error;
    }
  }

  /** Fails, and names what was asked for, where a page or a process reached beyond loopback. */
  assertNothingLeft(): void {
    assert.deepEqual(this.browser.external, [], 'requests of pages');
    assert.deepEqual(this.network.names, [], 'names looked up');
    assert.deepEqual(this.network.addresses(), [], 'addresses of packets');
    assert.equal(this.network.packets(), 0, 'packets');
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.ide.stop(this.#failed);
    this.network.close();
  }
}
