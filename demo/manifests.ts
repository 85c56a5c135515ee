// Reads manifests as `kubectl apply -f` does: several documents per file, several files per folder.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, parseAllDocuments } from 'yaml';
import type { Manifest } from '../simulator/kubernetes-object.ts';

/** A file that cannot be read, or is not a YAML manifest. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, apiVersion, metadata } = value as Partial<Record<string, unknown>>;
  return (
    typeof kind === 'string' && typeof apiVersion === 'string' && typeof metadata === 'object' && metadata !== null
  );
}

/** `kind: List`, or a list of one kind such as PodList: its items are applied. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  const { kind, items } = Object(value) as { readonly kind?: unknown; readonly items?: unknown };
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : undefined;
}

/** Throws ManifestError for an alias without its anchor, which the parser reports only now. */
function contentOf(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new ManifestError(`${path}: ${(error as Error).message}`);
  }
}

function manifestsIn(value: unknown, path: string): readonly Manifest[] {
  if (value === null) return [];
  const items = itemsOf(value);
  if (items !== undefined) return items.flatMap((item) => manifestsIn(item, path));
  if (!isManifest(value)) throw new ManifestError(`${path}: a document lacks apiVersion, kind or metadata`);
  return [value];
}

function readFile(path: string, addresses: ReadonlyMap<string, string>): Manifest[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ManifestError(`cannot read ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
  for (const [name, address] of addresses) text = text.replaceAll(name, address);
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new ManifestError(`${path}: ${error.message}`);
    return manifestsIn(contentOf(document, path), path);
  });
}

/** Replaces the given names by addresses, for example `http://prometheus.demo`. Throws ManifestError. */
export function readManifests(path: string, addresses: ReadonlyMap<string, string> = new Map()): Manifest[] {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder) return readFile(path, addresses);
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .flatMap((name) => readFile(join(path, name), addresses));
}
