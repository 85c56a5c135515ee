// The Fleet and the PullPolicy `default` and the Inventories follow the annotations, are never taken from another
// owner, and are never lost.
import { describe, expect, test } from 'vitest';
import { syncDefaults } from '../../../hooks/defaults/sync.ts';
import { defaultsSyncRequest } from '../../../metacontroller/hook-request.ts';
import { settings } from '../builders/wire.ts';

const UID = 'uid-of-drop-defaults';
const FLEET = 'Fleet.drop.corewire.io/v1alpha1';
const PULL_POLICY = 'PullPolicy.drop.corewire.io/v1alpha1';
const INVENTORY = 'Inventory.drop.corewire.io/v1alpha1';

const spec = { maxConcurrentNodes: 2, minDelayBetweenPulls: '10s' };
const annotations = {
  'drop.corewire.io/create-fleet': 'true',
  'drop.corewire.io/create-pull-policy': 'true',
  'drop.corewire.io/pull-policy-spec': JSON.stringify(spec),
  'drop.corewire.io/inventory-count': '0',
};

const fleet = { apiVersion: 'drop.corewire.io/v1alpha1', kind: 'Fleet', metadata: { name: 'default' }, spec: {} };
const pullPolicy = { apiVersion: 'drop.corewire.io/v1alpha1', kind: 'PullPolicy', metadata: { name: 'default' }, spec };

const owner = (uid: string, controller = true) => [{ kind: 'DecoratorController', name: 'x', uid, controller }];
const existing = (ownerReferences: unknown, observedSpec: unknown = { maxConcurrentNodes: 7, paused: true }) => ({
  default: { metadata: { name: 'default', uid: 'u', ownerReferences }, spec: observedSpec },
});
const ours = existing(owner(UID));

const inventory = (name: string, observedSpec: unknown = {}) => ({
  apiVersion: 'drop.corewire.io/v1alpha1',
  kind: 'Inventory',
  metadata: { name },
  spec: observedSpec,
});
const attachedInventories = (...names: readonly string[]) =>
  Object.fromEntries(
    names.map((name) => [
      name,
      { metadata: { name, uid: name, ownerReferences: owner(UID) }, spec: {}, status: { nodes: '0123456789ab' } },
    ]),
  );

/** Nothing exists, unless the row sets it. */
const empty = { [FLEET]: {}, [PULL_POLICY]: {}, [INVENTORY]: {} };

interface Row {
  readonly title: string;
  readonly annotations?: Readonly<Record<string, string | undefined>>;
  readonly attachments?: object;
  readonly related?: object;
  readonly expected: readonly object[];
  readonly resyncAfterSeconds?: number;
  readonly logFields?: object;
}

const observedPolicy = { ...pullPolicy, spec: { maxConcurrentNodes: 7, paused: true } };
const observedFleet = { ...fleet, spec: { maxConcurrentNodes: 7, paused: true } };

const wantedRows: readonly Row[] = [
  { title: 'an empty cluster gets both objects', expected: [fleet, pullPolicy] },
  {
    title: 'a PullPolicy of ours follows a changed annotation',
    attachments: { [FLEET]: ours, [PULL_POLICY]: ours },
    related: { [FLEET]: ours, [PULL_POLICY]: ours },
    expected: [fleet, pullPolicy],
  },
  {
    title: 'a PullPolicy of ours that only the related objects show is desired all the same',
    related: { ...empty, [PULL_POLICY]: ours },
    expected: [fleet, pullPolicy],
  },
  {
    title: 'a PullPolicy is deleted when create-pull-policy becomes false',
    annotations: { 'drop.corewire.io/create-pull-policy': 'false' },
    attachments: { [FLEET]: ours, [PULL_POLICY]: ours },
    expected: [fleet],
  },
  {
    title: 'a Fleet is deleted when create-fleet becomes false',
    annotations: { 'drop.corewire.io/create-fleet': 'false' },
    attachments: { [FLEET]: ours, [PULL_POLICY]: ours },
    expected: [pullPolicy],
  },
  {
    title: 'the spec annotation is not read when no PullPolicy is wanted',
    annotations: {
      'drop.corewire.io/create-pull-policy': 'false',
      'drop.corewire.io/pull-policy-spec': undefined,
    },
    expected: [fleet],
  },
  {
    title: 'fields that the service does not know reach the API server',
    annotations: { 'drop.corewire.io/pull-policy-spec': '{"newerField":{"a":[1]}}' },
    expected: [fleet, { ...pullPolicy, spec: { newerField: { a: [1] } } }],
  },
];

