import { z } from 'zod';
import { fileFixSchema, positionSchema, readOnlyCountsSchema } from './shapes.ts';

/**
 * As in LSP: edits by document URI with the document version, plus files to create first. A client must not apply
 * them to a text with another `textHash` (src/protocol/textHash.ts), because the file has changed since.
 */
export const workspaceEditSchema = z.object({
  /** The undo step: "Change the caption of koala.jpg". */
  label: z.string(),
  /** The message after the edit: "Caption of koala.jpg replaced." */
  done: z.string(),
  create: z.array(z.string()),
  documents: z.array(
    z.object({
      uri: z.string(),
      version: z.int().nullable(),
      textHash: z.string(),
      edits: z.array(
        z.object({
          range: z.object({ start: positionSchema, end: positionSchema }),
          newText: z.string(),
        }),
      ),
    }),
  ),
});
export type WireEdit = z.infer<typeof workspaceEditSchema>;

/** What takes images out of their dataset. */
export const takenOutSchema = z.object({
  moves: z.array(z.object({ from: z.string(), to: z.string() })),
  creations: z.array(z.object({ uri: z.string(), text: z.string() })),
  edit: workspaceEditSchema.nullable(),
  /** What stays as it is, and why. */
  left: z.array(z.string()),
});

/** What fixes several findings. */
export const findingFixesSchema = z.object({
  edit: workspaceEditSchema.nullable(),
  files: z.array(fileFixSchema),
  /** IDs of the findings that this fixes. */
  fixed: z.array(z.string()),
  /** Number of those whose fix a person must choose, and that another fix must precede. */
  left: z.int(),
  later: z.int(),
  /** Number of those about captions that are not edited. */
  readOnly: readOnlyCountsSchema,
});

/** `data` of a resolved quick fix: its messages and the texts its edit applies to, as in `workspaceEditSchema`. */
export const fixTextsSchema = z.object({
  label: z.string(),
  done: z.string(),
  /** Files that the edit creates. */
  create: z.array(z.string()),
  texts: z.array(z.object({ uri: z.string(), textHash: z.string() })),
});
