// Lists the objects of one resource page by page.
import { UsageError } from '../usage-error.ts';
import { type ApiClient, type ApiResponse, TooLargeError } from './api-request.ts';
import { quoted } from './kube-config.ts';
import type { RawObject } from './snapshot.ts';

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
  /** Whether the server does not know the resource. */
  readonly isMissing: boolean;

  constructor(message: string, isMissing = false) {
    super(message);
    this.isMissing = isMissing;
  }
}

interface Page {
  readonly items: readonly RawObject[];
  readonly next: string;
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

/** Returns undefined for a body that is not a list of objects. */
function pageOf(body: string): Page | undefined {
  const list = parsed(body);
  if (!isRecord(list) || !Array.isArray(list.items) || !list.items.every(isObject)) return undefined;
  const next = isRecord(list.metadata) ? list.metadata.continue : undefined;
  return { items: list.items, next: typeof next === 'string' ? next : '' };
}

function statusMessage(body: string): string {
  const status = parsed(body);
  return isRecord(status) && typeof status.message === 'string' ? status.message : body;
}

function refusal({ status, body }: ApiResponse, { title }: ListInput): UnreadableListError {
  const words = quoted(statusMessage(body));
  if (status === 403) {
    return new UnreadableListError(`forbidden: ${title}: ask for the right to list them: ${words}`);
  }
  if (status === 404) {
    return new UnreadableListError(`not installed: ${title}: apply the CustomResourceDefinitions of Drop`, true);
  }
  return new UnreadableListError(`error of the API server (HTTP ${status}): ${title}: run the command again: ${words}`);
}

function pathOf({ path, labelSelector }: ListInput, next: string): string {
  const query = new URLSearchParams({ limit: String(PAGE_OBJECTS) });
  if (labelSelector !== undefined) query.set('labelSelector', labelSelector);
  if (next !== '') query.set('continue', next);
  return `${path}?${query}`;
}

/** Throws an UnreadableListError for this list alone, and a UsageError if no list can be read. */
export async function listObjects(client: ApiClient, input: ListInput): Promise<readonly RawObject[]> {
  const found: RawObject[] = [];
  const tooLarge = (limit: string) => new UnreadableListError(`too large: ${input.title}: more than ${limit}`);
  const accept = input.metadataOnly === true ? METADATA_TYPE : JSON_TYPE;
  let bytes = 0;
  let next = '';
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
    found.push(...page.items);
    if (found.length > LIST_LIMIT_OBJECTS) throw tooLarge(`${LIST_LIMIT_OBJECTS} objects`);
    next = page.next;
  } while (next !== '');
  return found;
}
