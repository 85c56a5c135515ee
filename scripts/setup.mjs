// Installs the locked packages when they are missing or older than the lock, so that every npm script runs on a fresh clone.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const stamp = 'node_modules/.drop-lock';
const lock = readFileSync('package-lock.json', 'utf8');
const current = existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;
if (!current) {
  process.stderr.write('Installing the locked packages (once; about a minute) ...\n');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    process.stderr.write('npm ci failed; see above.\n');
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}
