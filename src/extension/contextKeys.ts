import * as vscode from 'vscode';

/** Context keys used by `when` clauses of package.json; set here only. */
interface ContextKeys {
  /** `Status.state` of the server; `off` before its first start. */
  'pairlens.state': string;
  'pairlens.hasDataset': boolean;
  'pairlens.hasFindings': boolean;
  /** Whether something was not read, or is to be settled. */
  'pairlens.hasUnread': boolean;
  'pairlens.hasQuestions': boolean;
  /** Whether something was fitted to a dataset. */
  'pairlens.hasFit': boolean;
  /** How *Findings* is arranged, and whether it is filtered. */
  'pairlens.groupBy': 'rule' | 'file' | 'sureness';
  'pairlens.isFiltered': boolean;
}

export function setContext<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
