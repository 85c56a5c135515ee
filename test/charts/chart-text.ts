// The two charts as files, for tests that need no Helm.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** The text of a file of the repo. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Names of the files in a folder of the repo, those in folders below it included. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, folder).length + 1))
    .sort();
}

/** All templates of a chart, joined. */
export function templatesOf(chart: string): string {
  const folder = `charts/${chart}/templates`;
  return filesIn(folder)
    .map((name) => textOf(`${folder}/${name}`))
    .join('\n');
}

/** The value at a path such as `image.tag`; undefined where there is none. */
export function valueAt(values: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined,
      values,
    );
}
