// Proves that every generated file on disk is what the shapes give now.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { kinds } from '../../crds/kinds.ts';
import { generatedFiles } from '../../scripts/generated-files.ts';

const root = resolve(import.meta.dirname, '../..');

it.each([...generatedFiles()])('%s is current', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8'), `${path} is not current: run \`npm run generate\``).toBe(text);
});

it('no definition is left over from a kind that is gone', () => {
  const expected = kinds.map(({ plural }) => `${plural}.yaml`).sort();
  expect(readdirSync(join(root, 'crds/generated')).sort(), 'run `npm run generate` and delete the rest').toEqual(
    expected,
  );
});
