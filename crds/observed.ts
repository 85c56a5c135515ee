// How an observed object is read: a bad spec is a fact to report, a bad status field is as if it were absent, nothing throws.
import { z } from 'zod';

/** Text, or nothing where the object says something else. */
const text = z.string().optional().catch(undefined);

function stringEntries(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  // Entries are set on an object without a prototype, so that a key such as __proto__ is a key like any other.
  const entries: Record<string, string> = Object.create(null);
  // Sorted, so that no answer depends on the order in which a map was sent.
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

export type ObjectMetadata = Readonly<z.infer<typeof objectMetadata>>;

/** A spec as it was read: its value, or what is wrong with it in one sentence. */
export type SpecReading<Spec> =
  | { readonly ok: true; readonly value: Spec }
  | { readonly ok: false; readonly problem: string };

export interface Observed<Spec, Status> {
  readonly metadata: ObjectMetadata;
  readonly spec: SpecReading<Spec>;
  /** The spec as it came, for a child that must be returned unchanged. */
  readonly rawSpec: unknown;
  readonly status: Readonly<Partial<Status>>;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = ['spec', ...issue.path.map(String)].join('.');
  return `${path}: ${issue.message}`;
}

function readSpec<Spec extends z.ZodType>(schema: Spec, value: unknown): SpecReading<z.output<Spec>> {
  const result = schema.safeParse(value ?? {});
  if (result.success) return { ok: true, value: result.data };
  const [first, ...others] = result.error.issues;
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return { ok: false, problem: first === undefined ? 'spec is not valid' : describeIssue(first) + more };
}

type FieldReader = (value: unknown) => unknown;

/** Most entries that are read together: a hostile list of entries that are all wrong makes no more complaints at once. */
const ENTRIES_TOGETHER_LIMIT = 256;

/** Entries are read together, and one by one only where that fails: it is a fifth of the work. */
function entriesReader(element: z.ZodType): FieldReader {
  const all = z.array(element);

  function readTogether(entries: readonly unknown[]): readonly unknown[] {
    const together = all.safeParse(entries);
    if (together.success) return together.data;
    return entries.flatMap((entry) => {
      const result = element.safeParse(entry);
      return result.success ? [result.data] : [];
    });
  }

  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const read: unknown[] = [];
    for (let start = 0; start < value.length; start += ENTRIES_TOGETHER_LIMIT) {
      read.push(...readTogether(value.slice(start, start + ENTRIES_TOGETHER_LIMIT)));
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

/** Takes a status shape and any value; gives the fields that are as the shape says. A field or an entry that is not is left out. */
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

/** Takes a kind; gives the schema that reads one observed object of it. */
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
