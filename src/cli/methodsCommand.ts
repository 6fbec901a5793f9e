import { type Method, type MethodKind, METHODS } from '../core/matching/methods.ts';
import { jsonText, visibleText } from '../core/text/visibleText.ts';
import type { CommandContext } from './commandContext.ts';
import { installedMethods } from './composeScorers.ts';

const KINDS: Readonly<Record<MethodKind, string>> = {
  encoder: 'Encoders: --encoder of every command',
  scorer:
    'Scorers of pairs: --matcher of eval and search; they order the best of the cosine or NNN',
  ranking: 'Rankings of embeddings: --matcher of eval; those of search are in its --help',
};

/** `pairlens methods`: every method of the literature that PairLens has, and how it is run here. */
export async function methodsCommand(
  { json }: { readonly json?: true | undefined },
  { terminal }: CommandContext,
): Promise<number> {
  const installed = await installedMethods();
  const runs = (method: Method): string | undefined =>
    method.kind === 'ranking' ? method.id : installed.get(method.id);
  if (json === true) {
    const methods = METHODS.map((method) => ({ ...method, runs: runs(method) ?? null }));
    await terminal.print(`${jsonText({ version: 1, methods }, 2)}\n`);
    return 0;
  }
  const { bold, dim } = terminal.colors;
  const width = Math.max(...METHODS.map(({ id }) => id.length));
  const lines: string[] = [];
  for (const [kind, heading] of Object.entries(KINDS)) {
    lines.push(bold(heading));
    for (const method of METHODS.filter((each) => each.kind === kind)) {
      const { id, does, paper, reconstruction = false } = method;
      const source =
        paper === undefined ? '' : ` ${paper}${reconstruction ? ', reconstructed' : ''}.`;
      lines.push(`  ${id.padEnd(width)}  ${does}${dim(source)}`);
      const name = runs(method);
      if (name !== undefined && name !== id) {
        lines.push(dim(`  ${' '.repeat(width)}  here as ${visibleText(name)}`));
      }
    }
    lines.push('');
  }
  if (METHODS.some((method) => runs(method) === undefined)) {
    lines.push(
      'The weights of encoders and scorers do not ship. "npm run zoo -- pack" in a clone makes them, a folder for each:',
      'give its path, as in --encoder PACK/vse and --matcher PACK/gsmn, or put PACK into the folder of encoders. docs/zoo.md has the figures.',
      '',
    );
  }
  await terminal.print(lines.join('\n'));
  return 0;
}
