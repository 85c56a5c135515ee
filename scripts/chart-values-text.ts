// Documents the values of a chart: values.yaml with comments, and the table of the README.
import { stringify } from 'yaml';
import type { JsonSchema } from './chart-schema.ts';

/** Longest comment line in characters, without its indentation. */
const COMMENT_WIDTH = 110;
/** Values that Helm adds and no user sets. */
const notShown = ['global'];

type Values = Readonly<Record<string, unknown>>;

function wrapped(text = ''): readonly string[] {
  const lines: string[] = [];
  if (text === '') return lines;
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length >= COMMENT_WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

function yamlOf(name: string, value: unknown): readonly string[] {
  return stringify({ [name]: value }, { lineWidth: 0 })
    .trimEnd()
    .split('\n');
}

function linesOf(name: string, schema: JsonSchema, value: unknown): readonly string[] {
  const comment = wrapped(schema.description).map((line) => `# ${line}`);
  if (schema.properties === undefined) return [...comment, ...yamlOf(name, value)];
  return [...comment, `${name}:`, ...sectionLines(schema, value as Values).map((line) => `  ${line}`)];
}

function sectionLines({ properties = {} }: JsonSchema, values: Values): readonly string[] {
  return Object.entries(properties)
    .filter(([name]) => Object.hasOwn(values, name) && !notShown.includes(name))
    .flatMap(([name, property]) => linesOf(name, property, values[name]));
}

/** The text of values.yaml. */
export function valuesYaml(schema: JsonSchema, defaults: Values): string {
  const groups = Object.entries(schema.properties ?? {})
    .filter(([name]) => !notShown.includes(name))
    .map(([name, property]) => linesOf(name, property, defaults[name]).join('\n'));
  return `${groups.join('\n\n')}\n`;
}

interface Row {
  readonly path: string;
  readonly preset: unknown;
  readonly description: string;
}

function rowsOf(path: string, schema: JsonSchema, value: unknown): readonly Row[] {
  if (schema.properties === undefined) return [{ path, preset: value, description: schema.description ?? '' }];
  return Object.entries(schema.properties)
    .filter(([name]) => !notShown.includes(name))
    .flatMap(([name, property]) =>
      rowsOf(path === '' ? name : `${path}.${name}`, property, (value as Values | undefined)?.[name]),
    );
}

function cell(preset: unknown): string {
  return preset === undefined || preset === '' ? '' : `\`${JSON.stringify(preset)}\``;
}

/** A Markdown table with one row for each value. */
export function valuesTable(schema: JsonSchema, defaults: Values): string {
  const rows = rowsOf('', schema, defaults).map(
    ({ path, preset, description }) => `| \`${path}\` | ${cell(preset)} | ${description} |`,
  );
  return ['| value | default | description |', '|---|---|---|', ...rows].join('\n');
}
