// The script of the page has its own compiler options, because it runs in a browser.
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../../..');

it('the script of the page of kubectl drop ui has no type errors', () => {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const run = () =>
    execFileSync(process.execPath, [compiler, '-p', 'cli/ui/page/browser'], { cwd: root, stdio: 'pipe' });
  expect(run).not.toThrow();
});
