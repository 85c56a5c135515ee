// Proves that every generated file in the repository matches what `npm run generate` writes.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { kinds } from '../../crds/kinds.ts';
import { generatedFiles } from '../../scripts/generated-files.ts';

const root = resolve(import.meta.dirname, '../..');

test.each([...generatedFiles()])('the generated file %s is current', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8'), `${path} is not current: run \`npm run generate\``).toBe(text);
});

test('crds/generated contains no definition of a deleted kind', () => {
  const expected = kinds.map(({ plural }) => `${plural}.yaml`).sort();
  expect(readdirSync(join(root, 'crds/generated')).sort(), 'run `npm run generate` and delete the rest').toEqual(
    expected,
  );
});
