import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { tourCopy, type Workplace } from '../support/datasets.ts';
import { ROOT } from '../support/product.ts';

/** The Lua of docs/editors.md that this version of Neovim understands: what people copy is what is tested. */
async function documentedSetup(): Promise<string> {
  const page = await readFile(path.join(ROOT, 'docs/editors.md'), 'utf8');
  const lua = /<!-- neovim 0\.7 -->\s*```lua\n([\s\S]*?)```/.exec(page)?.[1];
  assert.ok(lua, 'docs/editors.md has a setup for Neovim 0.7');
  return lua;
}

const reportSchema = z.object({
  diagnostics: z.array(z.object({ code: z.string(), source: z.string(), message: z.string() })),
  hover: z.string(),
});

describe('Neovim', () => {
  let place: Workplace;

  before(async () => {
    assert.equal(
      spawnSync('nvim', ['--version']).error,
      undefined,
      'Neovim is missing. Install it: npm run setup:ide',
    );
    place = await tourCopy();
  });
  after(() => place.remove());

  test('shows the problems of a caption file and a hover, set up as docs/editors.md says', async () => {
    const bin = path.join(path.dirname(place.folder), 'bin');
    await mkdir(bin);
    const program = `#!/bin/sh\nexec "${process.execPath}" "${path.join(ROOT, 'dist/cli/main.js')}" "$@"\n`;
    await writeFile(path.join(bin, 'pairlens'), program, { mode: 0o755 });
    await mkdir(path.join(place.folder, '.pairlens'));
    const init = path.join(path.dirname(place.folder), 'init.lua');
    await writeFile(init, await documentedSetup());
    const report = path.join(path.dirname(place.folder), 'report.json');
    const script = path.join(path.dirname(place.folder), 'script.lua');
    await writeFile(
      script,
      `
      local found = vim.wait(90000, function() return #vim.diagnostic.get(0) > 0 end, 100)
      local diagnostics = {}
      for _, d in ipairs(vim.diagnostic.get(0)) do
        table.insert(diagnostics, { code = d.code or d.user_data.lsp.code, source = d.source, message = d.message })
      end
      local hover = ''
      local answers = vim.lsp.buf_request_sync(0, 'textDocument/hover', vim.lsp.util.make_position_params(), 10000)
      for _, answer in pairs(answers or {}) do hover = answer.result.contents.value end
      local file = io.open('${report}', 'w')
      file:write(vim.fn.json_encode({ diagnostics = diagnostics, hover = hover }))
      file:close()
      vim.cmd('qa!')
      `,
    );
    const args = ['--headless', '-n', '-u', init, path.join(place.folder, 'solar_panel.txt')];
    const run = spawnSync('nvim', [...args, '-c', `luafile ${script}`], {
      encoding: 'utf8',
      timeout: 120_000,
      env: {
        ...process.env,
        PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`,
        PAIRLENS_CACHE: place.cache,
        XDG_STATE_HOME: path.dirname(place.folder),
        XDG_CACHE_HOME: path.dirname(place.folder),
      },
    });
    const said = `${run.stdout}${run.stderr}`;
    const text = await readFile(report, 'utf8').catch(() => assert.fail(said));
    const { diagnostics, hover } = reportSchema.parse(JSON.parse(text));
    assert.deepEqual(
      diagnostics.map(({ code, source }) => `${source}(${code})`),
      ['pairlens(caption-mismatch)'],
      said,
    );
    assert.match(hover, /This caption does not fit its image/);
    assert.doesNotMatch(hover, /data:image|command:/);
  });
});
