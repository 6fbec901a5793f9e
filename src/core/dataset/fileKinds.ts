/** Extensions of still images, including formats that PairLens does not decode, without the dot. */
export const IMAGE_EXTENSIONS: ReadonlySet<string> = new Set([
  ...['jpg', 'jpeg', 'png', 'webp', 'bmp', 'gif', 'tif', 'tiff', 'avif', 'heic', 'heif', 'jxl'],
]);

/** Videos, which video trainers read with captions. */
const VIDEO_EXTENSIONS: ReadonlySet<string> = new Set([
  ...['mp4', 'webm', 'mov', 'mkv', 'avi', 'm4v', 'flv', 'wmv', 'mpg', 'mpeg'],
]);

/** Vector drawings, which trainers do not read: reported only if a caption refers to one. */
const DRAWING_EXTENSIONS: ReadonlySet<string> = new Set(['svg', 'svgz']);

/** Masks and conditions that OneTrainer keeps beside its images. */
const COMPANION_IMAGE = /-(?:masklabel|condlabel)\.png$/i;

/** Folders of tools, which are not part of a dataset. */
const TOOL_FOLDERS: ReadonlySet<string> = new Set(['node_modules', '__pycache__', '__MACOSX']);

/** The extension in lower case without its dot; empty if there is none. */
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
  if (isVideoName(name)) return 'a video';
  return DRAWING_EXTENSIONS.has(extensionOf(name)) ? 'an SVG drawing' : undefined;
}

export function isVideoName(name: string): boolean {
  return VIDEO_EXTENSIONS.has(extensionOf(name));
}

/** Whether a folder is never searched: hidden folders (`.git`, `.pairlens`) and those of tools. */
export function isSkippedFolder(name: string): boolean {
  return name.startsWith('.') || TOOL_FOLDERS.has(name);
}
