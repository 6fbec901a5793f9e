import { z } from 'zod';
import { DECISIONS_FILE } from '../../core/dataset/decisions.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { LivePairId } from '../../engine/workspace/workspace.ts';
import { SERVER_COMMANDS } from '../../protocol/commands.ts';
import { REQUESTS } from '../../protocol/serverApi.ts';
import { answer } from '../requestHandler.ts';
import type { ServerContext } from '../context.ts';
import type { Fitting } from './fitRequests.ts';
import { ProtocolConverter } from '../toProtocol.ts';
import { sentence } from '../../core/text/sentence.ts';

export type Decide = z.infer<(typeof REQUESTS)['decide']['params']>;

/** Reads and audits the datasets again; with `rebuild` without cached embeddings. */
export type RunAudit = (rebuild: boolean, signal: AbortSignal) => Promise<void>;

/** Registers the commands of quick fixes that are not edits. */
export function registerCommands(
  context: ServerContext,
  { audit, fitting }: { readonly audit: RunAudit; readonly fitting: Fitting },
): void {
  context.connection.onExecuteCommand(({ command, arguments: args = [] }, token) =>
    answer(command, token, context.log, async (signal) => {
      const [argument] = args as readonly unknown[];
      switch (command) {
        case SERVER_COMMANDS.decide:
          await decide(context, parsed(REQUESTS.decide.params, argument, command));
          return null;
        case SERVER_COMMANDS.saveAsUtf8:
          await saveAsUtf8(context, parsed(REQUESTS.saveAsUtf8.params, argument, command));
          return null;
        case SERVER_COMMANDS.audit: {
          const { rebuild } = parsed(REQUESTS.audit.params, argument ?? {}, command);
          await audit(rebuild === true, signal);
          return null;
        }
        case SERVER_COMMANDS.fit:
          await fitting.fitAndTell(signal);
          return null;
        case SERVER_COMMANDS.dropFit:
          await fitting.drop();
          return null;
        default:
          throw new PairLensError(
            'invalid-argument',
            sentence('There is no command {0}.', command),
            {
              remedy: sentence('Use {0}.', Object.values(SERVER_COMMANDS).join(' or ')),
            },
          );
      }
    }),
  );
}

/** Adds a line to `.pairlens/decisions.jsonl`, or removes it. */
export async function decide(context: ServerContext, { pair, decision }: Decide): Promise<void> {
  const id = new ProtocolConverter(context.uris).id(pair);
  if (id === undefined)
    throw new PairLensError('invalid-argument', sentence('{0} is no folder.', pair.root));
  await decideOn(context, [id], decision);
}

/** Sets the decision on pairs, and tells the watcher that the files of decisions are the server's own writing. */
export async function decideOn(
  context: ServerContext,
  ids: readonly LivePairId[],
  decision: Decide['decision'],
): ReturnType<ServerContext['live']['decide']> {
  const decided = await context.live.decide(ids, decision);
  for (const root of new Set(ids.map((id) => id.root))) {
    await context.recordOwnWrite(toAbsolute(root, DECISIONS_FILE));
  }
  return decided;
}

/** Writes a caption file as UTF-8. @throws PairLensError. */
export async function saveAsUtf8(
  context: ServerContext,
  { uri, encoding }: z.infer<(typeof REQUESTS)['saveAsUtf8']['params']>,
): Promise<void> {
  const file = context.uris.toPath(uri);
  if (file === undefined)
    throw new PairLensError(
      'invalid-argument',
      sentence("{0} is not on this machine's disk.", uri),
      {
        remedy: sentence('Give a file: URI.'),
      },
    );
  await context.live.saveAsUtf8(file, encoding);
}

/** `sent`, validated by the schema. @throws PairLensError `invalid-argument`. */
export function parsed<S extends z.ZodType>(schema: S, sent: unknown, what: string): z.output<S> {
  const result = schema.safeParse(sent);
  if (result.success) return result.data;
  throw new PairLensError(
    'invalid-argument',
    sentence('{0}: {1}', what, z.prettifyError(result.error)),
    {
      remedy: sentence('Use a client of the same version as the server.'),
    },
  );
}