const foreignRows: readonly Row[] = [
  {
    title: 'a PullPolicy without an owner is left alone',
    related: { ...empty, [PULL_POLICY]: existing(undefined) },
    expected: [fleet],
    logFields: { foreign: ['PullPolicy default'] },
  },
  {
    title: 'a Fleet that another object controls is left alone',
    related: { ...empty, [FLEET]: existing(owner('of-another')) },
    expected: [pullPolicy],
    logFields: { foreign: ['Fleet default'] },
  },
  {
    title: 'an owner that does not control the object does not count',
    related: { ...empty, [PULL_POLICY]: existing(owner(UID, false)) },
    expected: [fleet],
    logFields: { foreign: ['PullPolicy default'] },
  },
  {
    title: 'malformed owner references do not count',
    related: { [FLEET]: existing('x'), [PULL_POLICY]: existing([null, 1, { controller: true }]) },
    expected: [],
    logFields: { foreign: ['Fleet default', 'PullPolicy default'] },
  },
];

const unknownRows: readonly Row[] = [
  {
    title: 'an unreadable flag keeps the object as it is observed',
    annotations: { 'drop.corewire.io/create-pull-policy': 'yes' },
    attachments: { [FLEET]: ours, [PULL_POLICY]: ours },
    expected: [fleet, observedPolicy],
    logFields: { problems: ['annotation drop.corewire.io/create-pull-policy is neither "true" nor "false"'] },
  },
  {
    title: 'an absent flag creates nothing',
    annotations: { 'drop.corewire.io/create-fleet': undefined },
    expected: [pullPolicy],
    logFields: { problems: ['annotation drop.corewire.io/create-fleet is neither "true" nor "false"'] },
  },
  ...[undefined, '', '{', '[]', 'null', '"text"'].map(
    (text): Row => ({
      title: `the spec annotation ${JSON.stringify(text)} keeps the PullPolicy as it is observed`,
      annotations: { 'drop.corewire.io/pull-policy-spec': text },
      attachments: { [FLEET]: ours, [PULL_POLICY]: ours },
      expected: [fleet, observedPolicy],
      logFields: { problems: ['annotation drop.corewire.io/pull-policy-spec is not a JSON object'] },
    }),
  ),
  {
    title: 'without related objects nothing changes',
    attachments: { [FLEET]: ours, [PULL_POLICY]: ours },
    related: {},
    expected: [observedFleet, observedPolicy],
  },
  {
    title: 'without attachments in the request nothing is created',
    attachments: {},
    related: { [FLEET]: ours, [PULL_POLICY]: ours },
    expected: [],
  },
  {
    title: 'an observed object without a spec keeps an empty one',
    attachments: { [FLEET]: existing(owner(UID), null), [PULL_POLICY]: ours },
    related: {},
    expected: [fleet, observedPolicy],
  },
];

/** None of these rows wants a Fleet or a PullPolicy. */
const withInventories = (count: string | undefined) => ({
  'drop.corewire.io/create-fleet': 'false',
  'drop.corewire.io/create-pull-policy': 'false',
  'drop.corewire.io/inventory-count': count,
});

