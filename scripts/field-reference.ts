// The field reference: every field of the kinds that users write or read, from the schemas that the API server uses.
import { customResourceDefinition } from '../crds/custom-resource-definition.ts';
import type { Kind } from '../crds/kind.ts';
import { INT_OR_STRING_KEY } from '../crds/quantity.ts';
import { VALIDATIONS_KEY } from '../crds/rule.ts';

const WIDTH_CHARACTERS = 118;

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly [INT_OR_STRING_KEY]?: true;
  readonly [VALIDATIONS_KEY]?: readonly { readonly message: string }[];
}

interface Field {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

const formatNames: Readonly<Record<string, string>> = { 'date-time': 'time' };
const typeNames: Readonly<Record<string, string>> = { object: 'object', string: 'string', boolean: 'boolean' };

function typeName({ type = '', format = '', items, additionalProperties, ...schema }: Schema): string {
  if (schema[INT_OR_STRING_KEY]) return 'quantity';
  if (items !== undefined) return `list of ${pluralName(items)}`;
  if (additionalProperties !== undefined) return `map of ${pluralName(additionalProperties)}`;
  return formatNames[format] ?? typeNames[type] ?? type;
}

function pluralName(schema: Schema): string {
  const name = typeName(schema);
  return /^(list|map) of /.test(name) ? name.replace(' of ', 's of ') : `${name}s`;
}

/** `1 to 255 characters`, `at least 1`, `at most 64 entries`, or undefined where there is no limit. */
function range(least: number | undefined, most: number | undefined, unit: string): string | undefined {
  const text = (limit: number) => limit.toLocaleString('en-US');
  if (most === undefined) return least ? `at least ${text(least)}${unit}` : undefined;
  return least === undefined ? `at most ${text(most)}${unit}` : `${text(least)} to ${text(most)}${unit}`;
}

const enumText = (value: unknown) => (value === '' ? 'empty' : `\`${value}\``);

function limitsOf(schema: Schema): (string | undefined)[] {
  return [
    schema.enum === undefined ? undefined : `one of ${schema.enum.map(enumText).join(', ')}`,
    range(schema.minimum, schema.maximum, ''),
    range(schema.minLength, schema.maxLength, ' characters'),
    range(schema.minItems, schema.maxItems, ' entries'),
    range(undefined, schema.maxProperties, ' entries'),
    schema.items === undefined ? undefined : ownLimits(schema.items, 'each '),
    schema.additionalProperties === undefined ? undefined : ownLimits(schema.additionalProperties, 'each '),
  ];
}

/** The limits of an entry of a list or map. Undefined for an object, whose fields have their own lines. */
function ownLimits(schema: Schema, prefix: string): string | undefined {
  if (schema.properties !== undefined) return undefined;
  const limits = limitsOf(schema).filter((limit) => limit !== undefined);
  return limits.length === 0 ? undefined : prefix + limits.join(', ');
}

function rulesOf(schema: Schema): string[] {
  const own = (schema[VALIDATIONS_KEY] ?? []).map(({ message }) => message);
  return [...own, ...[schema.items, schema.additionalProperties].flatMap((part) => (part ? rulesOf(part) : []))];
}

/** The object whose fields follow: that of the field itself, or of each entry. */
function childrenOf({ path, schema }: Field): Field[] {
  const [part, suffix] =
    schema.items !== undefined
      ? [schema.items, '[]']
      : schema.additionalProperties !== undefined
        ? [schema.additionalProperties, '.*']
        : [schema, ''];
  if (part !== schema && part.properties === undefined) {
    return part.additionalProperties === undefined
      ? []
      : childrenOf({ path: path + suffix, schema: part, isRequired: false });
  }
  return Object.entries(part.properties ?? {}).map(([name, property]) => ({
    path: `${path}${suffix}.${name}`,
    schema: property,
    isRequired: part.required?.includes(name) ?? false,
  }));
}

function fieldsBelow(field: Field): Field[] {
  return childrenOf(field).flatMap((child) => [child, ...fieldsBelow(child)]);
}

/** Breaks a text into lines, the first with the prefix `first`, the others with `next`. */
function wrapped(text: string, first = '', next = ''): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined) lines.push(first + word);
    else if (line.length + word.length >= WIDTH_CHARACTERS) lines.push(next + word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join('\n');
}

/** A sentence with its full stop, escaped so that Markdown contains no HTML tag. */
function sentence(text: string): string {
  const escaped = text.replaceAll('<', '\\<');
  return /[.!?]$/.test(escaped) ? escaped : `${escaped}.`;
}

function fieldText({ path, schema, isRequired }: Field): string {
  const facts = [
    typeName(schema),
    isRequired ? 'required' : undefined,
    ...limitsOf(schema),
    schema.default === undefined ? undefined : `default \`${JSON.stringify(schema.default)}\``,
  ].filter((fact) => fact !== undefined);
  const rules = rulesOf(schema);
  const ruleText = rules.length === 0 ? [] : [`Rules: ${rules.join('; ')}.`];
  const description = schema.description === undefined ? [] : [sentence(schema.description)];
  return wrapped([`**\`${path}\`** (${facts.join(', ')}).`, ...description, ...ruleText].join(' '), '- ', '  ');
}

function sectionText(kind: Kind, name: 'spec' | 'status', schema: Schema): string {
  const rules = rulesOf(schema);
  const lines = fieldsBelow({ path: name, schema, isRequired: false }).map(fieldText);
  return [
    `### ${kind.kind} ${name}`,
    sentence(schema.description ?? ''),
    ...(rules.length === 0 ? [] : [wrapped(`Rules: ${rules.join('; ')}.`)]),
    lines.join('\n'),
  ].join('\n\n');
}

function columnsText({ columns }: Kind): string {
  const names = (isWide: boolean) =>
    columns.filter(({ wide = false }) => wide === isWide).map(({ name }) => name.toUpperCase());
  return `Columns: ${names(false).join(', ')}. With \`-o wide\` also ${names(true).join(', ')}.`;
}

interface Definition {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] };
}

function kindText(kind: Kind): string {
  const { spec } = customResourceDefinition(kind) as unknown as Definition;
  const { spec: specSchema, status } = spec.versions[0]?.schema.openAPIV3Schema.properties ?? {};
  return [
    `## ${kind.kind}`,
    kind.description,
    wrapped(`Short name: \`${kind.shortNames.join('`, `')}\`. ${columnsText(kind)}`),
    ...(specSchema === undefined ? [] : [sectionText(kind, 'spec', specSchema)]),
    ...(status === undefined ? [] : [sectionText(kind, 'status', status)]),
  ].join('\n\n');
}

const introduction = `# Field reference

<!-- Generated by \`npm run generate\` from the zod shapes in crds/; do not edit. -->

Every field of the four kinds, with its type, default, limits, meaning and rules. \`kubectl explain\` shows the same
texts. \`[]\` stands for each entry of a list and \`.*\` for each entry of a map. The API server checks each rule and
reports a violation with the text shown here. The service checks it again.

In a spec, empty text in an optional field, a reference without a name, and a duration of zero mean the same as a
field that is not set. Only \`minDelayBetweenPulls: 0s\` is a value. Values of \`nodeSelector\` may be empty.`;

/** Returns the text of docs/field-reference.md for the kinds that users write. */
export function fieldReference(kinds: readonly Kind[]): string {
  const texts = kinds.filter(({ forUsers }) => forUsers).map(kindText);
  return `${[introduction, ...texts].join('\n\n')}\n`;
}
