import { type Detector, onChange } from './detector.ts';
import { sentence } from '../../text/sentence.ts';

/** Captions in languages that the encoder does not support, as one finding. */
export const languageNotJudged: Detector = {
  rules: [
    {
      code: 'language-not-judged',
      level: 'info',
      title: sentence('Languages not judged'),
      shortTitle: sentence('Language not judged'),
      meaning: sentence(
        'The captions are in a language that the encoder does not read: they were not judged and are never reported as wrong.',
      ),
    },
  ],
  track: onChange((context) => {
    const counts = new Map<string, number>();
    let first = Infinity;
    let captions = 0;
    for (const p of context.pairs()) {
      captions++;
      const language = context.languages[p];
      if (language === undefined) continue;
      first = Math.min(first, p);
      counts.set(language, (counts.get(language) ?? 0) + 1);
    }
    if (counts.size === 0) return [];
    const pair = context.pair(first);
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
          captions,
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
  }),
};
