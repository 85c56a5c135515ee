// Fields that a kind does not have. `kubectl apply` refuses them, and the API server would drop them.

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema of a field; undefined for a field that the schema does not have; empty where any value is allowed. */
function schemaOf({ properties, additionalProperties }: Schema, field: string): Schema | undefined {
  if (properties !== undefined && Object.hasOwn(properties, field)) return properties[field];
  if (isMap(additionalProperties)) return additionalProperties as Schema;
  return properties === undefined ? {} : undefined;
}

/** The path of the first field that the structural schema lacks, for example `spec.images[0].tagg`. */
export function firstUnknownField(schema: Schema, value: unknown, path: string): string | undefined {
  if (Array.isArray(value)) {
    const found = value.map((item, index) => firstUnknownField(schema.items ?? {}, item, `${path}[${index}]`));
    return found.find((field) => field !== undefined);
  }
  if (!isMap(value)) return undefined;
  const fields = Object.entries(value).map(([name, field]) => {
    const fieldSchema = schemaOf(schema, name);
    return fieldSchema === undefined ? `${path}.${name}` : firstUnknownField(fieldSchema, field, `${path}.${name}`);
  });
  return fields.find((field) => field !== undefined);
}
