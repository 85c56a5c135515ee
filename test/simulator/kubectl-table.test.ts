// Tables as kubectl prints them: columns, ages and empty cells.
import { expect, test } from 'vitest';
import { cachedImageKind } from '../../crds/cached-image.ts';
import { pullPolicyKind } from '../../crds/pull-policy.ts';
import { humanDuration } from '../../simulator/human-duration.ts';
import { readJsonPath } from '../../simulator/json-path.ts';
import { kubectlGetDrop, kubectlPodTable, kubectlTable } from '../../simulator/kubectl-table.ts';
import type { KubernetesObject, Manifest } from '../../simulator/kubernetes-object.ts';
import { APP, ours, pullPod, START_MILLISECONDS } from './tiny-cluster.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// From the table of k8s.io/apimachinery `pkg/util/duration/duration_test.go`, in milliseconds.
test.each([
  [-2 * SECOND, '<invalid>'],
  [-1 * SECOND, '0s'],
  [SECOND - 1, '0s'],
  [SECOND, '1s'],
  [119 * SECOND, '119s'],
  [190 * SECOND, '3m10s'],
  [5 * MINUTE, '5m'],
  [9 * MINUTE + 59 * SECOND, '9m59s'],
  [179 * MINUTE, '179m'],
  [180 * MINUTE, '3h'],
  [7 * HOUR + 59 * MINUTE, '7h59m'],
  [8 * HOUR + 59 * MINUTE, '8h'],
  [47 * HOUR, '47h'],
  [49 * HOUR, '2d1h'],
  [192 * HOUR, '8d'],
  [729 * DAY, '729d'],
  [730 * DAY, '2y'],
  [3 * 365 * DAY + 42 * DAY, '3y42d'],
  [8 * 365 * DAY + 100 * DAY, '8y'],
])('an age of %s ms is printed as %s', (milliseconds, expected) => {
  expect(humanDuration(milliseconds)).toBe(expected);
});

const object = {
  metadata: { labels: { 'drop.corewire.io/imageset': 'web' } },
  status: { conditions: [{ type: 'Other' }, { type: 'Ready', reason: 'Cached' }], ready: '1/2' },
};

test.each([
  ['.status.ready', '1/2'],
  ['.status.conditions[?(@.type=="Ready")].reason', 'Cached'],
  ['.status.conditions[?(@.type=="None")].reason', undefined],
  ['.metadata.labels.drop\\.corewire\\.io/imageset', 'web'],
  ['.spec.image', undefined],
])('the JSONPath %s reads %s', (path, expected) => {
  expect(readJsonPath(path, object)).toBe(expected);
});

test('an unsupported JSONPath throws', () => {
  expect(() => readJsonPath('.a[*]', {})).toThrow('unsupported JSONPath: [*]');
});

function stored(manifest: Manifest, status?: object): KubernetesObject {
  const metadata = { ...manifest.metadata, uid: 'u', resourceVersion: '1', creationTimestamp: '2026-11-21T09:55:00Z' };
  return { ...manifest, metadata, status } as KubernetesObject;
}

const ready = (reason: string, message = '') => ({ conditions: [{ type: 'Ready', reason, message }] });
const nginx = stored(ours('CachedImage', 'nginx', { image: 'docker.io/nginx', tag: '1.25-alpine' }), {
  ...ready('Cached', 'on all nodes'),
  ready: '2/2',
});
const broken = stored(ours('CachedImage', 'broken-img', { image: 'registry.bad/x' }), {
  ...ready('ErrImagePull', 'no such host\nsecond line'),
  ready: '0/2',
});
const policy = stored(ours('PullPolicy', 'default', { maxConcurrentNodes: 1, minDelayBetweenPulls: '10s' }));

const lines = (...text: string[]) => text.map((line) => `${line}\n`).join('');

test('a table lists the objects of a kind by name', () => {
  expect(kubectlTable(cachedImageKind, [nginx, broken], START_MILLISECONDS)).toBe(
    lines(
      'NAME         IMAGE             TAG           STATUS         READY   AGE',
      'broken-img   registry.bad/x                  ErrImagePull   0/2     5m',
      'nginx        docker.io/nginx   1.25-alpine   Cached         2/2     5m',
    ),
  );
});

test('a wide table has more columns and shows the first line of a message', () => {
  const text = kubectlTable(cachedImageKind, [broken], START_MILLISECONDS, { wide: true });
  expect(text.split('\n')[0]).toMatch(/READY {3}AGE {3}DIGEST {3}SET {3}POLICY {3}SIZE {3}FAILURES {3}MESSAGE$/);
  expect(text.split('\n')[1]).toMatch(/no such host\.\.\.$/);
});

test('a table without objects is empty', () => {
  expect(kubectlTable(pullPolicyKind, [], START_MILLISECONDS)).toBe('');
});

test('a category with objects of several kinds prefixes names with their kind', () => {
  expect(kubectlGetDrop([policy, nginx], START_MILLISECONDS)).toBe(
    [
      lines(
        'NAME                                 IMAGE             TAG           STATUS   READY   AGE',
        'cachedimage.drop.corewire.io/nginx   docker.io/nginx   1.25-alpine   Cached   2/2     5m',
      ),
      lines(
        'NAME                                  MAXNODES   MAXPULLS   MINDELAY   REPULLINTERVAL   ' +
          'ACTIVE   QUEUED   DONE   ETA   AGE',
        `pullpolicy.drop.corewire.io/default   1                     10s                         ${' '.repeat(31)}5m`,
      ),
    ].join('\n'),
  );
});

test('a category with objects of one kind does not prefix names', () => {
  expect(kubectlGetDrop([nginx], START_MILLISECONDS)).toContain('\nnginx ');
});

test('a table of Pods shows state and node', () => {
  const waiting = { ready: false, restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff' } } };
  const pods = [
    stored(pullPod('drop-default-1', 'node-b', APP), { phase: 'Pending', containerStatuses: [waiting] }),
    stored(pullPod('drop-default-0', 'node-a', APP), { phase: 'Pending' }),
  ];
  expect(kubectlPodTable(pods, START_MILLISECONDS)).toBe(
    lines(
      'NAME             READY   STATUS             RESTARTS   AGE   NODE',
      'drop-default-0   0/1     Pending            0          5m    node-a',
      'drop-default-1   0/1     ImagePullBackOff   0          5m    node-b',
    ),
  );
});
