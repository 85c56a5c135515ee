// Replays the request of a real Metacontroller for a Node.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { appWithLog, jsonHeaders } from '../service/app-with-log.ts';
import { recordings, replay } from './recorded.ts';

const SYNC = '/hooks/nodes/sync';
const fixtures = resolve(import.meta.dirname, '../fixtures');

const nodeCache = {
  apiVersion: 'drop.corewire.io/v1alpha1',
  kind: 'NodeCache',
  metadata: { name: 'node-real' },
  spec: {
    key: '3874205c4305',
    ready: true,
    unschedulable: false,
    os: 'linux',
    taints: [],
    labels: {
      'beta.kubernetes.io/arch': 'amd64',
      'beta.kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/os': 'linux',
      pool: 'build',
    },
  },
};

it('every recorded sync of a Node is replayed', () => {
  expect(recordings('decorator-')).toEqual(['decorator-sync-node.json']);
});

it('every recording belongs to a tested hook', () => {
  const others = recordings('').filter(
    (name) => !/^(decorator|composite-(sync|customize)-(cachedimage|pullpolicy))/.test(name),
  );
  expect(others).toEqual([]);
});

it('the response has the NodeCache and no status, which Metacontroller would write to the Node', async () => {
  // The recorded NodeCache is that of another release, so a resync checks that it was written.
  expect(await replay(SYNC, 'decorator-sync-node.json')).toEqual({ attachments: [nodeCache], resyncAfterSeconds: 5 });
});

it('the Node of the kubelet recordings has the same NodeCache, with a resync while it is not observed', async () => {
  const object: unknown = JSON.parse(readFileSync(join(fixtures, 'kubelet/node.json'), 'utf8'));
  const response = await appWithLog().app.inject({
    method: 'POST',
    url: SYNC,
    headers: jsonHeaders,
    payload: { object, attachments: { 'NodeCache.drop.corewire.io/v1alpha1': {} }, related: {}, finalizing: false },
  });
  expect(response.json()).toEqual({ attachments: [nodeCache], resyncAfterSeconds: 5 });
});
