// Installs the locked packages when package-lock.json has changed since the last installation, so that every npm script
// works on a fresh clone.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const stamp = 'node_modules/.drop-lock';
const lock = readFileSync('package-lock.json', 'utf8');
const current = existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;
if (!current) {
  process.stderr.write('Installing the packages of package-lock.json (about a minute) ...\n');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    process.stderr.write('npm ci failed. Its output is above.\n');
    process.exit(1);
  }
  try {
    // npm leaves out an optional package that cannot be compiled, and reports no error.
    createRequire(resolve('package.json'))('re2');
  } catch {
    process.stderr.write('re2 could not be compiled: install a C++ toolchain and Python 3, then run this again.\n');
    process.stderr.write('Its errors: npm install --no-save --foreground-scripts re2\n');
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}
