import { visibleText } from '../core/text/visibleText.ts';
import { bytesText } from './cacheCommand.ts';
import type { CommandContext } from './commandContext.ts';
import { addEncoder, planEncoder } from './composeEncoders.ts';

export interface EncodersAddOptions {
  readonly hub: string;
  readonly yes?: true | undefined;
}

/** Exit status of a plan that was only shown. */
const NOT_DOWNLOADED = 1;

/** `pairlens encoders add`: shows what would be downloaded; with `--yes` downloads it and tries it. */
export async function encodersAddCommand(
  id: string,
  { hub, yes }: EncodersAddOptions,
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  const plan = await planEncoder(id, hub, context);
  const total = plan.files.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  const lines = plan.files.map(
    ({ name, bytes }) => `  ${bytesText(bytes ?? 0).padStart(9)}  ${visibleText(name)}`,
  );
  await terminal.print(
    [
      `${visibleText(id)} at ${plan.revision.slice(0, 12)} from ${visibleText(hub)}: ${bytesText(total)} to ${visibleText(plan.folder)}`,
      ...lines,
      '',
    ].join('\n'),
  );
  if (yes !== true) {
    terminal.log.info(
      'Nothing was downloaded. Its licence is at the hub; give --yes to download it.',
    );
    return NOT_DOWNLOADED;
  }
  const onProgress = terminal.progress();
  let shown = 0;
  await addEncoder(plan, context, (bytes) => {
    const done = Math.ceil(bytes / 1e6);
    if (done === shown) return;
    shown = done;
    onProgress?.({ phase: 'download', done, total: Math.max(done, Math.ceil(total / 1e6)) });
  });
  terminal.done();
  await terminal.print(`Ready: --encoder ${visibleText(id)}\n`);
  return 0;
}
