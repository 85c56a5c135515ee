// Checks the links, anchors and paths of the documents.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Document, documents, root } from './documents.ts';

/** Files that the worked examples of CONTRIBUTING.md would create. */
const examplePaths: readonly string[] = [
  'hooks/discovery-policy/query-types/influxdb.ts',
  'hooks/pull-policy/gates/registry-cap.ts',
  'service/discovery/clients/influxdb.ts',
];

const exists = (path: string) => existsSync(join(root, path));

/** The anchor that GitHub derives from a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');

interface Link {
  readonly path: string;
  readonly anchor: string | undefined;
}

function linksOf({ file, prose }: Document): Link[] {
  const targets = [...prose.matchAll(/\]\(\s*(?!https?:)([^)\s]+)\s*\)/g)].map(([, target = '']) => target);
  return targets.map((target) => {
    const [path = '', anchor] = target.split('#');
    return { path: path === '' ? file : join(dirname(file), path), anchor };
  });
}

function hasAnchor({ path, anchor }: Link): boolean {
  const target = documents.find(({ file }) => file === path);
  return (
    anchor === undefined || target === undefined || target.headings.some((heading) => anchorOf(heading) === anchor)
  );
}

/** Paths of the repository in code spans, such as `hooks/pull-pod/evidence.ts`. */
function pathsIn({ prose }: Document): string[] {
  const folders = 'kubernetes|crds|metacontroller|hooks|service|cli|simulator|charts|demo|docs|scripts|test|\\.ci';
  return [...prose.matchAll(new RegExp(`\`((?:${folders})/[\\w./-]*)\``, 'g'))].map(([, path = '']) => path);
}

describe.each(documents.map((document) => ({ file: document.file, document })))('$file', ({ document }) => {
  it('links only to files that exist', () => {
    expect(linksOf(document).filter(({ path }) => !exists(path))).toEqual([]);
  });

  it('links only to headings that exist', () => {
    expect(linksOf(document).filter((link) => !hasAnchor(link))).toEqual([]);
  });

  it('names only paths that exist', () => {
    const missing = pathsIn(document).filter((path) => !exists(path) && !examplePaths.includes(path));
    expect(missing).toEqual([]);
  });
});

it('every drawing in docs/ is shown by a document', () => {
  const shown = new Set(documents.flatMap(linksOf).map(({ path }) => path));
  const drawings = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.svg'));
  expect(drawings.filter((name) => !shown.has(`docs/${name}`))).toEqual([]);
});

it('the README leads to every page in docs/', () => {
  const reached = new Set(
    documents
      .filter(({ file }) => file === 'README.md')
      .flatMap(linksOf)
      .map(({ path }) => path),
  );
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  expect(pages.filter((name) => !reached.has(`docs/${name}`))).toEqual([]);
});

it('the index of decisions lists every decision, numbered without gaps', () => {
  const names = readdirSync(join(root, 'docs/decisions'))
    .filter((name) => /^\d/.test(name))
    .sort();
  expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1));
  const index = documents.find(({ file }) => file === 'docs/decisions/README.md');
  const listed = new Set(index === undefined ? [] : linksOf(index).map(({ path }) => path));
  expect(names.filter((name) => !listed.has(`docs/decisions/${name}`))).toEqual([]);
});

it('every decision has its date and the four sections', () => {
  const decisions = documents.filter(({ file }) => /decisions\/\d/.test(file));
  for (const { file, prose, headings } of decisions) {
    expect(headings.slice(1), file).toEqual(['Context', 'Decision', 'Measurement', 'Consequences']);
    expect(prose, file).toMatch(/^Date: \d{4}-\d{2}-\d{2}\. /m);
  }
});
