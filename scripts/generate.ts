// Writes every generated file; `--check` says which ones are not current instead.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generatedFiles } from './generated-files.ts';

const checkOnly = process.argv.includes('--check');
let stale = 0;
for (const [path, text] of generatedFiles()) {
  let current = '';
  try {
    current = readFileSync(path, 'utf8');
  } catch {
    // A file that is not there yet is stale.
  }
  if (current === text) continue;
  stale += 1;
  if (checkOnly) {
    console.error(`not current: ${path}`);
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`written: ${path}`);
  }
}
if (checkOnly && stale > 0) process.exit(1);
