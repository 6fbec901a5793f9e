import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/**
 * The texts that code hands to `l10n.t(...)`, `vscode.l10n.t(...)`, `t(...)` or `sentence(...)`: first arguments that
 * are string literals, of all TypeScript files below `folder`. A first argument that is something else is an error:
 * the text could not be found by translators.
 */
export function l10nKeys(folder: string): Set<string> {
  const keys = new Set<string>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const full = path.join(folder, file);
    const source = ts.createSourceFile(full, readFileSync(full, 'utf8'), ts.ScriptTarget.ES2023);
    visit(source, source, full, keys);
  }
  return keys;
}

function visit(node: ts.Node, source: ts.SourceFile, file: string, keys: Set<string>): void {
  if (ts.isCallExpression(node) && isTranslation(node.expression)) {
    const [text] = node.arguments;
    if (text !== undefined && ts.isStringLiteralLike(text)) keys.add(text.text);
    else if (text?.kind !== ts.SyntaxKind.Identifier) {
      throw new Error(`${file}: ${node.getText(source)} hands over no text that can be found.`);
    }
  }
  ts.forEachChild(node, (child) => visit(child, source, file, keys));
}

function isTranslation(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 't' || callee.text === 'sentence';
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== 't') return false;
  const owner = callee.expression;
  return (
    (ts.isIdentifier(owner) && owner.text === 'l10n') ||
    (ts.isPropertyAccessExpression(owner) && owner.name.text === 'l10n')
  );
}
