import { existsSync } from 'node:fs';
import path from 'node:path';
import { openEncoders } from '../adapters/encoders.ts';
import type { Hub, HubPlan } from '../adapters/hubDownload.ts';
import { encodersFolder } from '../adapters/installation.ts';
import { installedEncoders } from '../adapters/installedEncoders.ts';
import { nodeFiles } from '../adapters/nodeFiles.ts';
import type { EncoderChoice } from '../core/encoderChoice.ts';
import { CONFIG_FILE } from '../core/settings/settingTable.ts';
import { readConfigFile } from '../engine/discovery/configFile.ts';
import type { CommandContext } from './commandContext.ts';

type Setting = Pick<CommandContext, 'globals' | 'terminal'>;

/** Name of the encoder inside. */
export const SHIPPED = 'shipped';

/** An encoder that can be chosen, with its name; the shipped one has no `choice`. */
export interface KnownEncoder {
  readonly name: string;
  readonly choice?: EncoderChoice;
}

/** The shipped encoder, those downloaded, those of the command line, and that of the config file of a folder. */
export async function knownEncoders(
  setting: Setting,
  dir: string | undefined,
  folders: readonly string[],
): Promise<KnownEncoder[]> {
  const { precision } = setting.globals;
  const installed = await installedEncoders();
  const chosen = await chosenEncoder(setting, dir);
  const known = new Map<string, KnownEncoder>();
  const add = (name: string, choice: EncoderChoice): void => {
    if (!known.has(choice.path)) known.set(choice.path, { name, choice });
  };
  for (const { id, path: at } of installed) add(id, { path: at, precision });
  if (chosen !== undefined) add(path.basename(chosen.path), chosen);
  for (const folder of folders) add(folder, { path: path.resolve(folder), precision });
  return [{ name: SHIPPED }, ...known.values()];
}

/** What a download would fetch, and where to. */
export interface EncoderPlan extends HubPlan {
  readonly hub: Hub;
  readonly folder: string;
}

/**
 * Asks a hub for an encoder.
 * @param url of the hub
 * @throws PairLensError `download-failed`, `invalid-model`, `cancelled`.
 */
export async function planEncoder(
  id: string,
  url: string,
  { globals, signal }: CommandContext,
): Promise<EncoderPlan> {
  const token = process.env['HF_TOKEN'];
  const hub = { url: url.replace(/\/+$/, ''), token: token === '' ? undefined : token };
  const { planDownload } = await import('../adapters/hubDownload.ts');
  const plan = await planDownload(hub, id, globals.precision, signal);
  return { ...plan, hub, folder: path.join(encodersFolder(), ...id.split('/')) };
}

/** Downloads an encoder and tries it. @throws PairLensError `download-failed`, `invalid-model`, `cancelled`. */
export async function addEncoder(
  { hub, folder, ...plan }: EncoderPlan,
  { globals, signal }: CommandContext,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const { download } = await import('../adapters/hubDownload.ts');
  await download(hub, plan, folder, onProgress, signal);
  const { precision, threads } = globals;
  const encoders = await openEncoders({ path: folder, precision }, threads);
  await encoders.close();
}

/** The folder of an encoder: a path, or the ID of a downloaded one. */
async function encoderPath(named: string, base: string): Promise<string> {
  const at = path.resolve(base, named);
  const installed = (await installedEncoders()).find(({ id }) => id === named);
  return installed !== undefined && !existsSync(at) ? installed.path : at;
}

/** The encoder of the command line, or of the config file of a folder; undefined for the shipped one. */
export async function chosenEncoder(
  { globals: { encoder, precision }, terminal }: Setting,
  dir: string | undefined,
): Promise<EncoderChoice | undefined> {
  if (encoder !== undefined) return { path: await encoderPath(encoder, '.'), precision };
  if (dir === undefined) return undefined;
  const { settings } = await readConfigFile(nodeFiles, dir);
  if (settings.encoder === undefined) return undefined;
  terminal.log.info(`Encoder: ${settings.encoder.path}, as ${CONFIG_FILE} says.`);
  return { ...settings.encoder, path: await encoderPath(settings.encoder.path, dir) };
}
