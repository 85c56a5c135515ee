// Values that mean "not set", as in Kubernetes: empty text, a reference without a name, and for most durations zero.
// The API server stores them as the user wrote them. The hooks read a spec as if they were not there.
import { z } from 'zod';

interface UnsetValue {
  readonly isUnset: (value: unknown) => boolean;
}

/** Schemas of fields with such a value. A schema that is derived from one of them inherits its entry. */
const unsetValues = z.registry<UnsetValue>();

/** Returns the schema of a field for which some values mean "not set". The schema itself must accept these values. */
export function unsetIf<Schema extends z.ZodType>(
  schema: Schema,
  isUnset: (value: z.output<Schema>) => boolean,
): Schema {
  const marked = schema.clone();
  unsetValues.add(marked, { isUnset: (value) => isUnset(value as z.output<Schema>) });
  return marked;
}

export function unsetIfEmpty<Schema extends z.ZodType<string>>(schema: Schema): Schema {
  return unsetIf(schema, (text) => text === '');
}

/** Returns the value without what is not set: undefined for such a value itself, the same value if all is set. */
type Remover = (value: unknown) => unknown;

const keepAll: Remover = (value) => value;

type Fields = Readonly<Record<string, unknown>>;

function withField(fields: Fields, name: string, value: unknown): Fields {
  const { [name]: _, ...others } = fields;
  return value === undefined ? others : { ...others, [name]: value };
}

function objectRemover({ shape }: z.ZodObject): Remover {
  const fields = Object.entries(shape)
    .map(([name, field]) => [name, removerOf(field as z.ZodType)] as const)
    .filter(([, remove]) => remove !== keepAll);
  if (fields.length === 0) return keepAll;
  return (value) => {
    let read = value as Fields;
    for (const [name, remove] of fields) {
      const before = read[name];
      const after = before === undefined ? undefined : remove(before);
      if (after !== before) read = withField(read, name, after);
    }
    return read;
  };
}

/** A list that loses all its entries is not set. */
function arrayRemover({ element }: z.ZodArray): Remover {
  const remove = removerOf(element as z.ZodType);
  if (remove === keepAll) return keepAll;
  return (value) => {
    const before = value as readonly unknown[];
    const after = before.map(remove);
    if (after.every((entry, index) => entry === before[index])) return value;
    const kept = after.filter((entry) => entry !== undefined);
    return kept.length === 0 ? undefined : kept;
  };
}

function ownRemover(schema: z.ZodType): Remover {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return removerOf(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodObject) return objectRemover(schema);
  return schema instanceof z.ZodArray ? arrayRemover(schema) : keepAll;
}

const removers = new WeakMap<z.ZodType, Remover>();

function removerOf(schema: z.ZodType): Remover {
  const known = removers.get(schema);
  if (known !== undefined) return known;
  const own = ownRemover(schema);
  const isUnset = unsetValues.get(schema)?.isUnset;
  const remover: Remover = isUnset === undefined ? own : (value) => (isUnset(value) ? undefined : own(value));
  removers.set(schema, remover);
  return remover;
}

/** Returns a value that the schema accepted without the fields and entries that are not set. */
export function withoutUnset<Value>(schema: z.ZodType, value: Value): Value {
  return removerOf(schema)(value) as Value;
}
