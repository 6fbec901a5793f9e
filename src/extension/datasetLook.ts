/** Caption files that are datasets by their name alone. */
export const TABLE_GLOB =
  '**/{metadata.jsonl,metadata.csv,captions.jsonl,captions.txt,results.csv,*.token,captions*.json,meta_cap*.json,meta_lat.json,*.caption}';
export const IMAGE_GLOB = '**/*.{jpg,jpeg,png,webp,JPG,JPEG,PNG}';
export const SIDECAR_GLOB = '**/*.{txt,caption}';
/** Other JSON lines may be captions as well; the server looks inside. */
export const LINES_GLOB = '**/*.jsonl';

/**
 * Whether files look like images with captions beside them: a text file of the same name in the same folder.
 * Paths with `/`.
 */
export function haveSidecars(images: readonly string[], texts: readonly string[]): boolean {
  const stems = new Set(images.map(stem));
  return texts.some((text) => stems.has(stem(text)));
}

function stem(path: string): string {
  const name = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  return dot > name ? path.slice(0, dot) : path;
}
