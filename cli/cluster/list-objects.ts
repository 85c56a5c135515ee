// Lists the objects of one resource page by page.
import { UsageError } from '../usage-error.ts';
import type { ApiClient, ApiResponse } from './api-request.ts';
import { quoted } from './kube-config.ts';
import type { RawObject } from './snapshot.ts';
import { TooLargeError } from './too-large-error.ts';

const MEBIBYTE = 1024 * 1024;
/** Objects of one page, as kubectl requests them. */
const PAGE_OBJECTS = 500;
/** Most objects of one list. */
export const LIST_LIMIT_OBJECTS = 50_000;
/** Most bytes of one list. */
export const LIST_LIMIT_BYTES = 256 * MEBIBYTE;

const JSON_TYPE = 'application/json';
const METADATA_TYPE = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

export interface ListInput {
  /** For messages, for example `pods in drop-system`. */
  readonly title: string;
  /** Path without a leading slash, for example `api/v1/namespaces/drop-system/pods`. */
  readonly path: string;
  readonly labelSelector?: string;
  /** Without specs and statuses. */
  readonly metadataOnly?: boolean;
}

/** A list that cannot be read, while the server itself works. */
export class UnreadableListError extends Error {
  override readonly name = 'UnreadableListError';
  /** The status of the response; undefined for a list that is too large. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }

  /** Whether the server does not know the resource. */
  get isMissing(): boolean {
    return this.status === 404;
  }
}

export interface ObjectCollection {
  readonly objects: readonly RawObject[];
  /** Where a watch starts. */
  readonly resourceVersion: string;
}

interface Page {
  readonly items: readonly RawObject[];
  readonly next: string;
  readonly resourceVersion: string;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function isObject(value: unknown): value is RawObject {
  return isRecord(value) && isRecord(value.metadata) && typeof value.metadata.name === 'string';
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

/** Field managers can be larger than the rest of an object, and no command reads them. */
export function withoutManagers(object: RawObject): RawObject {
  const { managedFields: _unused, ...metadata } = object.metadata as RawObject['metadata'] & {
    managedFields?: unknown;
  };
  return { ...object, metadata };
}

/** Returns undefined for a body that is not a list of objects. */
function pageOf(body: string): Page | undefined {
  const list = parsed(body);
  if (!isRecord(list) || !Array.isArray(list.items) || !list.items.every(isObject)) return undefined;
  const metadata = isRecord(list.metadata) ? list.metadata : {};
  return { items: list.items, next: textOf(metadata.continue), resourceVersion: textOf(metadata.resourceVersion) };
}

function statusMessage(body: string): string {
  const status = parsed(body);
  return isRecord(status) && typeof status.message === 'string' ? status.message : body;
}

function refusal({ status, body }: ApiResponse, { title }: ListInput): UnreadableListError {
  const words = quoted(statusMessage(body));
  if (status === 403) {
    return new UnreadableListError(`forbidden: ${title}: ask for the right to list them: ${words}`, status);
  }
  if (status === 404) {
    return new UnreadableListError(`not installed: ${title}: apply the CustomResourceDefinitions of Drop`, status);
  }
  const problem = `error of the API server (HTTP ${status}): ${title}: run the command again: ${words}`;
  return new UnreadableListError(problem, status);
}

function pathOf({ path, labelSelector }: ListInput, next: string): string {
  const query = new URLSearchParams({ limit: String(PAGE_OBJECTS) });
  if (labelSelector !== undefined) query.set('labelSelector', labelSelector);
  if (next !== '') query.set('continue', next);
  return `${path}?${query}`;
}

/** Throws an UnreadableListError for this list alone, and a UsageError if no list can be read. */
export async function listCollection(client: ApiClient, input: ListInput): Promise<ObjectCollection> {
  const found: RawObject[] = [];
  const tooLarge = (limit: string) => new UnreadableListError(`too large: ${input.title}: more than ${limit}`);
  const accept = input.metadataOnly === true ? METADATA_TYPE : JSON_TYPE;
  let bytes = 0;
  let next = '';
  let resourceVersion = '';
  do {
    const options = { accept, limitBytes: LIST_LIMIT_BYTES - bytes };
    const response = await client.get(pathOf(input, next), options).catch((error: unknown) => {
      throw error instanceof TooLargeError ? tooLarge(`${LIST_LIMIT_BYTES / MEBIBYTE} MiB`) : error;
    });
    if (response.status !== 200) throw refusal(response, input);
    const page = pageOf(response.body);
    if (page === undefined) {
      const advice = `check that the context "${client.context}" names an API server`;
      throw new UsageError(`${client.server} sent no list of ${input.title}: ${advice}`);
    }
    bytes += Buffer.byteLength(response.body);
    for (const item of page.items) found.push(withoutManagers(item));
    // The pages of one list have the same version.
    resourceVersion ||= page.resourceVersion;
    if (found.length > LIST_LIMIT_OBJECTS) throw tooLarge(`${LIST_LIMIT_OBJECTS} objects`);
    next = page.next;
  } while (next !== '');
  return { objects: found, resourceVersion };
}

/** Like `listCollection`, for a command that reads the objects once. */
export async function listObjects(client: ApiClient, input: ListInput): Promise<readonly RawObject[]> {
  return (await listCollection(client, input)).objects;
}
