import type { SaidWrong, UnwantedCaption } from '../../core/audit/answers.ts';
import type { AuditModel } from '../../core/audit/auditModel.ts';
import type { EmbeddedDataset, TextTable } from '../../core/audit/embeddedDataset.ts';
import { centred } from '../../core/matching/centring.ts';
import { type Matrix, matrix, row } from '../../core/matching/matrix.ts';
import type { Steps } from '../../core/steps.ts';

/** A caption that was replaced: row of its image, and its row in `EmbeddedDataset.replaced`. */
export interface PlacedCaption {
  readonly imageRow: number;
  readonly row: number;
}

/** Identifies a caption on an image. */
export function unwantedKey(imageRow: number, caption: string): string {
  return `${imageRow} ${caption}`;
}

/** Scores excluded and replaced captions as if their images still had them. */
export function* unwantedCaptions(
  fitted: AuditModel,
  whole: EmbeddedDataset,
  excluded: readonly number[],
  replaced: readonly PlacedCaption[],
): Steps<Map<string, UnwantedCaption>> {
  const unwanted = new Map<string, UnwantedCaption>();
  if (excluded.length + replaced.length === 0) return unwanted;
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
  for (const p of excluded) {
    yield;
    add('excluded', whole.imageRow[p] ?? -1, whole.texts, whole.textRow[p] ?? -1);
  }
  for (const { imageRow, row: r } of replaced) {
    yield;
    if (whole.replaced !== undefined) add('replaced', imageRow, whole.replaced, r);
  }
  return unwanted;
}
