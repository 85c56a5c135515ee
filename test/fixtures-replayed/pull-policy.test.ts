// Replays requests of a real Metacontroller for a PullPolicy: Pods kept and started, and the time of the next sync.
import { describe, expect, it } from 'vitest';
import { PODS_CREATED, type RecordedResponse, recordings, replay, replayCompleted } from './recorded.ts';

const SYNC = '/hooks/pullpolicies/sync';
const file = (counts: string) => `composite-sync-pullpolicy-${counts}.json`;

/** The end of `minDelayBetweenPulls`, counted from the end of the second in which the Pods were created. */
const DELAY_IS_OVER = PODS_CREATED + 999 + 10_000;

const view = {
  apiVersion: 'drop.corewire.io/v1alpha1',
  kind: 'PolicyView',
  metadata: { name: 'default' },
  spec: { paused: false, failureBackoff: { initial: '30s', max: '5m' } },
};
/** A kept Pod is returned by name and labels only: with the strategy OnDelete its body is never applied. */
const keptPod = (image: string, slot: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `drop-default-${slot}`,
    namespace: 'drop-system',
    labels: {
      'app.kubernetes.io/managed-by': 'drop',
      'controller-uid': 'fdb24e41-b444-4f79-b885-e3708bc24727',
      'drop.corewire.io/cachedimage': image,
      'drop.corewire.io/slot': String(slot),
    },
  },
});

const pods: Readonly<Record<string, readonly object[]>> = {
  '0-images-0-pods': [],
  '1-images-0-pods': [],
  '3-images-1-pods': [keptPod('missing', 1)],
  '3-images-2-pods': [keptPod('scratch', 0), keptPod('missing', 1)],
};

it('every recorded sync of a PullPolicy is replayed', () => {
  expect(recordings('composite-sync-pullpolicy-').sort()).toEqual(Object.keys(pods).map(file).sort());
});

/** The end of the second in which the Pods were created. */
const lastStart = (kept: readonly object[]) => (kept.length === 0 ? {} : { lastStartTime: '2026-11-21T23:16:07.999Z' });

describe('without a Fleet the policy keeps its Pods and starts nothing:', () => {
  it.each(Object.entries(pods))('%s', async (counts, kept) => {
    expect(await replay(SYNC, file(counts))).toEqual({
      status: { revision: 1, observedGeneration: 2, starting: [], rejected: [], ...lastStart(kept) },
      children: [...kept, view],
      // The PolicyView is not observed yet.
      resyncAfterSeconds: 5,
    });
  });

  it.each(Object.entries(pods))('%s, a day later', async (counts, kept) => {
    const { children } = await replay(SYNC, file(counts), PODS_CREATED + 24 * 3_600_000);
    expect(children).toEqual([...kept, view]);
  });
});

const startedNames = ({ status }: RecordedResponse) => {
  const starting = (status?.starting ?? []) as readonly { image: string; node: string; slot: number }[];
  return starting.map(({ image, node, slot }) => `${image} on ${node} (slot ${slot})`);
};
const conditionsOf = ({ status }: RecordedResponse) => {
  const conditions = (status?.conditions ?? []) as readonly Readonly<Record<string, string>>[];
  return conditions.map(({ type, status: state, reason, message }) => `${type}=${state} ${reason}: ${message}`);
};

describe('with a Fleet, shortly after the Pods were created:', () => {
  it.each<[string, readonly string[], readonly [ready: string, progressing: string], number | undefined]>([
    ['0-images-0-pods', [], ['paces 0 images', 'False Idle: no image waits for a pull'], 10],
    ['1-images-0-pods', ['app on node-real (slot 0)'], ['paces 1 image', 'True Pulling: pulls are in progress'], 5],
    // Two seconds of the delay since the last start have passed; creation times are in whole seconds.
    [
      '3-images-1-pods',
      [],
      ['paces 3 images', 'False MinDelay: minDelayBetweenPulls (10s) since the last start is not over'],
      8.999,
    ],
    // At the cap of 2 only the end of a Pod lets another one start.
    ['3-images-2-pods', [], ['paces 3 images', 'False PolicyCap: all 2 slots are in use'], 10],
  ])('%s', async (...[counts, started, [ready, progressing], resyncAfterSeconds]) => {
    const response = await replayCompleted(SYNC, file(counts));
    expect(startedNames(response)).toEqual(started);
    expect(conditionsOf(response)).toEqual([
      `Ready=True Active: ${ready}`,
      'PodsCreated=True PodsAppeared: every start created its Pod',
      `Progressing=${progressing}`,
    ]);
    expect(response.resyncAfterSeconds).toBe(resyncAfterSeconds);
    expect(response.children).toEqual(expect.arrayContaining([...(pods[counts] ?? []), view]));
    expect(response.children).toHaveLength((pods[counts] ?? []).length + started.length + 1);
  });
});