const inventoryRows: readonly Row[] = [
  {
    title: 'missing Inventories are created, and a resync repeats the attempt in case their names are taken',
    annotations: withInventories('2'),
    expected: [inventory('0-of-2'), inventory('1-of-2')],
    resyncAfterSeconds: 60,
  },
  {
    title: 'a single missing Inventory requests a resync',
    annotations: withInventories('2'),
    attachments: { ...empty, [INVENTORY]: attachedInventories('1-of-2') },
    expected: [inventory('0-of-2'), inventory('1-of-2')],
    resyncAfterSeconds: 60,
  },
  {
    title: 'existing Inventories request no resync',
    annotations: withInventories('2'),
    attachments: { ...empty, [INVENTORY]: attachedInventories('0-of-2', '1-of-2') },
    expected: [inventory('0-of-2'), inventory('1-of-2')],
  },
  {
    title: 'Inventories of an earlier count are deleted',
    annotations: withInventories('1'),
    attachments: { ...empty, [INVENTORY]: attachedInventories('0-of-1', '0-of-2', '1-of-2') },
    expected: [inventory('0-of-1')],
  },
  {
    title: 'a count of 0 deletes every Inventory',
    annotations: withInventories('0'),
    attachments: { ...empty, [INVENTORY]: attachedInventories('0-of-2', '1-of-2') },
    expected: [],
  },
  {
    title: 'the largest count is 64',
    annotations: withInventories('64'),
    expected: Array.from({ length: 64 }, (_, index) => inventory(`${index}-of-64`)),
    resyncAfterSeconds: 60,
  },
  {
    title: 'the Inventories do not depend on the related objects',
    annotations: withInventories('1'),
    attachments: { [INVENTORY]: attachedInventories('0-of-1') },
    related: {},
    expected: [inventory('0-of-1')],
  },
  {
    title: 'a registration of an older chart, whose requests have no Inventories, creates none',
    annotations: withInventories('2'),
    attachments: { [FLEET]: {}, [PULL_POLICY]: {} },
    expected: [],
  },
  ...[undefined, '', '65', '-1', '1.5', '1e1', ' 4', 'four'].map(
    (text): Row => ({
      title: `the count annotation ${JSON.stringify(text)} keeps the Inventories as they are observed`,
      annotations: withInventories(text),
      attachments: { ...empty, [INVENTORY]: attachedInventories('0-of-2', '1-of-2') },
      expected: [inventory('0-of-2'), inventory('1-of-2')],
      logFields: { problems: ['annotation drop.corewire.io/inventory-count is not a whole number from 0 to 64'] },
    }),
  ),
  {
    title: 'an unreadable count creates nothing where requests have no Inventories',
    annotations: withInventories('x'),
    attachments: {},
    expected: [],
    logFields: { problems: ['annotation drop.corewire.io/inventory-count is not a whole number from 0 to 64'] },
  },
];

function sync({ annotations: changed, attachments = empty, related = empty }: Row) {
  const metadata = { name: 'drop-defaults', uid: UID, annotations: { ...annotations, ...changed } };
  const request = { object: { kind: 'DecoratorController', metadata }, attachments, related };
  return syncDefaults(defaultsSyncRequest.parse(JSON.parse(JSON.stringify(request))), settings);
}

describe.each([
  ['wanted objects', wantedRows],
  ['objects of another owner', foreignRows],
  ['what is unknown', unknownRows],
  ['Inventories', inventoryRows],
])('%s', (_title, rows) => {
  test.each(rows)('$title', (row) => {
    const { expected: attachments, resyncAfterSeconds, logFields = {} } = row;
    expect(sync(row)).toEqual({ response: { attachments, resyncAfterSeconds }, logFields });
  });
});

test('the PullPolicy has the name of the default policy in the settings', () => {
  const object = { kind: 'DecoratorController', metadata: { name: 'drop-defaults', uid: UID, annotations } };
  const request = defaultsSyncRequest.parse({ object, attachments: empty, related: empty });
  const { response } = syncDefaults(request, { ...settings, defaultPolicyName: 'paced' });
  expect(response.attachments.map(({ metadata }) => metadata.name)).toEqual(['default', 'paced']);
});
