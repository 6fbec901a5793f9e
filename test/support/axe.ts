import axe from 'axe-core';
import type { Frame, Page } from 'playwright-core';
import { z } from 'zod';

const runSchema = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      help: z.string(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
  passes: z.array(z.object({ id: z.string() })),
});

/**
 * What axe finds on a page or in a frame of it, in words; nothing where all is well. All of its rules run, best
 * practices included, but those named in `without`. Throws where axe looked at nothing.
 */
export async function axeFindings(
  page: Page | Frame,
  without: readonly string[] = [],
): Promise<readonly string[]> {
  await page.evaluate(`${axe.source};0`);
  const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
  const run: unknown = await page.evaluate(
    `axe.run(document, { rules: ${JSON.stringify(rules)} })
      .then(({ violations, passes }) => JSON.parse(JSON.stringify({ violations, passes })))`,
  );
  const { violations, passes } = runSchema.parse(run);
  if (passes.length + violations.length === 0) throw new Error('axe found nothing to look at.');
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ html, failureSummary }) =>
        `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary ?? ''}`,
    ),
  );
}
