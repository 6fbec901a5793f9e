import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { photo } from '../../support/photos.ts';
import { goodPairs } from './data.ts';

/** Stands in every file outside of the dataset. */
const SECRET = 'SECRET-0123456789';

export interface HostileDataset {
  readonly folder: string;
  /** What lies outside of it and must stay as it is. */
  readonly outside: string;
  /** Images with right captions, that must be judged whatever lies beside them. */
  readonly good: readonly string[];
  /** Images that are as good, with names that no program expects. */
  readonly strange: readonly string[];
  /** Links out of the folder, each of which an audit must name as such. */
  readonly links: readonly string[];
  /** What cannot be used, and of which an audit has to say so. */
  readonly tricks: readonly string[];
}

/** Control characters, directions, options, formats, shells, quotes and length. */
const STRANGE_NAMES = [
  'esc\u001b[31mred',
  'bell\u0007',
  'line\nbreak',
  'carriage\rreturn',
  'tab\tname',
  'bidi\u202egnp',
  'c1\u009b31m',
  'zero\u200bwidth',
  '-rf',
  '--out=x',
  '%s%n%x',
  '%2e%2e%2f',
  '$(touch PWNED)',
  '`touch PWNED`',
  'quote\'"',
  '<img src=x onerror=alert(1)>',
  '[a](command:x)',
  'con',
  'a:b',
  'back\\slash',
  '  blanks  ',
  'e\u0301',
  '__proto__',
  'x'.repeat(240),
];

/** Every link, device and name trick at once, in one folder with six good pairs. Linux only. */
export async function hostileDataset(parent: string): Promise<HostileDataset> {
  const folder = path.join(parent, 'set');
  const outside = path.join(parent, 'outside');
  const good = await goodPairs(folder);
  await writeOutside(outside);
  const links = await linksOut(folder, outside);
  const tricks = [
    ...(await linksNowhere(folder)),
    ...(await specialFiles(folder)),
    ...(await tableTricks(folder, outside)),
  ];
  const strange = await strangeNames(folder);
  return { folder, outside, good, strange, links, tricks };
}

async function writeOutside(outside: string): Promise<void> {
  await mkdir(path.join(outside, 'folder'), { recursive: true });
  await writeFile(path.join(outside, 'secret.txt'), `${SECRET}\n`);
  await writeFile(path.join(outside, 'shellrc'), `# ${SECRET}\n`);
  await writeFile(
    path.join(outside, 'metadata.jsonl'),
    `{"file_name":"a.jpg","text":"${SECRET}"}\n`,
  );
  await photo(77).jpeg().toFile(path.join(outside, 'folder/photo.jpg'));
  await writeFile(path.join(outside, 'folder/photo.txt'), SECRET);
}

/** Links out of the folder, for each role that a file can have. */
async function linksOut(folder: string, outside: string): Promise<string[]> {
  const at = (name: string) => path.join(folder, name);
  await mkdir(at('.pairlens'));
  await symlink(path.join(outside, 'shellrc'), at('.pairlens/decisions.jsonl'));
  await photo(40).jpeg().toFile(at('caption-outside.jpg'));
  await symlink('../outside/secret.txt', at('caption-outside.txt'));
  await photo(41).jpeg().toFile(at('caption-passwd.jpg'));
  await symlink('/etc/passwd', at('caption-passwd.txt'));
  await mkdir(at('table-outside'));
  await photo(42).jpeg().toFile(at('table-outside/a.jpg'));
  await symlink('../../outside/metadata.jsonl', at('table-outside/metadata.jsonl'));
  await writeFile(at('image-outside.txt'), 'a picture from elsewhere\n');
  await symlink('../outside/folder/photo.jpg', at('image-outside.jpg'));
  return [
    'caption-outside.txt',
    'caption-passwd.txt',
    'table-outside/metadata.jsonl',
    'image-outside.jpg',
  ];
}

async function linksNowhere(folder: string): Promise<string[]> {
  const at = (name: string) => path.join(folder, name);
  await symlink('nowhere.jpg', at('broken.jpg'));
  await symlink('loop.jpg', at('loop.jpg'));
  await mkdir(at('inner'));
  await symlink('..', at('inner/up'));
  await symlink('.', at('inner/self'));
  return ['decisions.jsonl', 'broken', 'loop'];
}

/** What blocks or never ends when it is opened, as an image and as a caption. */
async function specialFiles(folder: string): Promise<string[]> {
  const at = (name: string) => path.join(folder, name);
  execFileSync('mkfifo', [at('fifo-image.jpg'), at('fifo-caption.txt')]);
  await writeFile(at('fifo-image.txt'), 'a pipe\n');
  await photo(50).jpeg().toFile(at('fifo-caption.jpg'));
  await symlink('/dev/zero', at('zero-image.jpg'));
  await writeFile(at('zero-image.txt'), 'zeros\n');
  await photo(51).jpeg().toFile(at('zero-caption.jpg'));
  await symlink('/dev/zero', at('zero-caption.txt'));
  await symlink('fifo-image.jpg', at('fifo-link.jpg'));
  await writeFile(at('fifo-link.txt'), 'a link to a pipe\n');
  leaveSocket(at('socket-image.jpg'));
  await writeFile(at('socket-image.txt'), 'a socket\n');
  await mkdir(at('folder-image.jpg'));
  await mkdir(at('fifo-table'));
  await photo(52).jpeg().toFile(at('fifo-table/a.jpg'));
  execFileSync('mkfifo', [at('fifo-table/metadata.jsonl')]);
  return [
    'fifo-image',
    'fifo-caption',
    'zero-image',
    'zero-caption',
    'fifo-link',
    'socket-image',
    'fifo-table',
  ];
}

/** Rows that point out of the folder, at devices, at the network, and nowhere. */
async function tableTricks(folder: string, outside: string): Promise<string[]> {
  const inTable = path.join(folder, 'rows');
  await mkdir(inTable);
  await photo(60).jpeg().toFile(path.join(inTable, 'fine.jpg'));
  const images = [
    'fine.jpg',
    '../../outside/folder/photo.jpg',
    path.join(outside, 'folder/photo.jpg'),
    '/dev/zero',
    '/proc/self/environ',
    'https://example.invalid/a.jpg',
    'file:///etc/passwd',
    '..',
    '',
    'nul\u0000.jpg',
    'x/'.repeat(3000),
  ];
  const rows = images.map((file_name) => JSON.stringify({ file_name, text: 'a picture' }));
  await writeFile(path.join(inTable, 'metadata.jsonl'), `${rows.join('\n')}\n`);
  return ['/dev/zero', '/proc/self/environ', 'example.invalid'];
}

async function strangeNames(folder: string): Promise<string[]> {
  for (const [i, name] of STRANGE_NAMES.entries()) {
    const bytes = await photo(100 + i)
      .jpeg()
      .toBuffer();
    await writeFile(path.join(folder, `${name}.jpg`), bytes);
    await writeFile(path.join(folder, `${name}.txt`), `colourful circles, picture ${i}\n`);
  }
  // A name that is no UTF-8: no string names it.
  const bytes = Buffer.concat([
    Buffer.from(`${folder}/latin-`),
    Buffer.from([0xe9]),
    Buffer.from('.jpg'),
  ]);
  await writeFile(bytes, await photo(99).jpeg().toBuffer());
  return STRANGE_NAMES.map((name) => `${name}.jpg`);
}

/** The socket's name stays when its process is killed. */
function leaveSocket(file: string): void {
  const script = `require('node:net').createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
}
