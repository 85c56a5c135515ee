// Writes every generated file. With `--check` it only lists the files that are not current, and fails if there are any.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generatedFiles } from './generated-files.ts';

const checkOnly = process.argv.includes('--check');
let stale = 0;
for (const [path, text] of await generatedFiles()) {
  let current = '';
  try {
    current = readFileSync(path, 'utf8');
  } catch {
    // A missing file is stale.
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
