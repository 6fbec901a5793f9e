import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { z } from 'zod';
import { CONFIG_SCHEMA, configSchema } from '../../scripts/configSchema.mts';
import { CONFIG_FILE } from '../../src/core/settings/settingTable.ts';

test('the published schema of the config file is the one that checks it', async () => {
  assert.ok(
    (await readFile(CONFIG_SCHEMA, 'utf8')) === (await configSchema()),
    'Run: node --import tsx scripts/configSchema.mts, and look at the difference',
  );
});

test('VS Code checks config files with it, and the package holds it', async () => {
  const manifest = z
    .object({
      contributes: z.object({
        jsonValidation: z.array(z.object({ fileMatch: z.string(), url: z.string() })),
      }),
    })
    .parse(JSON.parse(await readFile('package.json', 'utf8')));
  assert.deepEqual(manifest.contributes.jsonValidation, [
    { fileMatch: CONFIG_FILE, url: `./${CONFIG_SCHEMA}` },
  ]);
  assert.match(await readFile('.vscodeignore', 'utf8'), /^!schemas\/\*\.json$/m);
});