describe('with a Fleet, around the end of the delay since the last start:', () => {
  it.each<[string, number, readonly string[]]>([
    ['3-images-1-pods', DELAY_IS_OVER - 1, []],
    ['3-images-1-pods', DELAY_IS_OVER, ['app on node-real (slot 0)']],
    ['3-images-2-pods', DELAY_IS_OVER, []],
    ['3-images-2-pods', DELAY_IS_OVER + 24 * 3_600_000, []],
  ])('%s at %i keeps the Pods whose outcome is not recorded', async (counts, now, started) => {
    const response = await replayCompleted(SYNC, file(counts), now);
    expect(startedNames(response)).toEqual(started);
    expect(response.children?.slice(0, pods[counts]?.length)).toEqual(pods[counts]);
  });
});

it('the started Pod has exactly these fields', async () => {
  const { status, children } = await replayCompleted(SYNC, file('1-images-0-pods'));
  expect(status).toMatchObject({
    revision: 1,
    observedGeneration: 2,
    lastStartTime: '2026-11-21T23:16:09.000Z',
    lastStartNode: 'node-real',
    starting: [{ slot: 0, image: 'app', node: 'node-real', at: '2026-11-21T23:16:09.000Z' }],
    rejected: [],
  });
  expect(children).toHaveLength(2);
  expect(children?.[1]).toEqual(view);
  expect(children?.[0]).toMatchInlineSnapshot(`
    {
      "apiVersion": "v1",
      "kind": "Pod",
      "metadata": {
        "annotations": {
          "cluster-autoscaler.kubernetes.io/safe-to-evict": "true",
          "drop.corewire.io/deadline": "2026-11-21T23:46:09.000Z",
          "drop.corewire.io/image-uid": "f34ca0bf-e4fd-48de-b742-822719bffc65",
          "drop.corewire.io/node-key": "3874205c4305",
          "drop.corewire.io/reference": "127.0.0.1:5000/team/app:v1.0.0",
          "linkerd.io/inject": "disabled",
          "sidecar.istio.io/inject": "false",
        },
        "labels": {
          "app.kubernetes.io/managed-by": "drop",
          "drop.corewire.io/cachedimage": "app",
          "drop.corewire.io/node": "node-real",
          "drop.corewire.io/policy": "default",
          "drop.corewire.io/request-hash": "73785839",
          "drop.corewire.io/slot": "0",
          "sidecar.istio.io/inject": "false",
        },
        "name": "drop-default-0",
        "namespace": "drop-system",
      },
      "spec": {
        "automountServiceAccountToken": false,
        "containers": [
          {
            "command": [
              "true",
            ],
            "image": "127.0.0.1:5000/team/app:v1.0.0",
            "imagePullPolicy": "Always",
            "name": "pull",
            "resources": {
              "limits": {
                "memory": "64Mi",
              },
              "requests": {
                "cpu": "10m",
                "memory": "16Mi",
              },
            },
            "securityContext": {
              "allowPrivilegeEscalation": false,
              "capabilities": {
                "drop": [
                  "ALL",
                ],
              },
              "readOnlyRootFilesystem": true,
            },
          },
        ],
        "enableServiceLinks": false,
        "nodeName": "node-real",
        "restartPolicy": "Never",
        "securityContext": {
          "runAsNonRoot": true,
          "runAsUser": 65534,
          "seccompProfile": {
            "type": "RuntimeDefault",
          },
        },
        "terminationGracePeriodSeconds": 0,
      },
    }
  `);
});

it('the customize hook relates the Fleet, all images and the Pods of the other policies', async () => {
  expect(await replay('/hooks/pullpolicies/customize', 'composite-customize-pullpolicy.json')).toEqual({
    relatedResources: [
      { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'fleets', names: ['default'] },
      { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'cachedimages', labelSelector: {} },
      {
        apiVersion: 'v1',
        resource: 'pods',
        namespace: 'drop-system',
        labelSelector: {
          matchLabels: { 'app.kubernetes.io/managed-by': 'drop' },
          matchExpressions: [{ key: 'drop.corewire.io/policy', operator: 'NotIn', values: ['default'] }],
        },
      },
      { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'inventories', labelSelector: {} },
    ],
  });
});
