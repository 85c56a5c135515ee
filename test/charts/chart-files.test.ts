// The charts agree with the rest of the project. These tests need no Helm.
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dropValues } from '../../charts/values.ts';
import { valuesSchema } from '../../scripts/chart-schema.ts';
import { definitionsChart, dropChart } from '../../scripts/generated-files.ts';
import { readConfig } from '../../service/config.ts';
import { templatesOf, textOf, valueAt } from './chart-text.ts';

const charts = [
  ['drop', dropChart],
  ['drop-crds', definitionsChart],
] as const;
const { version } = JSON.parse(textOf('package.json')) as { readonly version: string };

interface SchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

function nodesOf(schema: SchemaNode, path = ''): readonly (readonly [path: string, node: SchemaNode])[] {
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    nodesOf(property, path === '' ? name : `${path}.${name}`),
  );
  return path === '' ? below : [[path, schema], ...below];
}

describe.each(charts)('the chart %s', (name, { folder, readme, values }) => {
  const nodes = nodesOf(valuesSchema(values));

  it('has the version of the project', () => {
    expect(parse(textOf(`${folder}/Chart.yaml`))).toMatchObject({ name, version, appVersion: version });
  });

  it('has valid defaults in values.yaml', () => {
    expect(values.safeParse(parse(textOf(`${folder}/values.yaml`))).error).toBeUndefined();
  });

  it('describes every value', () => {
    expect(nodes.filter(([, { description }]) => description === undefined).map(([path]) => path)).toEqual([]);
  });

  it('uses no value that it does not define', () => {
    const paths = [...templatesOf(folder).matchAll(/\.Values\.([A-Za-z.]+)/g)].map((match) => match[1] ?? '');
    const defaults = values.parse({});
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => valueAt(defaults, path) === undefined)).toEqual([]);
  });

  it('mentions no value in its README and notes that neither chart defines', () => {
    const texts = [textOf(readme), textOf(`${folder}/templates/NOTES.txt`)].join('\n');
    const known = charts.flatMap(([, chart]) => nodesOf(valuesSchema(chart.values)).map(([path]) => path));
    const set = [...texts.matchAll(/--set ([A-Za-z.]+)=/g)].map((match) => match[1] ?? '');
    const quoted = [...texts.matchAll(/`([a-z][A-Za-z]*\.[a-z][A-Za-z.]*)(?:=[^`]*)?`/g)].map(
      (match) => match[1] ?? '',
    );
    expect([...set, ...quoted].filter((path) => !known.includes(path))).toEqual([]);
  });
});

it('the chart drop depends on drop-crds of its own version, without a repository', () => {
  const { dependencies } = parse(textOf(`${dropChart.folder}/Chart.yaml`)) as { readonly dependencies: unknown };
  expect(dependencies).toEqual([{ name: 'drop-crds', version, alias: 'crds', condition: 'crds.install' }]);
});

it('the chart sets only variables that the service reads', () => {
  const known = [...textOf('service/config.ts').matchAll(/^ {2}(DROP_[A-Z_]+):/gm)].map((match) => match[1]);
  const environment = textOf(`${dropChart.folder}/templates/_environment.tpl`);
  const set = [...environment.matchAll(/- name: (DROP_[A-Z_]+)/g)].map((match) => match[1]);
  expect(known.length).toBeGreaterThan(10);
  expect(set.length).toBeGreaterThan(8);
  expect(set.filter((name) => !known.includes(name))).toEqual([]);
});

it.each(dropValues.shape.logLevel.unwrap().options)('the service accepts the log level %s', (level) => {
  expect(readConfig({ DROP_ALLOW_ANONYMOUS: 'true', DROP_LOG_LEVEL: level }).logLevel).toBe(level);
});

it('the service accepts the smallest body limit that the chart accepts', () => {
  const smallest = String(dropValues.shape.bodyLimitBytes.unwrap().minValue);
  const environment = { DROP_ALLOW_ANONYMOUS: 'true', DROP_BODY_LIMIT_BYTES: smallest };
  expect(readConfig(environment).bodyLimitBytes).toBe(Number(smallest));
});
