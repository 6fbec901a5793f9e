import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { z } from 'zod';
import { eventually } from '../support/eventually.ts';
import { descendants, type ProcessInfo } from '../support/processTree.ts';
import { EXTENSION_ID, SERVER_PROGRAM } from '../support/product.ts';

/*
 * What the suites share. Runs inside the extension host, beside the installed extension.
 */

const manifestSchema = z.object({
  contributes: z.object({
    commands: z.array(z.object({ command: z.string(), title: z.string() })),
    configuration: z.unknown(),
  }),
});

/** The installed package, not the sources. */
export function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(EXTENSION_ID);
  assert.ok(found, `${EXTENSION_ID} is not installed`);
  assert.ok(!found.extensionPath.includes('/test/'), 'the installed package is under test');
  return found;
}

export function declaredCommands(): readonly string[] {
  const { contributes } = manifestSchema.parse(extension().packageJSON);
  return contributes.commands.map(({ command }) => command);
}

export async function activated(): Promise<void> {
  await eventually(() => extension().isActive, 'the extension is active');
}

/** Our language servers among the descendants of this extension host. */
export function servers(): readonly ProcessInfo[] {
  return descendants(process.pid).filter(({ command }) => command.includes(SERVER_PROGRAM));
}

export function folder(): string {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(first);
  return first.uri.fsPath;
}

export function uriOf(relativePath: string): vscode.Uri {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(first);
  return vscode.Uri.joinPath(first.uri, relativePath);
}

export function onDisk(relativePath: string): string {
  return readFileSync(path.join(folder(), relativePath), 'utf8');
}

/** Codes of our problems in a file, or in all files. */
export function codes(relativePath?: string): readonly string[] {
  const lists =
    relativePath === undefined
      ? vscode.languages.getDiagnostics().map(([, diagnostics]) => diagnostics)
      : [vscode.languages.getDiagnostics(uriOf(relativePath))];
  return lists
    .flat()
    .filter(({ source }) => source === 'pairlens')
    .map(({ code }) => String(typeof code === 'object' ? code.value : code));
}

/** Waits until a file has, or no longer has, a problem of this code. */
export async function waitForCode(
  relativePath: string,
  code: string,
  present = true,
): Promise<void> {
  await eventually(
    () => codes(relativePath).includes(code) === present,
    `${relativePath} ${present ? 'has' : 'has no'} ${code}`,
  );
}
