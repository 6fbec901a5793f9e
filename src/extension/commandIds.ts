import type { CLIENT_COMMANDS } from '../protocol/commands.ts';

/** Commands of package.json; test/contract/manifest.test.ts compares them. */
export const DECLARED_COMMANDS = [
  'pairlens.findMatchingCaptions',
  'pairlens.findMatchingImages',
  'pairlens.audit',
  'pairlens.review',
  'pairlens.browse',
  'pairlens.statistics',
  'pairlens.map',
  'pairlens.showNeighbours',
  'pairlens.rebuildIndex',
  'pairlens.chooseEncoder',
  'pairlens.fit',
  'pairlens.dropFit',
  'pairlens.showInventory',
  'pairlens.settle',
  'pairlens.createConfig',
  'pairlens.showLog',
  'pairlens.restartServer',
  'pairlens.gettingStarted',
  'pairlens.openSample',
  'pairlens.openImageBeside',
  'pairlens.groupByRule',
  'pairlens.groupByFile',
  'pairlens.sortBySureness',
  'pairlens.filterFindings',
  'pairlens.clearFilter',
  'pairlens.finding.fix',
  'pairlens.finding.verify',
  'pairlens.finding.ignore',
  'pairlens.finding.exclude',
  'pairlens.finding.openImage',
  'pairlens.finding.apply',
  'pairlens.finding.takeLikely',
  'pairlens.finding.ruleOff',
  'pairlens.moveIgnored',
  'pairlens.writePairList',
  'pairlens.removeDuplicates',
  'pairlens.showVerdicts',
  'pairlens.verdict.takeBack',
] as const;

/** Commands that VS Code runs for fixes and the status bar, without a person choosing them by name. */
export const INTERNAL_COMMANDS = ['pairlens.fixMade', 'pairlens.showProgress'] as const;

type LinkedCommand = (typeof CLIENT_COMMANDS)[keyof typeof CLIENT_COMMANDS]['command'];

/** All commands that the extension registers: those of package.json, and those that VS Code runs for links and fixes. */
export type CommandId =
  (typeof DECLARED_COMMANDS)[number] | LinkedCommand | (typeof INTERNAL_COMMANDS)[number];
