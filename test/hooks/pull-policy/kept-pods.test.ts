// Which observed Pods a sync returns, and which it drops so that Metacontroller deletes them.
import { expect, test } from 'vitest';
import { attemptOfPod, NOON, type PodFacts, type PolicyRequestFacts, SECOND, uidOf } from '../builders/wire.ts';
import { decide, finished, images, running, two } from './policy-tables.ts';

interface KeepRow {
  readonly title: string;
  readonly pod: PodFacts;
  readonly cluster?: PolicyRequestFacts;
  /** Replaces all annotations of the Pod. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly kept: boolean;
}

const recorded = (pod: PodFacts, status = {}) => ({
  images: [{ name: 'x', status: { recorded: [attemptOfPod(pod)], ...status } }],
});
const otherReference = 'registry.example.com/x:v0';
const invalidImage = { name: 'x', spec: { tag: 7 } };
const overdue = { ...running, deadline: NOON - SECOND };

const rows: readonly KeepRow[] = [
  { title: 'a Pod whose pull is in progress is kept', pod: running, kept: true },
  { title: 'a Pod without a status is kept', pod: { ...running, state: 'no-status' }, kept: true },
  { title: 'a finished Pod is kept until its outcome is recorded', pod: finished, kept: true },
  { title: 'a finished Pod is dropped once recorded', pod: finished, cluster: recorded(finished), kept: false },
  { title: 'a running Pod is kept although it is recorded', pod: running, cluster: recorded(running), kept: true },
  {
    title: 'a finished Pod is kept when its record belongs to another reference',
    pod: finished,
    cluster: recorded(finished, { image: otherReference }),
    kept: true,
  },
  { title: 'a Pod of a deleted image is dropped', pod: running, cluster: { images: [] }, kept: false },
  { title: 'a Pod of a recreated image is dropped', pod: { ...running, imageUid: 'old' }, kept: false },
  { title: 'a Pod of another reference is dropped', pod: { ...running, reference: otherReference }, kept: false },
  { title: 'a Pod on a recreated node is dropped', pod: { ...running, nodeKey: 'ffffffffffff' }, kept: false },
  { title: 'a Pod on a node that the Fleet does not list is kept', pod: { ...running, node: 'gone' }, kept: true },
  { title: 'a Pod in a slot above the cap is kept', pod: { ...running, slot: 7 }, kept: true },
  {
    title: 'a Pod of a policy with an invalid spec is kept',
    pod: running,
    cluster: { spec: { maxConcurrentNodes: 0 } },
    kept: true,
  },
  {
    title: 'a Pod on a cordoned node is kept',
    pod: running,
    cluster: { nodes: [{ name: 'a', unschedulable: true }] },
    kept: true,
  },
  {
    title: 'a Pod of an image that moved to another policy is kept',
    pod: running,
    cluster: { images: [{ name: 'x', spec: { policyRef: { name: 'other' } } }] },
    kept: true,
  },
  {
    title: 'a Pod of an image with an invalid spec is kept while the status has its reference',
    pod: running,
    cluster: { images: [{ ...invalidImage, status: {} }] },
    kept: true,
  },
  {
    title: 'a running Pod of an image that never had a reference is kept',
    pod: running,
    cluster: { images: [invalidImage] },
    kept: true,
  },
  {
    title: 'a finished Pod of an image that never had a reference is dropped, because nothing can record it',
    pod: finished,
    cluster: { images: [invalidImage] },
    kept: false,
  },
  {
    title: 'a recorded Pod is kept while the request lacks the images',
    pod: finished,
    cluster: { ...recorded(finished), without: ['CachedImage.drop.corewire.io/v1alpha1'] },
    kept: true,
  },
  {
    title: 'a recorded Pod is kept while the request lacks the Fleet',
    pod: finished,
    cluster: { ...recorded(finished), without: ['Fleet.drop.corewire.io/v1alpha1'] },
    kept: true,
  },
  { title: 'a Pod past its deadline is kept until that is recorded', pod: overdue, kept: true },
  { title: 'a Pod past its deadline is dropped once recorded', pod: overdue, cluster: recorded(running), kept: false },
  { title: 'a Pod without annotations is kept', pod: running, annotations: {}, kept: true },
  {
    title: 'a Pod without a node key is kept',
    pod: running,
    annotations: { 'drop.corewire.io/image-uid': uidOf('x') },
    kept: true,
  },
];

test.each(rows)('$title', ({ pod, cluster, annotations, kept }) => {
  const paused: PolicyRequestFacts = {
    nodes: two,
    images: images('x'),
    spec: { paused: true },
    ...cluster,
    pods: [pod],
  };
  const result = decide(paused, NOON, ({ children }) => {
    const [wirePod] = Object.values(children['Pod.v1'] ?? {}) as { metadata: object }[];
    if (annotations !== undefined) Object.assign(wirePod?.metadata ?? {}, { annotations });
  });
  expect(result.kept).toEqual(kept ? [`drop-default-${pod.slot}`] : []);
});
