import type { SaidWrong, UnwantedCaption } from '../../core/audit/answers.ts';
import type { AuditModel } from '../../core/audit/auditModel.ts';
import type { EmbeddedDataset, TextTable } from '../../core/audit/embeddedDataset.ts';
import { centred } from '../../core/matching/centring.ts';
import { type Matrix, matrix, row } from '../../core/matching/matrix.ts';
import { gatheredRows } from '../../core/matching/scoreBlocks.ts';
import type { Steps } from '../../core/steps.ts';

/** A caption that a person does not want: row of its image, and its own row in a table, for a replaced one in `EmbeddedDataset.replaced`. */
export interface PlacedCaption {
  readonly imageRow: number;
  readonly row: number;
}

/** Identifies a caption on an image. */
export function unwantedKey(imageRow: number, caption: string): string {
  return `${imageRow} ${caption}`;
}

/** Captions that a person does not want for one reason, and the table that holds them. */
export interface UnwantedTable {
  readonly said: SaidWrong;
  readonly table: TextTable;
  readonly captions: readonly PlacedCaption[];
}

/** The excluded captions: a copy, as they are not neighbours and their table may be released. */
export function excludedCaptions(
  { texts, imageRow, textRow }: EmbeddedDataset,
  excluded: readonly number[],
): UnwantedTable {
  const rows = excluded.map((p) => textRow[p] ?? -1);
  return {
    said: 'excluded',
    table: {
      texts: rows.map((t) => texts.texts[t] ?? ''),
      embedding: gatheredRows(texts.embedding, rows),
      sentence: gatheredRows(texts.sentence, rows),
    },
    captions: excluded.map((p, place) => ({ imageRow: imageRow[p] ?? -1, row: place })),
  };
}

/** Scores excluded and replaced captions as if their images still had them. */
export function* unwantedCaptions(
  fitted: AuditModel,
  tables: readonly UnwantedTable[],
): Steps<Map<string, UnwantedCaption>> {
  const unwanted = new Map<string, UnwantedCaption>();
  const { scorer, centres } = fitted;
  const add = (said: SaidWrong, imageRow: number, table: TextTable, r: number): void => {
    const rowOf = (m: Matrix, centre: Float32Array): Matrix =>
      centred(matrix(1, m.columns, row(m, r)), centre);
    const scores = scorer.ofOutside(
      imageRow,
      rowOf(table.embedding, centres.captions),
      rowOf(table.sentence, centres.sentences),
    );
    unwanted.set(unwantedKey(imageRow, table.texts[r] ?? ''), {
      said,
      scores: fitted.combined(scores),
    });
  };
  for (const { said, table, captions } of tables) {
    for (const { imageRow, row: r } of captions) {
      yield;
      add(said, imageRow, table, r);
    }
  }
  return unwanted;
}
