import type { EmbeddedDataset } from './embeddedDataset.ts';
import { type Matrix, release, releasableMatrix } from '../matching/matrix.ts';
import { gatheredRows } from '../matching/scoreBlocks.ts';

/**
 * The dataset with a text table of only the captions of scored pairs, so that captions in unsupported languages or without
 * a pair are not used as neighbours. Pairs that are not scored have the text row -1.
 * @param releases whether the text table of `embedded` may be released where another takes its place
 */
export function withJudgedTexts(
  embedded: EmbeddedDataset,
  judged: readonly boolean[],
  releases = false,
): EmbeddedDataset {
  const { texts } = embedded;
  const newRow = new Int32Array(texts.texts.length).fill(-1);
  const kept: number[] = [];
  judged.forEach((use, p) => {
    const text = embedded.textRow[p]!;
    if (!use || newRow[text] !== -1) return;
    newRow[text] = kept.length;
    kept.push(text);
  });
  if (kept.length === texts.texts.length) return embedded;
  const rowsOf = (m: Matrix): Matrix => {
    const rows = gatheredRows(m, kept, releasableMatrix);
    if (releases) release(m);
    return rows;
  };
  return {
    ...embedded,
    texts: {
      texts: kept.map((text) => texts.texts[text]!),
      embedding: rowsOf(texts.embedding),
      sentence: rowsOf(texts.sentence),
    },
    textRow: embedded.textRow.map((text, p) => (judged[p] === true ? newRow[text]! : -1)),
  };
}
