// Proves, without Helm, that the charts agree with the rest of the project.
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dropCrdsValues, dropValues } from '../../charts/values.ts';
import { customResourceDefinition } from '../../crds/custom-resource-definition.ts';
import { kinds } from '../../crds/kinds.ts';
import { hookPath, registrations } from '../../metacontroller/registrations.ts';
import { valuesSchema } from '../../scripts/chart-schema.ts';
import { readConfig } from '../../service/config.ts';
import { filesIn, templatesOf, textOf, valueAt } from './chart-text.ts';

const charts = [
  ['drop', dropValues],
  ['drop-crds', dropCrdsValues],
] as const;
const manifest = JSON.parse(textOf('package.json')) as { readonly version: string };

describe.each(charts)('chart %s', (chart, shape) => {
  it('has the version of the project', () => {
    expect(parse(textOf(`charts/${chart}/Chart.yaml`))).toMatchObject({
      name: chart,
      version: manifest.version,
      appVersion: manifest.version,
    });
  });

  it('has the defaults of the shape in values.yaml, and they are valid', () => {
    const { global: _, ...defaults } = shape.parse({}) as Record<string, unknown>;
    const values: unknown = parse(textOf(`charts/${chart}/values.yaml`));
    expect(values).toEqual(defaults);
    expect(shape.safeParse(values).error).toBeUndefined();
  });

  it('has the definition of every kind, and no other', () => {
    expect(filesIn(`charts/${chart}/files/crds`)).toEqual(kinds.map(({ plural }) => `${plural}.yaml`).sort());
    for (const kind of kinds) {
      const text = textOf(`charts/${chart}/files/crds/${kind.plural}.yaml`);
      expect(parse(text)).toEqual(customResourceDefinition(kind));
    }
  });

  it('says of every value what it is', () => {
    const silent = (schema: SchemaNode, path: string): readonly string[] => [
      ...(path !== '' && schema.description === undefined ? [path] : []),
      ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => silent(property, `${path}.${name}`)),
    ];
    expect(silent(valuesSchema(shape), '')).toEqual([]);
  });

  it('uses no value that it does not have', () => {
    const paths = [...templatesOf(chart).matchAll(/\.Values\.([A-Za-z.]+)/g)].map((match) => match[1] ?? '');
    const defaults = shape.parse({});
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => valueAt(defaults, path) === undefined)).toEqual([]);
  });

  it('names no value in its texts that it does not have', () => {
    const texts = [textOf(`charts/readme/${chart}.md`), textOf(`charts/${chart}/templates/NOTES.txt`)].join('\n');
    const known = charts.flatMap(([, each]) => valuePathsOf(valuesSchema(each)));
    const named = [...texts.matchAll(/--set ([A-Za-z.]+)=/g)].map((match) => match[1] ?? '');
    const quoted = [...texts.matchAll(/`([a-z][A-Za-z]*\.[a-z][A-Za-z.]*)(?:=[^`]*)?`/g)].map(
      (match) => match[1] ?? '',
    );
    expect([...named, ...quoted].filter((path) => !known.includes(path))).toEqual([]);
  });
});

interface SchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

function valuePathsOf(schema: SchemaNode, path = ''): readonly string[] {
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    valuePathsOf(property, path === '' ? name : `${path}.${name}`),
  );
  return path === '' ? below : [path, ...below];
}

interface ControllerData {
  readonly kind: string;
  readonly name: string;
  readonly spec: {
    readonly hooks: Readonly<Record<string, { readonly webhook: Readonly<Record<string, string>> }>>;
  };
}

it('the chart registers what the table of registrations says, and where is left to the templates', () => {
  const data = parse(textOf('charts/drop/files/controllers.yaml')) as ControllerData[];
  const expected = registrations.map((registration) => {
    const { timeoutSeconds, customizes } = registration;
    const webhook = (hook: 'sync' | 'customize') => ({
      version: 'v2',
      webhook: { path: hookPath(registration, hook), timeout: `${timeoutSeconds}s` },
    });
    return {
      kind: registration.controller,
      name: registration.name,
      hooks: { sync: webhook('sync'), ...(customizes ? { customize: webhook('customize') } : {}) },
    };
  });
  expect(data.map(({ kind, name, spec }) => ({ kind, name, hooks: spec.hooks }))).toEqual(expected);
});

it('the Deployment sets no variable that the service does not know', () => {
  const known = [...textOf('service/config.ts').matchAll(/^ {2}(DROP_[A-Z_]+):/gm)].map((match) => match[1]);
  const set = [...textOf('charts/drop/templates/deployment.yaml').matchAll(/- name: (DROP_[A-Z_]+)/g)].map(
    (match) => match[1],
  );
  expect(known.length).toBeGreaterThan(10);
  expect(set.length).toBeGreaterThan(8);
  expect(set.filter((name) => !known.includes(name))).toEqual([]);
});

it.each(dropValues.shape.logLevel.unwrap().options)('the service knows the log level %s', (level) => {
  expect(readConfig({ DROP_ALLOW_ANONYMOUS: 'true', DROP_LOG_LEVEL: level }).logLevel).toBe(level);
});

it('the smallest body limit that the chart takes is one that the service takes', () => {
  const smallest = String(dropValues.shape.bodyLimitBytes.unwrap().minValue);
  const environment = { DROP_ALLOW_ANONYMOUS: 'true', DROP_BODY_LIMIT_BYTES: smallest };
  expect(readConfig(environment).bodyLimitBytes).toBe(Number(smallest));
});

it('the workload of the chart knows every kind by its file, so none is listed by hand', () => {
  const templates = templatesOf('drop');
  expect(kinds.map(({ plural }) => plural).filter((plural) => new RegExp(`- ${plural}\\b`).test(templates))).toEqual(
    [],
  );
});
