import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import { DECLARED_COMMANDS } from '../../src/extension/commandIds.ts';
import {
  CAPTION_PATTERN,
  ARCHIVE_GLOB,
  IMAGE_GLOB,
  IMAGE_PATTERN,
} from '../../src/protocol/datasetFiles.ts';
import { settingsSchema } from '../../src/protocol/settings.ts';
import { l10nKeys } from '../support/l10nKeys.ts';

const strings = z.record(z.string(), z.string());
const manifestText = readFileSync('package.json', 'utf8');
const setting = z.object({
  default: z.unknown(),
  scope: z.string(),
  properties: z.record(z.string(), z.object({ default: z.string() })).optional(),
});
const manifest = z
  .object({
    icon: z.string(),
    activationEvents: z.array(z.string()),
    capabilities: z.object({
      untrustedWorkspaces: z.object({ restrictedConfigurations: z.array(z.string()) }),
    }),
    contributes: z.object({
      commands: z.array(z.object({ command: z.string() })),
      menus: z.record(
        z.string(),
        z.array(z.object({ command: z.string(), when: z.string().optional() })),
      ),
      configuration: z.object({ properties: z.record(z.string(), setting) }),
      walkthroughs: z.array(
        z.object({
          steps: z.array(
            z.object({
              media: z.object({ svg: z.string().optional(), image: z.string().optional() }),
            }),
          ),
        }),
      ),
    }),
  })
  .parse(JSON.parse(manifestText));

function read(file: string): Record<string, string> {
  return strings.parse(JSON.parse(readFileSync(file, 'utf8')));
}

describe('the manifest of the extension', () => {
  test('every %key% has its text in both languages, and none is left over', () => {
    const used = new Set([...manifestText.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    for (const file of ['package.nls.json', 'package.nls.zh-cn.json']) {
      assert.deepEqual(new Set(Object.keys(read(file))), used, file);
    }
  });

  test('the extension knows the declared commands', () => {
    const declared = manifest.contributes.commands.map(({ command }) => command);
    assert.deepEqual(declared.sort(), [...DECLARED_COMMANDS].sort());
  });

  test('menus name only commands that are declared', () => {
    const { commands, menus } = manifest.contributes;
    const declared = new Set(commands.map(({ command }) => command));
    for (const entries of Object.values(menus)) {
      for (const { command } of entries) assert.ok(declared.has(command), command);
    }
  });

  test('its settings are those the server reads, with the same defaults', () => {
    const { properties } = manifest.contributes.configuration;
    const defaults = settingsSchema.parse({});
    assert.deepEqual(
      Object.fromEntries(
        Object.entries(properties).map(([key, value]) => [
          key.replace('pairlens.', ''),
          value.default,
        ]),
      ),
      defaults,
    );
  });

  test('every rule has a level setting with its own default', () => {
    const levels = manifest.contributes.configuration.properties['pairlens.levels']?.properties;
    assert.deepEqual(
      Object.fromEntries(
        Object.entries(levels ?? {}).map(([code, value]) => [code, value.default]),
      ),
      DEFAULT_LEVELS,
    );
  });

  test('it wakes for images of every kind, and menus know the files that the formats describe', () => {
    for (const glob of [IMAGE_GLOB, ARCHIVE_GLOB]) {
      assert.ok(manifest.activationEvents.includes(`workspaceContains:${glob}`));
    }
    const clauses = new Set(
      Object.values(manifest.contributes.menus)
        .flat()
        .flatMap(({ when }) => /resourceExtname =~ (\S+)/.exec(when ?? '')?.[1] ?? []),
    );
    assert.deepEqual(clauses, new Set([IMAGE_PATTERN, CAPTION_PATTERN]));
  });

  test('paths are restricted in workspaces that are not trusted', () => {
    const paths = Object.keys(manifest.contributes.configuration.properties).filter(
      (key) => key === 'pairlens.encoder' || key.endsWith('Path'),
    );
    assert.equal(paths.length, 2);
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, paths);
  });

  test('its pictures exist', () => {
    const steps = manifest.contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    for (const file of [manifest.icon, ...steps.map(({ media }) => media.image ?? media.svg)]) {
      assert.ok(file !== undefined && existsSync(file), file);
    }
  });
});

describe('texts of the extension and its webviews', () => {
  test('all have a Chinese translation with the same places for values, and none is left over', () => {
    const bundle = read('l10n/bundle.l10n.zh-cn.json');
    const used = new Set([...l10nKeys('src/extension'), ...l10nKeys('webview')]);
    assert.deepEqual(
      [...used].filter((key) => !(key in bundle)),
      [],
      'not translated',
    );
    assert.deepEqual(
      Object.keys(bundle).filter((key) => !used.has(key)),
      [],
      'not used',
    );
    const places = (text: string): string[] => [...text.matchAll(/\{\d\}/g)].map(String).sort();
    for (const [key, text] of Object.entries(bundle)) {
      assert.deepEqual(places(text), places(key), key);
    }
  });
});
