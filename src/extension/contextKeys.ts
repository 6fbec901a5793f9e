import * as vscode from 'vscode';

/** Context keys that `when` clauses of the manifest ask; this is the one place that sets them. */
interface ContextKeys {
  /** State of the server, as in `Status.state`; `off` before it was ever started. */
  'pairlens.state': string;
  'pairlens.hasDataset': boolean;
  'pairlens.hasFindings': boolean;
  'pairlens.groupBy': 'rule' | 'file';
}

export function setContext<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
