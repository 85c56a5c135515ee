// What the README tells a reader to open or to run is there.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kinds } from '../../crds/kinds.ts';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts as Record<string, string>;

test('every file that is linked exists', () => {
  const targets = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');
  expect(targets.length).toBeGreaterThan(5);
  expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
});

test('every npm script that is named exists', () => {
  const names = [...readme.matchAll(/npm (?:run )?(demo|test|bench|generate|simulate|fuzz)\b/g)].map(
    (match) => match[1] ?? '',
  );
  expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('every manifest that is shown is valid', () => {
  const blocks = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  const manifests = blocks.flatMap((block) => parseAllDocuments(block).map((document) => document.toJS()));
  expect(manifests.length).toBeGreaterThan(0);
  for (const { kind, spec } of manifests) {
    const known = kinds.find((candidate) => candidate.kind === kind);
    expect(known?.spec.safeParse(spec).success, kind).toBe(true);
  }
});
