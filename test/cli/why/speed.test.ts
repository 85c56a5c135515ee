// How long a report takes on a large cluster.
import { expect, test } from 'vitest';
import { whyResult } from '../../../cli/why/why.ts';
import { HOUR, isoTime, keyOf, NOON } from '../../hooks/builders/wire.ts';
import { wireSnapshot } from './wire-snapshot.ts';

const NODES = 1_000;
const IMAGES = 100;
const LIMIT_MILLISECONDS = 2_000;

const nodes = Array.from({ length: NODES }, (_, index) => ({
  name: `node-${String(index).padStart(4, '0')}`,
  uid: `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`,
  labels: { pool: `pool-${index % 7}`, instance: `i-${index}` },
}));

/** Half of the nodes hold each image, and a hundred nodes fail. */
const images = Array.from({ length: IMAGES }, (_, index) => ({
  name: `image-${index}`,
  status: {
    cached: [
      {
        digest: 'sha256:1',
        since: isoTime(NOON - HOUR),
        nodes: nodes
          .slice(0, NODES / 2)
          .map(keyOf)
          .sort()
          .join(' '),
      },
    ],
    failing: nodes.slice(-100).map((node) => ({
      node: node.name,
      key: keyOf(node),
      reason: 'ErrImagePull',
      message: 'failed to resolve image: registry.example.com/tools:v1: not found',
      failures: 2,
      at: isoTime(NOON - HOUR),
    })),
  },
}));
const pods = Array.from({ length: 20 }, (_, slot) => ({ slot, image: 'image-0', node: `node-${600 + slot}` }));
const snapshot = wireSnapshot({
  nodes,
  images,
  pods,
  policies: [{ name: 'default', spec: { maxConcurrentNodes: 30 } }],
});

test.each([
  ['one image on all nodes', { image: 'image-99' }],
  ['the last pair of the queue', { image: 'image-99', node: 'node-0999' }],
])('%s of a cluster with 1,000 nodes and 100 images takes less than 2 s', (_, question) => {
  const before = performance.now();
  const { text } = whyResult(snapshot, question, 'table');
  const took = performance.now() - before;
  expect(text).toContain('image-99');
  expect(took).toBeLessThan(LIMIT_MILLISECONDS);
});
