/** Extensions of the still images PairLens decodes or at least knows to be images, without the dot. */
export const IMAGE_EXTENSIONS: ReadonlySet<string> = new Set([
  ...['jpg', 'jpeg', 'png', 'webp', 'bmp', 'gif', 'tif', 'tiff', 'avif', 'heic', 'heif', 'jxl'],
]);

/** Pictures a trainer does not read as such: worth a word only where a caption refers to one. */
const UNSUPPORTED_PICTURES: Readonly<Record<string, string>> = {
  svg: 'an SVG drawing',
  svgz: 'an SVG drawing',
  mp4: 'a video',
  webm: 'a video',
  mov: 'a video',
  mkv: 'a video',
  avi: 'a video',
  m4v: 'a video',
};

/** Masks and conditions that OneTrainer keeps beside its images. */
const COMPANION_IMAGE = /-(?:masklabel|condlabel)\.png$/i;

/** Folders that belong to tools, not to a dataset. */
const TOOL_FOLDERS: ReadonlySet<string> = new Set(['node_modules', '__pycache__', '__MACOSX']);

/** The extension in lower case without its dot; empty where there is none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= name.lastIndexOf('/') + 1 ? '' : name.slice(dot + 1).toLowerCase();
}

/** The path without its extension. */
export function stemOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= name.lastIndexOf('/') + 1 ? name : name.slice(0, dot);
}

export function isImageName(name: string): boolean {
  return IMAGE_EXTENSIONS.has(extensionOf(name)) && !COMPANION_IMAGE.test(name);
}

/** `a video`, `an SVG drawing`, or undefined. */
export function unsupportedPicture(name: string): string | undefined {
  return UNSUPPORTED_PICTURES[extensionOf(name)];
}

/** Whether a folder is left out of every walk: hidden ones (`.git`, `.pairlens`) and tools' own. */
export function isSkippedFolder(name: string): boolean {
  return name.startsWith('.') || TOOL_FOLDERS.has(name);
}
