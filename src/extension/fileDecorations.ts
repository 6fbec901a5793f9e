import * as vscode from 'vscode';
import { pushTo } from '../core/collections.ts';
import type { FindingItem } from '../protocol/shapes.ts';
import type { FindingsModel } from './findingsModel.ts';

const COLORS: Readonly<Record<FindingItem['level'], vscode.ThemeColor | undefined>> = {
  error: new vscode.ThemeColor('list.errorForeground'),
  warning: new vscode.ThemeColor('list.warningForeground'),
  info: undefined,
  hint: undefined,
};

/** Decorates images that have a finding in a caption file; files with diagnostics are decorated by VS Code. */
export function registerFileDecorations(findings: FindingsModel): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri[]>();
  let byImage = new Map<string, FindingItem[]>();
  const follow = findings.onChange((all) => {
    const before = byImage;
    byImage = new Map();
    for (const finding of all) {
      const { imageUri, uri, level } = finding;
      if (imageUri === undefined || imageUri === uri || COLORS[level] === undefined) continue;
      const key = vscode.Uri.parse(imageUri).toString();
      pushTo(byImage, key, finding);
    }
    const touched = new Set([...before.keys(), ...byImage.keys()]);
    changed.fire([...touched].map((uri) => vscode.Uri.parse(uri)));
  });
  const provider = vscode.window.registerFileDecorationProvider({
    onDidChangeFileDecorations: changed.event,
    provideFileDecoration(uri) {
      const found = byImage.get(uri.toString());
      const [worst] = found ?? [];
      if (found === undefined || worst === undefined) return undefined;
      const decoration = new vscode.FileDecoration(
        found.length > 9 ? '9+' : String(found.length),
        found.map(({ message }) => message).join('\n'),
        COLORS[worst.level],
      );
      decoration.propagate = false;
      return decoration;
    },
  });
  return vscode.Disposable.from(follow, provider, changed);
}
