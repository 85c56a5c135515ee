// Proves that `kubectl get` has the names and columns of the original Drop, and those that show progress.
import { expect, test } from 'vitest';
import { customResourceDefinition } from '../../crds/custom-resource-definition.ts';
import { kinds } from '../../crds/kinds.ts';

const status = '.status.conditions[?(@.type=="Ready")].reason';
const message = '.status.conditions[?(@.type=="Ready")].message';
const age = '.metadata.creationTimestamp';

type ColumnRow = readonly [name: string, type: string, jsonPath: string];
interface Expected {
  readonly columns: readonly ColumnRow[];
  /** Added by `-o wide`. */
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
      ['Size', 'string', '.status.size'],
      ['Failures', 'integer', '.status.consecutiveFailures'],
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
      ['Active', 'integer', '.status.activePulls'],
      ['Queued', 'integer', '.status.queuedPulls'],
      ['Done', 'integer', '.status.pullsDone'],
      ['ETA', 'string', '.status.estimatedCompletionTime'],
      ['Age', 'date', age],
    ],
    wide: [
      ['BackingOff', 'integer', '.status.backingOffPulls'],
      ['Message', 'string', message],
    ],
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
  NodeImages: {
    columns: [
      ['Key', 'string', '.spec.key'],
      ['Inventory', 'string', '.metadata.labels.drop\\.corewire\\.io/inventory'],
      ['Age', 'date', age],
    ],
    wide: [],
  },
  Inventory: {
    columns: [
      ['Complete', 'string', '.status.conditions[?(@.type=="Complete")].status'],
      ['Changed', 'date', '.status.time'],
      ['Age', 'date', age],
    ],
    wide: [],
  },
  PolicyReferences: { columns: [['Age', 'date', age]], wide: [] },
  ImageInventory: {
    columns: [
      ['Reference', 'string', '.spec.reference'],
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

test.each(definitions.map((definition) => [String(definition.spec.names.kind), definition] as const))(
  'kubectl get prints the documented columns of %s',
  (kind, definition) => {
    expect({ columns: columnRows(definition, undefined), wide: columnRows(definition, 1) }).toEqual(
      expectedColumns[kind],
    );
  },
);

test.each([
  ['CachedImage', 'cachedimages', ['ci'], true],
  ['CachedImageSet', 'cachedimagesets', ['cis'], true],
  ['PullPolicy', 'pullpolicies', ['pp'], true],
  ['DiscoveryPolicy', 'discoverypolicies', ['dp'], true],
  ['NodeCache', 'nodecaches', undefined, false],
  ['Fleet', 'fleets', undefined, true],
  ['PolicyView', 'policyviews', undefined, false],
])('%s has the plural %s and the short names %j', (kind, plural, shortNames, hasStatus) => {
  const definition = definitions.find(({ spec }) => spec.names.kind === kind);
  expect(definition?.metadata.name).toBe(`${plural}.drop.corewire.io`);
  expect(definition?.spec).toMatchObject({ group: 'drop.corewire.io', scope: 'Cluster' });
  expect(definition?.spec.names).toEqual({
    kind,
    listKind: `${kind}List`,
    plural,
    singular: kind.toLowerCase(),
    // `kubectl get drop` lists the category.
    ...(shortNames === undefined ? {} : { shortNames, categories: ['drop'] }),
  });
  const versions = definition?.spec.versions ?? [];
  expect(versions.map(({ name }) => name)).toEqual(['v1alpha1']);
  expect(versions[0]?.subresources).toEqual(hasStatus ? { status: {} } : undefined);
});

test('the kinds are those of the table of columns', () => {
  expect(kinds.map(({ kind }) => kind).sort()).toEqual(Object.keys(expectedColumns).sort());
});
