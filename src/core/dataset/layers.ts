import type { DatasetPath } from './dataset.ts';
import { stemOf } from './fileKinds.ts';

/**
 * The layers of images, which share the caption of the whole one: `cow_1.png`, `cow_2.png` beside `cow.png`
 * (`multiple_target` of musubi-tuner). A picture with a text of its own is an image.
 */
export function layersOf(
  images: readonly DatasetPath[],
  texts: readonly DatasetPath[],
): DatasetPath[] {
  const wholes = new Set(images.map(stemOf));
  const captioned = new Set(texts.map(stemOf));
  return images.filter((image) => {
    const [, whole] = /^(.+)_\d+$/.exec(stemOf(image)) ?? [];
    return whole !== undefined && wholes.has(whole) && !captioned.has(stemOf(image));
  });
}
