// Reads manifests as `kubectl apply -f` does: several documents per file, several files per folder.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, parseAllDocuments } from 'yaml';
import type { RawObject } from './cluster/snapshot.ts';
import { UsageError } from './usage-error.ts';

/** An object as a user writes it. */
export interface Manifest extends Pick<RawObject, 'spec' | 'status'> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Omit<RawObject['metadata'], 'ownerReferences'>;
}

/** As much as the manifests of 5,000 nodes with their statuses. */
const FILE_LIMIT_BYTES = 256 * 1024 * 1024;
const STANDARD_INPUT = '-';

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, apiVersion, metadata } = value as Partial<Record<string, unknown>>;
  const hasName = typeof (metadata as { readonly name?: unknown } | null | undefined)?.name === 'string';
  return typeof kind === 'string' && typeof apiVersion === 'string' && hasName;
}

/** `kind: List`, or a list of one kind such as PodList: its items are applied. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  const { kind, items } = Object(value) as { readonly kind?: unknown; readonly items?: unknown };
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : undefined;
}

/** The parser's messages quote the file, which can contain credentials. Only what was wrong and where is kept. */
function problemOf(message: string): string {
  const [, problem = '', place = ''] = /^(.*?)(?::.*?)??( at line \d+, column \d+)?:?$/m.exec(message) ?? [];
  return problem + place;
}

/** Throws UsageError for an alias without its anchor, which the parser reports only now. */
function contentOf(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new UsageError(`${path}: ${problemOf((error as Error).message)}`);
  }
}

function manifestsIn(value: unknown, path: string): readonly Manifest[] {
  if (value === null) return [];
  const items = itemsOf(value);
  if (items !== undefined) return items.flatMap((item) => manifestsIn(item, path));
  if (!isManifest(value)) throw new UsageError(`${path}: a document lacks apiVersion, kind or metadata.name`);
  return [value];
}

function textOf(path: string): string {
  try {
    const text = readFileSync(path === STANDARD_INPUT ? process.stdin.fd : path, 'utf8');
    if (text.length <= FILE_LIMIT_BYTES) return text;
  } catch (error) {
    throw new UsageError(`cannot read ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
  throw new UsageError(`${path} is larger than ${FILE_LIMIT_BYTES} bytes`);
}

function readFile(path: string, addresses: ReadonlyMap<string, string>): Manifest[] {
  let text = textOf(path);
  for (const [name, address] of addresses) text = text.replaceAll(name, address);
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new UsageError(`${path}: ${problemOf(error.message)}`);
    return manifestsIn(contentOf(document, path), path);
  });
}

/**
 * The manifests of a file, of a folder (not of its subfolders) or, for `-`, of the standard input. Replaces the given
 * names by addresses, for example `http://prometheus.demo`. Throws UsageError.
 */
export function readManifests(path: string, addresses: ReadonlyMap<string, string> = new Map()): Manifest[] {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder) return readFile(path, addresses);
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .flatMap((name) => readFile(join(path, name), addresses));
}
