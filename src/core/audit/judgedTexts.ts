import type { EmbeddedDataset } from './embeddedDataset.ts';
import { gatheredRows } from '../matching/scoreBlocks.ts';

/**
 * The dataset with a text table of only the captions of scored pairs, so that captions in unsupported languages or without
 * a pair are not used as neighbours. Pairs that are not scored have the text row -1.
 */
export function withJudgedTexts(
  embedded: EmbeddedDataset,
  judged: readonly boolean[],
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
  return {
    ...embedded,
    texts: {
      texts: kept.map((text) => texts.texts[text]!),
      embedding: gatheredRows(texts.embedding, kept),
      sentence: gatheredRows(texts.sentence, kept),
    },
    textRow: embedded.textRow.map((text, p) => (judged[p] === true ? newRow[text]! : -1)),
  };
}
