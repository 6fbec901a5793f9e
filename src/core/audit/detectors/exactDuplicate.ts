import { type Detector, onImages } from './detector.ts';
import { sentence } from '../../text/sentence.ts';

/** The same bytes under several names. */
export const exactDuplicate: Detector = {
  rules: [
    {
      code: 'exact-duplicate',
      level: 'warning',
      title: sentence('Exact duplicates'),
      shortTitle: sentence('Exact duplicate'),
      meaning: sentence(
        'Two image files hold the same bytes; training sees the picture more often than meant.',
      ),
    },
  ],
  track: onImages(({ embedded }) => {
    const { paths, hashes } = embedded.images;
    const groups = new Map<string, string[]>();
    hashes.forEach((hash, i) => {
      const group = groups.get(hash);
      if (group === undefined) groups.set(hash, [paths[i]!]);
      else group.push(paths[i]!);
    });
    return [...groups.values()].flatMap(([first, ...others]) =>
      first === undefined || others.length === 0
        ? []
        : [
            {
              code: 'exact-duplicate' as const,
              file: first,
              image: first,
              message: sentence('The same image is here {0} times.', others.length + 1),
              evidence: [sentence('Byte for byte the same as {0}.', others.slice(0, 3).join(', '))],
              confidence: 1,
              relatedPairs: [],
              relatedFiles: others,
              fixes: [],
              remedy: sentence('Keep one of them, with the better caption.'),
            },
          ],
    );
  }),
};
