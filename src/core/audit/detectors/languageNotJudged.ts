import type { Detector } from './detector.ts';
import { sentence } from '../../text/sentence.ts';

/** Captions the encoder cannot read: said once, with the way out. */
export const languageNotJudged: Detector = {
  codes: ['language-not-judged'],
  detect({ embedded, languages }) {
    const counts = new Map<string, number>();
    let first = -1;
    languages.forEach((language, p) => {
      if (language === undefined) return;
      if (first < 0) first = p;
      counts.set(language, (counts.get(language) ?? 0) + 1);
    });
    const pair = embedded.dataset.pairs[first];
    if (pair === undefined) return [];
    const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
    const kinds = [...counts]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .map(([language, n]) => `${language} ${n}`);
    return [
      {
        code: 'language-not-judged',
        file: pair.source.file,
        source: pair.source,
        caption: pair.caption,
        message: sentence(
          '{0} of {1} captions are not in English and were not judged.',
          total,
          languages.length,
        ),
        evidence: [sentence('By language: {0}.', kinds.join(', '))],
        confidence: 1,
        relatedPairs: [],
        relatedFiles: [],
        fixes: [],
        remedy: sentence(
          'The shipped text encoder reads English; choose a multilingual encoder to judge them.',
        ),
      },
    ];
  },
};
