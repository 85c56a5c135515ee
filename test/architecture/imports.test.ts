// Proves that every folder imports only what it may import, and that hooks depend on nothing but their arguments.
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { root, sourceFiles } from './source-files.ts';

/** What every hook may import; `hooks` stands for the files directly in that folder. */
const pure = ['crds', 'kubernetes', 'metacontroller', 'hooks'];
const withText = [...pure, 'hooks/text'];
const withStatus = [...withText, 'hooks/status'];

/** The folders and files that a folder may import from, besides itself. The longest matching path applies. */
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  kubernetes: [],
  crds: ['kubernetes'],
  metacontroller: ['crds', 'kubernetes'],
  'hooks/text': ['kubernetes'],
  hooks: pure,
  'hooks/status': withText,
  'hooks/defaults': [...pure, 'hooks/inventory'],
  'hooks/inventory': withStatus,
  'hooks/node': [...withStatus, 'hooks/inventory'],
  'hooks/fleet': [...withStatus, 'hooks/node'],
  'hooks/pull-pod': [...withText, 'hooks/inventory'],
  'hooks/cached-image': [...withStatus, 'hooks/fleet', 'hooks/inventory', 'hooks/pull-pod'],
  'hooks/pull-policy': [...withStatus, 'hooks/fleet', 'hooks/inventory', 'hooks/pull-pod', 'hooks/cached-image'],
  'hooks/cached-image-set': [...withStatus, 'hooks/pull-pod'],
  'hooks/discovery-policy': [...withStatus, 'hooks/fleet'],
  service: pure,
  cli: [...pure, 'cli/rank/live'],
  'cli/rank/live': [...pure, 'cli', 'service/discovery', 'service/discovery-runner.ts'],
  charts: ['crds', 'kubernetes', 'hooks'],
  simulator: [...pure, 'service'],
  scripts: [...pure, 'charts', 'service'],
  demo: [...pure, 'service', 'cli', 'simulator', 'test/simulation'],
  test: [...pure, 'service', 'cli', 'simulator', 'charts', 'scripts', 'demo'],
};

const folders = Object.keys(allowedImports);

/** The longest folder of the table that contains the path. */
function folderOf(path: string): string {
  const containing = folders.filter((folder) => path.startsWith(`${folder}/`));
  return containing.sort((left, right) => right.length - left.length)[0] ?? path;
}

/** An allowed folder includes its subfolders, except that within `hooks` each subfolder must be allowed by name. */
function isAllowed(from: string, to: string, target: string): boolean {
  if (from === to) return true;
  const allowed = allowedImports[from] ?? [];
  if (
    allowed.includes(to) ||
    allowed.includes(target) ||
    allowed.some((folder) => folder !== 'hooks' && target.startsWith(`${folder}/`))
  ) {
    return true;
  }
  return to.startsWith('hooks/') && !from.startsWith('hooks') && allowed.includes('hooks');
}

const allowedPackages: Readonly<Record<string, readonly string[]>> = {
  kubernetes: [],
  crds: ['zod'],
  metacontroller: ['zod'],
  hooks: ['zod', 're2'],
};

/** Modules of Node that one file may import: RE2 is loaded only where a pattern is compiled. */
const allowedModules: Readonly<Record<string, readonly string[]>> = {
  'hooks/discovery-policy/pattern.ts': ['node:module'],
};

/** Code whose result depends on more than its arguments. */
const impureText = [
  /\b(Date|performance)\.now\b/,
  /\bnew Date\(\s*\)/,
  /\b(Math\.|crypto\.)random/,
  /\b(process|console)\./,
  /\bset(Timeout|Interval|Immediate)\b/,
  /\bfetch\(/,
];

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import|require)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

const tops = [...new Set(folders.map((folder) => folder.split('/')[0] ?? ''))].map((top) => ({ top }));

test.each(tops)('the folder $top has source files', ({ top }) => {
  expect(sourceFiles(top).length).toBeGreaterThan(0);
});

test.each(tops)('the files of $top import only from the folders of their list', ({ top }) => {
  const wrong = sourceFiles(top).flatMap((file) => {
    const from = folderOf(relative(root, file));
    return importsOf(file)
      .filter((target) => target.startsWith('.'))
      .map((target) => relative(root, resolve(dirname(file), target)))
      .filter((target) => !isAllowed(from, folderOf(target), target))
      .map((target) => `${relative(root, file)} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});

test.each(Object.entries(allowedPackages))('the files of %s import only listed packages', (folder, packages) => {
  // createHash of node:crypto is a pure function. No other module of Node is allowed in every file.
  const wrong = sourceFiles(folder).flatMap((file) =>
    importsOf(file)
      .filter((target) => !target.startsWith('.') && !packages.includes(target) && target !== 'node:crypto')
      .filter((target) => !allowedModules[relative(root, file)]?.includes(target))
      .map((target) => `${relative(root, file)} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('the command loads the clients of discovery only on demand', () => {
  const live = /\bfrom '[^']*(?:\/live|service\/discovery[^']*)\//;
  const early = sourceFiles('cli').filter(
    (file) => !file.includes('/rank/live/') && live.test(readFileSync(file, 'utf8')),
  );
  expect(early.map((file) => relative(root, file))).toEqual([]);
});

test('the command loads the server of the page and the Kubernetes client only on demand', () => {
  const early =
    /^(?:import|export) (?!type )[^;]*from '(?:fastify|@kubernetes\/client-node|[^']*\/ui\/server\/[^']*)'/m;
  const onDemand = /\/cli\/(?:ui\/server|ui\/follow|cluster|completion)\//;
  const wrong = sourceFiles('cli').filter((file) => !onDemand.test(file) && early.test(readFileSync(file, 'utf8')));
  expect(wrong.map((file) => relative(root, file))).toEqual([]);
  const follower = /^import (?!type )[^;]*from '[^']*\/ui\/follow\/[^']*'/m;
  const eager = sourceFiles('cli').filter((file) => !onDemand.test(file) && follower.test(readFileSync(file, 'utf8')));
  expect(eager.map((file) => relative(root, file))).toEqual([]);
});

test('no file imports re2 before it compiles a pattern', () => {
  const early = [...sourceFiles('hooks'), ...sourceFiles('cli'), ...sourceFiles('service')].filter((file) =>
    /import (?!type )[^;]*'re2'/.test(readFileSync(file, 'utf8')),
  );
  expect(early.map((file) => relative(root, file))).toEqual([]);
});

test.each(Object.keys(allowedPackages))('%s uses no clock, random number, environment, timer or log', (folder) => {
  const wrong = sourceFiles(folder).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return impureText.filter((pattern) => pattern.test(text)).map((pattern) => `${relative(root, file)}: ${pattern}`);
  });
  expect(wrong).toEqual([]);
});
