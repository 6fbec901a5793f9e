import { nodeFiles } from '../../src/adapters/nodeFiles.ts';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from '../../src/adapters/fileLock.ts';
import { temporaryBeside } from '../../src/adapters/temporaryFile.ts';

/*
 * A process of its own that changes a file: `append FILE NAME COUNT` adds lines, one change each; `die FILE` is killed
 * between taking the lock and replacing the file.
 */

const [mode, file = '', name = '', count = '0'] = process.argv.slice(2);
const folder = path.dirname(file);

if (mode === 'append') {
  for (let i = 0; i < Number(count); i++) {
    await nodeFiles.update(file, folder, (before) => {
      const text = before === undefined ? '' : new TextDecoder().decode(before);
      return new TextEncoder().encode(`${text}${name} ${i}\n`);
    });
  }
} else {
  await withLock(file, async () => {
    writeFileSync(temporaryBeside(file), 'half');
    await new Promise<void>((resolve) => process.stdout.write('locked', () => resolve()));
    process.kill(process.pid, 'SIGKILL');
  });
}
