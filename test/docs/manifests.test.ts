// Applies every YAML block of the documents to a simulated cluster with the service, document by document.
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { dropValues } from '../../charts/values.ts';
import { kinds } from '../../crds/kinds.ts';
import type { KubernetesObject, Manifest } from '../../simulator/kubernetes-object.ts';
import { SECOND, startScenario } from '../whole-cluster/scenario.ts';
import { type Block, documents } from './documents.ts';
import { shellCommands } from './shell-commands.ts';

function parseYaml(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as unknown;
  });
}

/** The YAML of a block: its text, or the here-documents of its commands. */
function yamlIn({ language, text }: Block): string[] {
  if (language === 'yaml') return [text];
  return language === 'sh' ? shellCommands(text).flatMap(({ stdin }) => (stdin === undefined ? [] : [stdin])) : [];
}

/** A workflow of a CI server, which test/docs/plan-outputs.test.ts runs. */
const isWorkflow = (value: unknown) => typeof value === 'object' && value !== null && 'jobs' in value;

function isManifest(value: unknown): value is Manifest {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

/** Returns the paths of fields that a shape dropped or changed: misspelled fields, since zod ignores unknown keys. */
function lostFields(given: unknown, read: unknown, path: string): string[] {
  if (typeof given !== 'object' || given === null) return given === read ? [] : [path];
  return Object.entries(given).flatMap(([name, value]) =>
    lostFields(value, (read as Readonly<Record<string, unknown>> | undefined)?.[name], `${path}.${name}`),
  );
}

function lostSpecFields({ kind, metadata, spec }: Manifest): string[] {
  const known = kinds.find((candidate) => candidate.kind === kind);
  return known === undefined ? [] : lostFields(spec, known.spec.parse(spec), `${metadata.name}.spec`);
}

function readyReason({ status }: KubernetesObject): string | undefined {
  const conditions = status?.conditions as readonly { readonly type: string; readonly reason: string }[] | undefined;
  return conditions?.find(({ type }) => type === 'Ready')?.reason;
}

const withYaml = documents
  .map(({ file, blocks }) => ({ file, values: blocks.flatMap(yamlIn).flatMap(parseYaml) }))
  .filter(({ values }) => values.length > 0);

it('the documents show manifests', () => {
  expect(withYaml.map(({ file }) => file)).toEqual(expect.arrayContaining(['README.md', 'docs/discovery.md']));
});

describe.each(withYaml)('the YAML of $file', ({ values }) => {
  const manifests = values.filter(isManifest);

  it('has no field that its kind does not know', () => {
    expect(manifests.flatMap(lostSpecFields)).toEqual([]);
  });

  it('has no value that the chart does not know', () => {
    const chartValues = values.filter((value) => !isManifest(value) && !isWorkflow(value));
    expect(chartValues.flatMap((value) => lostFields(value, dropValues.parse(value), 'values'))).toEqual([]);
  });

  it('is accepted by the API server, and by the service once it has synced', async () => {
    const { cluster, clock } = startScenario({ nodes: 2 });
    for (const manifest of manifests) cluster.apply(manifest);
    await clock.runFor(5 * SECOND);
    const reasons = manifests.map(({ kind, metadata }) => {
      const reason = readyReason(cluster.store.get({ kind, name: metadata.name }));
      return `${kind} ${metadata.name}: ${reason}`;
    });
    expect(reasons.filter((reason) => /: (InvalidSpec|InvalidImageName|PolicyNotFound)$/.test(reason))).toEqual([]);
  });
});
