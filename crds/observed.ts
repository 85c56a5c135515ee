// Parses observed objects without ever throwing. An invalid spec becomes an error message. An invalid field of a status
// or of metadata counts as absent, because a user can correct only the spec.
import { z } from 'zod';
import { withoutUnset } from './unset-values.ts';

/** Any value that is not a string counts as absent. */
const text = z.string().optional().catch(undefined);

function stringEntries(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  // Without a prototype, __proto__ is an ordinary key.
  const entries: Record<string, string> = Object.create(null);
  // Sorted, so that no response depends on the order of the keys in the request.
  for (const [key, entry] of Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))) {
    if (typeof entry === 'string') entries[key] = entry;
  }
  return entries;
}

const stringMap = z.unknown().optional().transform(stringEntries);

export const objectMetadata = z.object({
  name: z.string().catch(''),
  namespace: text,
  uid: z.string().catch(''),
  generation: z.number().catch(0),
  labels: stringMap,
  annotations: stringMap,
  creationTimestamp: text,
  deletionTimestamp: text,
});

type ObjectMetadata = Readonly<z.infer<typeof objectMetadata>>;

/** The spec with its defaults, or one sentence that names the first invalid field. */
type SpecResult<Spec> = { readonly ok: true; readonly value: Spec } | { readonly ok: false; readonly problem: string };

export interface Observed<Spec, Status> {
  readonly metadata: ObjectMetadata;
  readonly spec: SpecResult<Spec>;
  /** The spec as received, for a child that must be returned unchanged. */
  readonly rawSpec: unknown;
  readonly status: Readonly<Partial<Status>>;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = ['spec', ...issue.path.map(String)].join('.');
  return `${path}: ${issue.message}`;
}

/** Values that mean "not set" are read as absent fields, which get their defaults. */
export function readSpec<Spec extends z.ZodType>(schema: Spec, value: unknown): SpecResult<z.output<Spec>> {
  const result = schema.safeParse(value ?? {});
  if (result.success) {
    const set = withoutUnset(schema, result.data);
    return set === result.data ? { ok: true, value: set } : readSpec(schema, set);
  }
  const [first, ...others] = result.error.issues;
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return { ok: false, problem: first === undefined ? 'spec is not valid' : describeIssue(first) + more };
}

type FieldReader = (value: unknown) => unknown;

/** Bounds the memory for zod's issues: a hostile list may contain a million invalid entries. */
const ENTRIES_PER_BATCH = 256;

/** Parses whole batches, and single entries only in a batch that fails. This takes a fifth of the time. */
function entriesReader(element: z.ZodType): FieldReader {
  const all = z.array(element);

  function readBatch(entries: readonly unknown[]): readonly unknown[] {
    const batch = all.safeParse(entries);
    if (batch.success) return batch.data;
    return entries.flatMap((entry) => {
      const result = element.safeParse(entry);
      return result.success ? [result.data] : [];
    });
  }

  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const read: unknown[] = [];
    for (let start = 0; start < value.length; start += ENTRIES_PER_BATCH) {
      read.push(...readBatch(value.slice(start, start + ENTRIES_PER_BATCH)));
    }
    return read;
  };
}

function fieldReader(schema: z.ZodType): FieldReader {
  const inner = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
  if (inner instanceof z.ZodArray) return entriesReader(inner.element as z.ZodType);
  return (value) => {
    const result = inner.safeParse(value);
    return result.success ? result.data : undefined;
  };
}

type FieldReaders = readonly (readonly [name: string, read: FieldReader])[];

const fieldReaders = new WeakMap<z.ZodObject, FieldReaders>();

function fieldReadersOf(schema: z.ZodObject): FieldReaders {
  const known = fieldReaders.get(schema);
  if (known !== undefined) return known;
  const readers = Object.entries(schema.shape).map(([name, field]) => [name, fieldReader(field as z.ZodType)] as const);
  fieldReaders.set(schema, readers);
  return readers;
}

/** Returns the valid fields of a status. Invalid fields and invalid entries of lists are left out. */
export function readStatus<Status extends z.ZodObject>(schema: Status, value: unknown): Partial<z.output<Status>> {
  if (typeof value !== 'object' || value === null) return {};
  const status: Record<string, unknown> = {};
  for (const [name, read] of fieldReadersOf(schema)) {
    if (!Object.hasOwn(value, name)) continue;
    const field = read((value as Record<string, unknown>)[name]);
    if (field !== undefined) status[name] = field;
  }
  return status as Partial<z.output<Status>>;
}

const emptyStatus = z.object({});

interface ObservableKind<Spec extends z.ZodType, Status extends z.ZodObject> {
  readonly spec: Spec;
  readonly status?: Status;
}

/** The schema fails only when the value or its metadata is not an object. */
export function observedSchema<Spec extends z.ZodType, Status extends z.ZodObject>(
  kind: ObservableKind<Spec, Status>,
): z.ZodType<Observed<z.output<Spec>, z.output<Status>>> {
  const statusSchema = kind.status ?? emptyStatus;
  return z
    .object({ metadata: objectMetadata, spec: z.unknown().optional(), status: z.unknown().optional() })
    .transform(({ metadata, spec, status }) => ({
      metadata,
      spec: readSpec(kind.spec, spec),
      rawSpec: spec,
      status: readStatus(statusSchema, status),
    })) as unknown as z.ZodType<Observed<z.output<Spec>, z.output<Status>>>;
}
