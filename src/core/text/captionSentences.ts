/** A sentence of a caption and its place (UTF-16, end exclusive). */
export interface CaptionSentence {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const END = /[.!?]+(?=\s|$)|[\r\n]+/g;
/** Shorter ones ("Wow!", "4K.") say too little to be judged by themselves. */
const LEAST_WORDS = 3;

/** The sentences of a caption of several; none for a caption of one. */
export function captionSentences(caption: string): CaptionSentence[] {
  const sentences: CaptionSentence[] = [];
  let from = 0;
  for (const to of [...[...caption.matchAll(END)].map((end) => end.index), caption.length]) {
    const raw = caption.slice(from, to).replace(/^[\s.!?]+/, '');
    const text = raw.trimEnd();
    const start = to - raw.length;
    if (text.split(/\s+/).length >= LEAST_WORDS) {
      sentences.push({ text, start, end: start + text.length });
    }
    from = to;
  }
  return sentences.length < 2 ? [] : sentences;
}
