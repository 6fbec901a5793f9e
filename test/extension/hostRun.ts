import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import type { TestBrowser } from '../support/browser.ts';
import { PATIENCE_MS } from '../support/eventually.ts';
import { RESULTS, type Ide } from '../support/ide.ts';

const reportSchema = z.object({
  results: z.array(
    z.object({ title: z.string(), durationMs: z.number(), error: z.string().optional() }),
  ),
  figures: z.record(z.string(), z.string()),
});

/** For a whole suite: above what its tests may take together, so that mocha's own reports come first. */
const SUITE_MS = 10 * PATIENCE_MS;

/**
 * Runs one suite of `suites/` with mocha inside the extension host of a window on `folder`, where the packaged
 * extension is installed, and reports each of its tests as a subtest of `context`. Says whether all passed.
 */
export async function runInHost(
  context: TestContext,
  suite: string,
  { ide, browser, folder }: { ide: Ide; browser: TestBrowser; folder: string },
): Promise<boolean> {
  const out = path.join(RESULTS, 'extension');
  const bundle = path.join(out, `${suite}.cjs`);
  const reportFile = path.join(out, `${suite}.json`);
  await mkdir(out, { recursive: true });
  await rm(reportFile, { force: true });
  await bundleSuite(suite, bundle, reportFile);

  const page = await browser.newPage();
  const lines: string[] = [];
  await page.exposeFunction('codeAutomationLog', (_type: string, texts: readonly unknown[]) => {
    lines.push(texts.map(String).join(' '));
  });
  const ended = new Promise<void>((resolve, reject) => {
    const late = (): void => reject(new Error(`${suite} did not end in ${SUITE_MS / 1000} s`));
    const limit = setTimeout(late, SUITE_MS);
    void page.exposeFunction('codeAutomationExit', () => {
      clearTimeout(limit);
      resolve();
    });
  });
  const remote = (file: string): string => `vscode-remote://${ide.authority}${file}`;
  await page.goto(
    ide.url(folder, [
      ['extensionDevelopmentPath', remote(path.join(import.meta.dirname, 'driver'))],
      ['extensionTestsPath', remote(bundle)],
      ['skipWelcome', 'true'],
    ]),
  );
  try {
    await ended;
    if (!existsSync(reportFile)) throw new Error(`${suite} left no report.`);
  } catch (error) {
    await page.screenshot({ path: path.join(out, `${suite}.png`) });
    throw new Error(`${String(error)}\n${lines.join('\n')}`, { cause: error });
  } finally {
    await page.context().close();
  }
  const report = reportSchema.parse(JSON.parse(await readFile(reportFile, 'utf8')));
  if (report.results.length === 0) throw new Error(`${suite} holds no test.\n${lines.join('\n')}`);
  for (const [what, value] of Object.entries(report.figures)) {
    context.diagnostic(`${what}: ${value}`);
  }
  for (const { title, error } of report.results) {
    await context.test(title, () => {
      if (error !== undefined) throw new Error(error);
    });
  }
  return report.results.every(({ error }) => error === undefined);
}

async function bundleSuite(suite: string, outfile: string, reportFile: string): Promise<void> {
  await build({
    stdin: {
      contents: `import { define } from './suites/${suite}.ts';
        import { runMocha } from './runMocha.ts';
        export const run = () => runMocha(define, ${JSON.stringify(reportFile)});`,
      resolveDir: import.meta.dirname,
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', 'mocha'],
    // CommonJS has no such thing; test/support/product.ts is the one file in a suite that asks for it.
    define: {
      'import.meta.dirname': JSON.stringify(path.join(import.meta.dirname, '../support')),
    },
    sourcemap: 'inline',
    logLevel: 'error',
  });
}
