// Proves the one-way imports of the rooms and the purity of the decisions, from the text of every source file.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** The rooms a room may import from, besides itself. */
const allowedImports: Record<string, readonly string[]> = {
  crds: [],
  metacontroller: ['crds'],
  hooks: ['crds', 'metacontroller'],
  service: ['crds', 'metacontroller', 'hooks'],
  simulator: ['crds', 'metacontroller', 'hooks', 'service'],
  fuzz: ['crds', 'metacontroller', 'hooks', 'service', 'simulator'],
  simulation: ['crds', 'metacontroller', 'hooks', 'service', 'simulator'],
};

const allowedPackages: Record<string, readonly string[]> = {
  crds: ['zod'],
  metacontroller: ['zod'],
  hooks: ['zod', 're2', 'semver'],
};

/** Anything that would let a decision depend on more than its arguments. */
const impureText = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /\bMath\.random\b/,
  /\bcrypto\.random/,
  /\bperformance\.now\b/,
  /\bprocess\./,
  /\bconsole\./,
  /\bset(Timeout|Interval|Immediate)\b/,
  /\bfetch\(/,
];

function sourceFiles(room: string): string[] {
  const folder = join(root, room);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

const rooms = Object.keys(allowedImports).map((room) => ({ room, files: sourceFiles(room) }));

test.each(rooms)('$room has source files', ({ files }) => {
  expect(files.length).toBeGreaterThan(0);
});

test.each(rooms)('$room imports only the rooms below it', ({ room, files }) => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => target.startsWith('.'))
      .map((target) => relative(root, resolve(dirname(file), target)).split('/')[0] ?? '')
      .filter((target) => target !== room && !allowedImports[room]?.includes(target))
      .map((target) => `${relative(root, file)} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test.each(Object.entries(allowedPackages))('%s uses no package but the named ones', (room, packages) => {
  // node:crypto's createHash is a pure function; every other Node module reaches outside.
  const wrong = sourceFiles(room).flatMap((file) =>
    importsOf(file)
      .filter((target) => !target.startsWith('.') && !packages.includes(target) && target !== 'node:crypto')
      .map((target) => `${relative(root, file)} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('decisions read no clock, chance, environment, timer or log', () => {
  const wrong = ['hooks', 'crds', 'metacontroller'].flatMap(sourceFiles).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return impureText.filter((pattern) => pattern.test(text)).map((pattern) => `${relative(root, file)}: ${pattern}`);
  });
  expect(wrong).toEqual([]);
});
