import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

export const ROOT = path.resolve(import.meta.dirname, '../..');

const manifest = z
  .object({ name: z.string(), publisher: z.string() })
  .parse(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')));

/** `publisher.name`, as VS Code knows the extension. */
export const EXTENSION_ID = `${manifest.publisher}.${manifest.name}`;

/** The dataset with known mistakes. Work on copies only. */
export const TOUR = path.join(ROOT, 'samples/tour');

/** The part of a process's command line that tells it is our language server. */
export const SERVER_PROGRAM = 'dist/server/main.js';
