import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createColors } from 'picocolors';
import { PairLensError } from '../core/errors.ts';
import { DEFAULT_FAIL_ON, type FailOn } from '../core/settings/settingTable.ts';
import type { RuleSettings } from './options.ts';
import { atLeast, type AuditReport, type ReportFinding } from '../core/export/auditReport.ts';
import { baselineText, newFindings, parseBaseline, withFindings } from '../core/export/baseline.ts';
import { htmlReport, imagesShown } from '../core/export/htmlReport.ts';
import { githubAnnotations } from '../core/export/githubAnnotations.ts';
import { markdownCard } from '../core/export/markdownCard.ts';
import { sarifLog } from '../core/export/sarifLog.ts';
import { jsonText } from '../core/text/visibleText.ts';
import { auditFolder } from '../engine/batch/auditFolder.ts';
import { pairLines } from '../engine/batch/pairLines.ts';
import { auditText } from './auditText.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { openWorkspace, outputFiles, readLearntModel, readText, thumbnails } from './composeCli.ts';

export interface AuditCommandOptions {
  readonly format: 'human' | 'json' | 'sarif' | 'markdown' | 'github' | 'html';
  readonly pairs?: string | undefined;
  readonly words?: true | undefined;
  readonly out?: string | undefined;
  /** Overrides that of the config file. */
  readonly failOn?: FailOn | undefined;
  readonly rule?: RuleSettings | undefined;
  readonly max: number;
  /** File with known findings, which are left out. */
  readonly baseline?: string | undefined;
  readonly writeBaseline?: string | undefined;
  /** File of `pairlens learn`. */
  readonly model?: string | undefined;
}

/**
 * `pairlens audit`. Exit status 1 if there is a finding at or above --fail-on that is not in the baseline, else 0; also 0
 * if all are written into a baseline.
 */
export async function auditCommand(
  folder: string,
  options: AuditCommandOptions,
  context: CommandContext,
): Promise<number> {
  const started = performance.now();
  if (options.words === true && options.pairs === undefined) {
    throw new PairLensError('invalid-argument', '--words adds to the lines of --pairs.', {
      remedy: 'Give --pairs FILE as well.',
    });
  }
  const root = await existingFolder(folder);
  // Checked before the audit, which may take hours.
  for (const file of [options.out, options.pairs, options.writeBaseline]) {
    if (file !== undefined) await outputFiles.assertWritable(file);
  }
  const baseline = options.baseline === undefined ? [] : await readBaseline(options.baseline);
  const workspace = await openWorkspace(context, root, {
    given: options.rule && { rules: options.rule },
  });
  try {
    const learnt =
      options.model === undefined
        ? undefined
        : await readLearntModel(options.model, workspace.modelId);
    const {
      report: whole,
      datasets,
      failOn,
    } = await auditFolder(
      root,
      workspace,
      {
        version: context.version,
        words: options.words === true,
        ...(learnt && { learnt }),
      },
      runOptions(context),
    );
    if (options.pairs !== undefined) {
      await outputFiles.write(options.pairs, pairLines(root, datasets));
    }
    const hash = (text: string): string => workspace.hash(text);
    if (options.writeBaseline !== undefined) {
      await outputFiles.write(options.writeBaseline, [baselineText(whole, hash)]);
    }
    const findings = newFindings(whole, baseline, hash);
    const known = whole.findings.length - findings.length;
    if (known > 0) context.terminal.log.info(`${known} findings of the baseline are left out.`);
    const report = withFindings(whole, findings);
    const seconds = (performance.now() - started) / 1000;
    const text = await rendered(report, options, context, seconds);
    if (options.out === undefined) await context.terminal.print(text);
    else await outputFiles.write(options.out, [text]);
    const fails = ({ level, file }: ReportFinding): boolean =>
      atLeast(level, options.failOn ?? failOn(file) ?? DEFAULT_FAIL_ON);
    const isAccepted = options.writeBaseline !== undefined && options.baseline === undefined;
    return !isAccepted && findings.some(fails) ? 1 : 0;
  } finally {
    await workspace.close();
  }
}

/** The known findings of a file. @throws PairLensError `invalid-argument`, `unreadable-file`. */
async function readBaseline(file: string): Promise<ReturnType<typeof parseBaseline>> {
  return parseBaseline(await readText(file), file);
}

async function rendered(
  report: AuditReport,
  { format, out, max }: AuditCommandOptions,
  { terminal, findingsUri }: CommandContext,
  seconds: number,
): Promise<string> {
  switch (format) {
    case 'human':
      return auditText(report, {
        colors: out === undefined ? terminal.colors : createColors(false),
        width: terminal.width,
        max,
        seconds,
      });
    case 'json':
      return `${jsonText(report, 2)}\n`;
    case 'sarif': {
      const { base, prefix } = basis(report.root, process.cwd());
      const baseUri = pathToFileURL(base).href.replace(/\/?$/, '/');
      return `${jsonText(sarifLog(report, { baseUri, prefix, findingsUri }), 2)}\n`;
    }
    case 'markdown':
      return markdownCard(report, path.basename(report.root), max);
    case 'html': {
      const pictures = await thumbnails(report.root, imagesShown(report, max));
      return htmlReport(report, path.basename(report.root), max, pictures);
    }
    case 'github':
      return githubAnnotations(
        report,
        basis(report.root, process.env['GITHUB_WORKSPACE'] ?? process.cwd()).prefix,
        max,
      );
  }
}

/** Base of printed paths: the working folder (usually the repository) if it contains the audited folder. */
function basis(root: string, working: string): { readonly base: string; readonly prefix: string } {
  const relative = path.relative(working, root);
  if (relative.startsWith('..') || path.isAbsolute(relative)) return { base: root, prefix: '' };
  const prefix = relative === '' ? '' : `${relative.split(path.sep).join('/')}/`;
  return { base: working, prefix };
}
