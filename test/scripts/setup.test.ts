// Set-up of a checkout: it installs the locked packages once, and never ends well without RE2.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const script = resolve(import.meta.dirname, '../../scripts/setup.mjs');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drop-setup-'));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'package-lock.json'), 'the lock');
  mkdirSync(join(folder, 'node_modules'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the script with an npm that runs these shell commands. */
function setUp(npm: string) {
  const program = join(folder, 'npm');
  writeFileSync(program, `#!/bin/sh\n${npm}\n`);
  chmodSync(program, 0o755);
  const { status, stderr } = spawnSync(process.execPath, [script], {
    cwd: folder,
    env: { PATH: `${folder}:${process.env.PATH}` },
    encoding: 'utf8',
  });
  return { status, stderr };
}

const stamp = () => join(folder, 'node_modules/.drop-lock');
const installRe2 = 'mkdir -p node_modules/re2 && echo > node_modules/re2/index.js && echo installed >> log';

it('the locked packages are installed once', () => {
  expect(setUp(installRe2).status).toBe(0);
  expect(readFileSync(stamp(), 'utf8')).toBe('the lock');
  expect(setUp(installRe2)).toEqual({ status: 0, stderr: '' });
  expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('installed\n');
});

it('a failure of npm is a failure of the set-up', () => {
  const { status, stderr } = setUp('exit 1');
  expect(status).toBe(1);
  expect(stderr).toContain('npm ci failed. Its output is above.\n');
  expect(existsSync(stamp())).toBe(false);
});

it('npm leaves out re2 without an error, and the set-up fails with a sentence', () => {
  const { status, stderr } = setUp('true');
  expect(status).toBe(1);
  expect(stderr).toContain('re2 could not be compiled: install a C++ toolchain and Python 3, then run this again.\n');
  expect(existsSync(stamp())).toBe(false);
});
