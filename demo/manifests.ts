// Reads manifests as `kubectl apply -f` does: several documents per file, several files per folder.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
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
    const value: unknown = document.toJS();
    if (value === null) return [];
    if (!isManifest(value)) throw new ManifestError(`${path}: a document lacks apiVersion, kind or metadata`);
    return [value];
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
