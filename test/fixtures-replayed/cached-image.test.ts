// Replays requests of a real Metacontroller for CachedImages, with Pods of a real kubelet.
import { describe, expect, it } from 'vitest';
import { PODS_CREATED, recordings, replay, replayCompleted } from './recorded.ts';

const SYNC = '/hooks/cachedimages/sync';
const NODE_KEY = '3874205c4305';
const scratch = '127.0.0.1:5000/team/scratch:v1.0.0';
const app = '127.0.0.1:5000/team/app:v1.0.0';
const missing = '127.0.0.1:5000/team/app:missing';
const scratchDigest = 'sha256:5943f628c8a9f956f2a195b8b6f8587b6258459f0180381882c3b30f18177106';
const appDigest = 'sha256:91faabd44669231141817dfb53ae68e650ce58b8e16e51050adb69d64a673403';
const file = (name: string) => `composite-sync-cachedimage-${name}.json`;

interface Recorded {
  readonly image: string;
  /** The recorded status, which stays while the nodes are not known. */
  readonly ready: string;
  readonly nodesPulling: number;
  readonly hasPod: boolean;
}

const recorded: Readonly<Record<string, Recorded>> = {
  'no-pods': { image: scratch, ready: '1/1', nodesPulling: 0, hasPod: false },
  pending: { image: scratch, ready: '0/1', nodesPulling: 1, hasPod: true },
  containercreating: { image: scratch, ready: '0/1', nodesPulling: 1, hasPod: true },
  errimagepull: { image: missing, ready: '0/1', nodesPulling: 0, hasPod: true },
  imagepullbackoff: { image: missing, ready: '0/1', nodesPulling: 0, hasPod: true },
  running: { image: app, ready: '1/1', nodesPulling: 0, hasPod: true },
  starterror: { image: scratch, ready: '1/1', nodesPulling: 0, hasPod: true },
};

it('every recorded sync of a CachedImage is replayed', () => {
  expect(recordings('composite-sync-cachedimage-').sort()).toEqual(Object.keys(recorded).map(file).sort());
});

describe('without a Fleet and a PolicyView the recorded status stays:', () => {
  it.each(Object.entries(recorded))('%s', async (name, { image, ready, nodesPulling, hasPod }) => {
    expect(await replay(SYNC, file(name))).toEqual({
      status: {
        revision: 1,
        observedGeneration: 1,
        ready,
        nodesPulling,
        consecutiveFailures: 0,
        ...(hasPod ? { lastAttemptedAt: '2026-11-21T23:16:07Z' } : {}),
        image,
        imageTime: '2026-11-21T23:16:09.000Z',
        cached: [],
        failing: [],
        recorded: [],
      },
      children: [],
      // In case the write of the new status is lost.
      resyncAfterSeconds: 10,
    });
  });
});

const since = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  observedGeneration: 1,
  reason,
  message,
  lastTransitionTime: '2026-11-21T23:16:09Z',
});
const idle = (reason: string) => since('PullProgress', 'False', reason, 'no pull is in progress');

const cachedStatus = (image: string, digest: string, attempt: string) => ({
  phase: 'Ready',
  ready: '1/1',
  nodesTargeted: 1,
  nodesReady: 1,
  nodesUnavailable: 0,
  nodesPulling: 0,
  cachedNodes: ['node-real'],
  resolvedDigest: digest,
  consecutiveFailures: 0,
  lastPulledAt: '2026-11-21T23:16:09.000Z',
  lastPulledDigest: digest,
  conditions: [since('Ready', 'True', 'Cached', 'on 1 node'), idle('Cached')],
  image,
  cached: [{ digest, since: '2026-11-22T00:00:00Z', nodes: NODE_KEY }],
  failing: [],
  recorded: [attempt],
});

const notCached = {
  nodesTargeted: 1,
  nodesReady: 0,
  nodesUnavailable: 0,
  ready: '0/1',
  cachedNodes: [],
  cached: [],
};

const pullingStatus = {
  ...notCached,
  phase: 'Pulling',
  nodesPulling: 1,
  consecutiveFailures: 0,
  conditions: [
    since('Ready', 'False', 'Pulling', expect.stringMatching(/^0 of 1 .*; pulling on node-real$/)),
    since('PullProgress', 'True', 'Pulling', 'pulling on node-real'),
  ],
  image: scratch,
  failing: [],
  recorded: [],
};

/** The cause after the prefixes of kubelet and containerd, which differ from status to status. */
const cause = `failed to resolve image: ${missing}: not found`;

const failedStatus = {
  ...notCached,
  phase: 'Degraded',
  nodesPulling: 0,
  consecutiveFailures: 1,
  conditions: [
    since('Ready', 'False', 'ErrImagePull', `not found: check image, tag and digest (on node-real): "${cause}"`),
    idle('Pending'),
  ],
  image: missing,
  failing: [
    {
      node: 'node-real',
      key: NODE_KEY,
      reason: 'ErrImagePull',
      message: cause,
      failures: 1,
      at: '2026-11-21T23:16:09.000Z',
    },
  ],
  recorded: ['c93c11d8'],
};

const waitingStatus = {
  ...notCached,
  phase: 'Pending',
  nodesPulling: 0,
  consecutiveFailures: 0,
  conditions: [
    since(
      'Ready',
      'False',
      'Pending',
      expect.stringMatching(/^0 of 1 .*; waiting for its turn in PullPolicy default /),
    ),
    idle('Pending'),
  ],
  image: scratch,
  failing: [],
  recorded: [],
};

describe('with a Fleet and a PolicyView the outcome of each Pod is recorded:', () => {
  it.each<[string, object]>([
    ['no-pods', waitingStatus],
    ['pending', pullingStatus],
    ['containercreating', pullingStatus],
    ['errimagepull', failedStatus],
    ['imagepullbackoff', failedStatus],
    // Until it is recorded, and until its container ended.
    ['running', { ...cachedStatus(app, appDigest, '391dcfff'), lastPullSeconds: 2 }],
    ['starterror', { ...cachedStatus(scratch, scratchDigest, 'e85b5b18'), lastPullSeconds: 1 }],
  ])('%s', async (name, status) => {
    const { hasPod = false } = recorded[name] ?? {};
    expect(await replayCompleted(SYNC, file(name))).toEqual({
      status: {
        revision: 1,
        observedGeneration: 1,
        ...(hasPod ? { lastAttemptedAt: '2026-11-21T23:16:07Z' } : {}),
        imageTime: '2026-11-21T23:16:09.000Z',
        ...status,
      },
      children: [],
      // In case the write of the new status is lost.
      resyncAfterSeconds: 10,
    });
  });
});

it('a recorded Pod without a deadline is still pulling a day later', async () => {
  const { status } = await replayCompleted(SYNC, file('containercreating'), PODS_CREATED + 24 * 3_600_000);
  expect(status).toMatchObject({ phase: 'Pulling', nodesPulling: 1, failing: [], recorded: [] });
});

it('the customize hook relates the Fleet, the Pods of the image and the view of its policy', async () => {
  expect(await replay('/hooks/cachedimages/customize', 'composite-customize-cachedimage.json')).toEqual({
    relatedResources: [
      { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'fleets', names: ['default'] },
      {
        apiVersion: 'v1',
        resource: 'pods',
        namespace: 'drop-system',
        labelSelector: {
          matchLabels: { 'app.kubernetes.io/managed-by': 'drop', 'drop.corewire.io/cachedimage': 'missing' },
        },
      },
      { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'policyviews', names: ['default'] },
      { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'imageinventories', names: ['missing'] },
    ],
  });
});
