import type { DatasetPath } from '../../core/dataset/dataset.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { stemOf } from '../../core/dataset/fileKinds.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { Listing } from './listFiles.ts';

/**
 * Problem for captioned videos, as used by musubi-tuner, diffusion-pipe and ai-toolkit: counted, but not audited.
 * @param file the caption file, or the first video if each has a sidecar
 * @param example one of the videos
 */
export function videosNotJudged(file: DatasetPath, videos: number, example: DatasetPath): Problem {
  return {
    code: 'videos-not-judged',
    file,
    message:
      videos === 1
        ? sentence('{0} is a video with a caption; PairLens judges still images only.', example)
        : sentence(
            '{0} videos have captions, e.g. {1}; PairLens judges still images only.',
            videos,
            example,
          ),
    remedy: sentence('Nothing to do: the videos and their captions are left alone.'),
  };
}

/** Problems for videos with a sidecar. */
export function captionedVideos({ videos, texts }: Pick<Listing, 'videos' | 'texts'>): Problem[] {
  const stems = new Set(texts.map((text) => stemOf(text).normalize('NFC')));
  const captioned = videos.filter(
    (video) => stems.has(stemOf(video).normalize('NFC')) || stems.has(video.normalize('NFC')),
  );
  const [first] = captioned;
  return first === undefined ? [] : [videosNotJudged(first, captioned.length, first)];
}
