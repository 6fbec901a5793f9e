import { z } from 'zod';
import { askedSchema } from './inventoryShapes.ts';
import { decisionSchema, imageSeparationSchema, pairRefSchema, rangeSchema } from './shapes.ts';

/**
 * Client commands that hovers and quick fixes use if the client set `commandLinks`. The arguments of a link are a
 * percent-encoded JSON array, as in VS Code's `command:` links; parse them with these schemas.
 */
export const CLIENT_COMMANDS = {
  /** Opens the caption of a pair in its file. */
  openPair: {
    command: 'pairlens.openPair',
    args: z.tuple([z.object({ captionUri: z.string(), range: rangeSchema, imageUri: z.string() })]),
  },
  /** Replaces the caption of `pair`, as one undo step. */
  useCaption: {
    command: 'pairlens.useCaption',
    args: z.tuple([z.object({ pair: pairRefSchema, caption: z.string() })]),
  },
  /** Opens the review at a finding. */
  reviewFinding: {
    command: 'pairlens.reviewFinding',
    args: z.tuple([z.object({ id: z.string() })]),
  },
  /** Writes a caption file as UTF-8, with a message that offers undo. */
  saveAsUtf8: {
    command: 'pairlens.saveAsUtf8',
    args: z.tuple([z.object({ uri: z.string(), encoding: z.string() })]),
  },
  /** Renames a caption file, with a message that offers undo. */
  renameCaptionFile: {
    command: 'pairlens.renameCaptionFile',
    args: z.tuple([z.object({ from: z.string(), to: z.string() })]),
  },
  /** Renames images that share the caption file `uri`, and gives each a copy of it, with a message that offers undo. */
  separateImages: {
    command: 'pairlens.separateImages',
    args: z.tuple([z.object({ uri: z.string(), separations: z.array(imageSeparationSchema) })]),
  },
  /** Asks a question of the inventory, and writes the answer into the config file. */
  settle: { command: 'pairlens.settle', args: z.tuple([askedSchema]) },
  /** Sets the decision on a pair, with a message that offers undo. */
  decide: {
    command: 'pairlens.decide',
    args: z.tuple([z.object({ pair: pairRefSchema, decision: decisionSchema })]),
  },
  /** Shows the neighbours of a pair. */
  showNeighbours: {
    command: 'pairlens.showNeighbours',
    args: z.tuple([z.object({ pair: pairRefSchema })]),
  },
} as const;

/** Commands that the server runs (workspace/executeCommand), for the quick fixes of any editor. */
export const SERVER_COMMANDS = {
  /** Argument: the params of `pairlens/decide`. */
  decide: 'pairlens.server.decide',
  /** Argument: the params of `pairlens/saveAsUtf8`. */
  saveAsUtf8: 'pairlens.server.saveAsUtf8',
  /** Argument: the params of `pairlens/audit`, or none. */
  audit: 'pairlens.server.audit',
  /** No argument: as `pairlens/fit`, with progress and messages. */
  fit: 'pairlens.server.fit',
  /** No argument: as `pairlens/dropFit`. */
  dropFit: 'pairlens.server.dropFit',
} as const;
