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

function readField(schema: z.ZodType, value: unknown): unknown {
  const inner = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    const element = inner.element as z.ZodType;
    return value.flatMap((entry) => {
      const result = element.safeParse(entry);
      return result.success ? [result.data] : [];
    });
  }
  const result = inner.safeParse(value);
  return result.success ? result.data : undefined;
}

/** Takes a status shape and any value; gives the fields that are as the shape says. A field or an entry that is not is left out. */
export function readStatus<Status extends z.ZodObject>(schema: Status, value: unknown): Partial<z.output<Status>> {
  if (typeof value !== 'object' || value === null) return {};
  const status: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.shape)) {
    if (!Object.hasOwn(value, name)) continue;
    const read = readField(field as z.ZodType, (value as Record<string, unknown>)[name]);
    if (read !== undefined) status[name] = read;
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
