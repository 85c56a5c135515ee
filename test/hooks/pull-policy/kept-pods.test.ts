// Which Pods stay and which may go, as a table.
import { expect, test } from 'vitest';
import { attemptOfPod, NOON, type PodFacts, type PolicyWorld, SECOND } from '../builders/wire.ts';
import { decide, images, running, two } from './policy-tables.ts';

interface KeepRow {
  readonly what: string;
  readonly pod: PodFacts;
  readonly input?: PolicyWorld;
  readonly kept: boolean;
}

const finished: PodFacts = { slot: 0, image: 'x', node: 'a', state: 'completed' };
const recordedBy = (pod: PodFacts, image = 'x') => ({
  images: [{ name: image, status: { recorded: [attemptOfPod(pod)] } }],
});

const keepTable: KeepRow[] = [
  { what: 'a pull that goes on', pod: running, kept: true },
  { what: 'a Pod without a status', pod: { ...running, state: 'no-status' }, kept: true },
  { what: 'a finished pull that nobody recorded', pod: finished, kept: true },
  { what: 'a failed pull that nobody recorded', pod: { ...finished, state: 'not-found' }, kept: true },
  { what: 'a finished pull that is recorded', pod: finished, input: recordedBy(finished), kept: false },
  { what: 'a pull that goes on although it is recorded', pod: running, input: recordedBy(running), kept: true },
  {
    what: 'a finished pull recorded about another reference',
    pod: finished,
    input: {
      images: [{ name: 'x', status: { recorded: [attemptOfPod(finished)], image: 'registry.example.com/x:v0' } }],
    },
    kept: true,
  },
  { what: 'a pull of an image that is gone', pod: running, input: { images: [] }, kept: false },
  { what: 'a pull of an image that was made anew under its name', pod: { ...running, imageUid: 'old' }, kept: false },
  { what: 'a pull of another reference', pod: { ...running, reference: 'registry.example.com/x:v0' }, kept: false },
  { what: 'a pull to a node that was replaced', pod: { ...running, nodeKey: 'ffffffffffff' }, kept: false },
  { what: 'a pull to a node that is not known', pod: { ...running, node: 'gone' }, kept: true },
  { what: 'a pull when the cap is lowered', pod: { ...running, slot: 7 }, kept: true },
  { what: 'a pull when the policy is paused', pod: running, input: { spec: { paused: true } }, kept: true },
  { what: 'a pull when the policy is not valid', pod: running, input: { spec: { maxConcurrentNodes: 0 } }, kept: true },
  {
    what: 'a pull when the node is cordoned',
    pod: running,
    input: { nodes: [{ name: 'a', unschedulable: true }] },
    kept: true,
  },
  {
    what: 'a pull when the image moved to another policy',
    pod: running,
    input: { images: [{ name: 'x', spec: { policyRef: { name: 'other' } } }] },
    kept: true,
  },
  {
    what: 'a pull when the spec of the image is no longer valid but its ledger names the reference',
    pod: running,
    input: { images: [{ name: 'x', spec: { tag: 7 }, status: {} }] },
    kept: true,
  },
  {
    what: 'a recorded pull while the images are not sent',
    pod: finished,
    input: { ...recordedBy(finished), without: ['CachedImage.drop.corewire.io/v1alpha1'] },
    kept: true,
  },
  {
    what: 'a recorded pull while the Fleet is not sent',
    pod: finished,
    input: { ...recordedBy(finished), without: ['Fleet.drop.corewire.io/v1alpha1'] },
    kept: true,
  },
  {
    what: 'a pull past its deadline that nobody recorded',
    pod: { ...running, deadline: NOON - SECOND },
    kept: true,
  },
  {
    what: 'a pull past its deadline that is recorded',
    pod: { ...running, deadline: NOON - SECOND },
    input: recordedBy(running),
    kept: false,
  },
];

test.each(keepTable)('kept ($kept): $what', ({ pod, input, kept }) => {
  const answer = decide({ nodes: two, images: images('x'), spec: { paused: true }, ...input, pods: [pod] });
  expect(answer.kept).toEqual(kept ? [`drop-default-${pod.slot}`] : []);
});
