// Proves that `kubectl get` shows what the documents that define the product show.
import { expect, it } from 'vitest';
import { customResourceDefinition } from '../../crds/custom-resource-definition.ts';
import { kinds } from '../../crds/kinds.ts';

const status = '.status.conditions[?(@.type=="Ready")].reason';
const message = '.status.conditions[?(@.type=="Ready")].message';
const age = '.metadata.creationTimestamp';

/** Name, type and path of the columns that are always shown, then of those that only `-o wide` adds. */
type ColumnRow = readonly [name: string, type: string, jsonPath: string];
interface Expected {
  readonly columns: readonly ColumnRow[];
  readonly wide: readonly ColumnRow[];
}

const expectedColumns: Readonly<Record<string, Expected>> = {
  CachedImage: {
    columns: [
      ['Image', 'string', '.spec.image'],
      ['Tag', 'string', '.spec.tag'],
      ['Status', 'string', status],
      ['Ready', 'string', '.status.ready'],
      ['Age', 'date', age],
    ],
    wide: [
      ['Digest', 'string', '.status.resolvedDigest'],
      ['Set', 'string', '.metadata.labels.drop\\.corewire\\.io/imageset'],
      ['Policy', 'string', '.spec.policyRef.name'],
      ['Message', 'string', message],
    ],
  },
  CachedImageSet: {
    columns: [
      ['Status', 'string', status],
      ['Ready', 'string', '.status.ready'],
      ['Managed', 'integer', '.status.imagesManaged'],
      ['Source', 'string', '.spec.discoveryPolicyRef.name'],
      ['Age', 'date', age],
    ],
    wide: [
      ['Policy', 'string', '.spec.policyRef.name'],
      ['Message', 'string', message],
    ],
  },
  PullPolicy: {
    columns: [
      ['MaxNodes', 'integer', '.spec.maxConcurrentNodes'],
      ['MaxPulls', 'integer', '.spec.maxConcurrentPulls'],
      ['MinDelay', 'string', '.spec.minDelayBetweenPulls'],
      ['RepullInterval', 'string', '.spec.repullInterval'],
      ['Age', 'date', age],
    ],
    wide: [['Message', 'string', message]],
  },
  DiscoveryPolicy: {
    columns: [
      ['Status', 'string', status],
      ['Sources', 'integer', '.status.sourceCount'],
      ['Images', 'integer', '.status.imageCount'],
      ['LastSync', 'date', '.status.lastSyncTime'],
      ['Age', 'date', age],
    ],
    wide: [['Message', 'string', message]],
  },
  NodeCache: {
    columns: [
      ['Key', 'string', '.spec.key'],
      ['Ready', 'boolean', '.spec.ready'],
      ['Unschedulable', 'boolean', '.spec.unschedulable'],
      ['Age', 'date', age],
    ],
    wide: [],
  },
  Fleet: {
    columns: [
      ['Nodes', 'integer', '.status.nodes'],
      ['Ready', 'integer', '.status.nodesReady'],
      ['Age', 'date', age],
    ],
    wide: [],
  },
  PolicyView: {
    columns: [
      ['Paused', 'boolean', '.spec.paused'],
      ['Age', 'date', age],
    ],
    wide: [],
  },
};

interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly versions: readonly {
      readonly name: string;
      readonly subresources?: object;
      readonly additionalPrinterColumns: readonly {
        readonly name: string;
        readonly type: string;
        readonly jsonPath: string;
        readonly priority?: number;
      }[];
    }[];
  };
}

const definitions = kinds.map((kind) => customResourceDefinition(kind) as unknown as Definition);

function columnRows(definition: Definition, priority: number | undefined): ColumnRow[] {
  return (definition.spec.versions[0]?.additionalPrinterColumns ?? [])
    .filter((column) => column.priority === priority)
    .map(({ name, type, jsonPath }) => [name, type, jsonPath]);
}

it.each(definitions.map((definition) => [String(definition.spec.names.kind), definition] as const))(
  'the columns of %s',
  (kind, definition) => {
    expect({ columns: columnRows(definition, undefined), wide: columnRows(definition, 1) }).toEqual(
      expectedColumns[kind],
    );
  },
);

it.each([
  ['CachedImage', 'cachedimages', ['ci']],
  ['CachedImageSet', 'cachedimagesets', ['cis']],
  ['PullPolicy', 'pullpolicies', ['pp']],
  ['DiscoveryPolicy', 'discoverypolicies', ['dp']],
  ['NodeCache', 'nodecaches', undefined],
  ['Fleet', 'fleets', undefined],
  ['PolicyView', 'policyviews', undefined],
])('%s is called %s, short %j; who has a short name is shown by `kubectl get drop`', (kind, plural, shortNames) => {
  const definition = definitions.find(({ spec }) => spec.names.kind === kind);
  expect(definition?.metadata.name).toBe(`${plural}.drop.corewire.io`);
  expect(definition?.spec).toMatchObject({ group: 'drop.corewire.io', scope: 'Cluster' });
  expect(definition?.spec.names).toEqual({
    kind,
    listKind: `${kind}List`,
    plural,
    singular: kind.toLowerCase(),
    ...(shortNames === undefined ? {} : { shortNames, categories: ['drop'] }),
  });
});

it.each([
  ['CachedImage', { status: {} }],
  ['CachedImageSet', { status: {} }],
  ['PullPolicy', { status: {} }],
  ['DiscoveryPolicy', { status: {} }],
  ['NodeCache', undefined],
  ['Fleet', { status: {} }],
  ['PolicyView', undefined],
])('%s has the subresources %j in its one version', (kind, subresources) => {
  const versions = definitions.find(({ spec }) => spec.names.kind === kind)?.spec.versions ?? [];
  expect(versions.map(({ name }) => name)).toEqual(['v1alpha1']);
  expect(versions[0]?.subresources).toEqual(subresources);
});

it('no other kind is defined', () => {
  expect(kinds.map(({ kind }) => kind).sort()).toEqual(Object.keys(expectedColumns).sort());
});
