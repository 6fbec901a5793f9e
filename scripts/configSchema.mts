// Writes schemas/pairlens.config.schema.json from the schema that checks a config file: node --import tsx scripts/configSchema.mts
// test/contract/configSchema.test.ts sees that the file is what the schema says.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { datasetSettingsSchema } from '../src/core/settings/datasetSettings.ts';

export const CONFIG_SCHEMA = 'schemas/pairlens.config.schema.json';

/** The schema file as it must be: draft 7, which editors read. */
export async function configSchema(): Promise<string> {
  const { $schema, ...schema } = z.toJSONSchema(datasetSettingsSchema, {
    target: 'draft-7',
    io: 'input',
  });
  const whole = {
    $schema,
    title: 'pairlens.config.json',
    description: 'How PairLens reads and audits the image-caption datasets of a folder.',
    ...schema,
  };
  const options = await resolveConfig(CONFIG_SCHEMA);
  return format(JSON.stringify(whole), { ...options, filepath: CONFIG_SCHEMA });
}

if (process.argv[1] === import.meta.filename) {
  await mkdir(path.dirname(CONFIG_SCHEMA), { recursive: true });
  await writeFile(CONFIG_SCHEMA, await configSchema());
}
