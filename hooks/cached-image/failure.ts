// Says a failed pull to a person: what failed, on which nodes, what to do, the registry's own words after it.
import type { FailingPair } from '../../crds/cached-image.ts';
import { type KubeletReason, type Reason, recordedReason } from '../reasons.ts';
import { nodeList } from '../status/node-list.ts';

/** What a registry's or kubelet's words mean, and what a person can do; the first that fits. */
const advice: readonly (readonly [pattern: RegExp, text: string])[] = [
  [
    /unauthorized|no basic auth|authorization failed|access denied|forbidden|\b40[13]\b/i,
    'unauthorized: check imagePullSecrets',
  ],
  [/too ?many ?requests|rate limit|\b429\b/i, 'rate limited by the registry: pull more slowly or log in'],
  [/no match for platform/i, 'not built for the platform of the node: check nodeSelector, or push an image for it'],
  [/not found|manifest unknown|\b404\b/i, 'not found: check image, tag and digest'],
  [/no such host|server misbehaving/i, 'unknown host: check the name of the registry'],
  [/x509|certificate/i, 'certificate not trusted: check the CA of the registry on the nodes'],
  [
    /connection refused|no route to host|i\/o timeout|deadline exceeded|timed out|reset by peer/i,
    'registry unreachable from the node',
  ],
  [/\b50[0-4] (?:Internal|Not Implemented|Bad Gateway|Service|Gateway)/i, 'the registry failed by itself: look there'],
  [/unexpected commit digest|failed size validation/i, 'the registry sent other bytes than it announced: look there'],
  [/no space left/i, 'disk full: free space on the node'],
];

const adviceByReason: Readonly<Record<string, string>> = {
  InvalidImageName: 'not a valid image name: check spec.image',
  ErrImageNeverPull: 'imagePullPolicy is Never and the image is not there',
  PullTimeout: 'slower than pullTimeout of the policy: raise it or look at the registry',
  NodeNotReady: 'the node stopped being Ready',
  Evicted: 'the node evicted the Pod: look at its disk and memory',
};

function adviceFor({ reason, message }: FailingPair): string {
  const known = Object.hasOwn(adviceByReason, reason) ? adviceByReason[reason] : undefined;
  return known ?? advice.find(([pattern]) => pattern.test(message))?.[1] ?? reason;
}

/** The kubelet repeats its own prefix; the registry's words are behind it. */
function registryWords(message: string): string {
  return message
    .replace(/^Back-off pulling image "[^"]*": (?:ErrImagePull: )?/, '')
    .replace(/^rpc error: code = \w+ desc = /, '');
}

const PULL_FAILED = 'ErrImagePull';
const PULL_FAILED_REPEATEDLY = 'ImagePullBackOff';

/** Takes the failing pairs that matter, the latest first; gives the reason that the STATUS column shows. */
export function failureReasonOf(pairs: readonly FailingPair[]): Reason | KubeletReason {
  const latest = pairs[0];
  if (latest === undefined) return PULL_FAILED;
  if (latest.reason !== PULL_FAILED) return recordedReason(latest.reason);
  const repeated = pairs.some(({ reason, failures }) => reason === PULL_FAILED && failures > 1);
  return repeated ? PULL_FAILED_REPEATEDLY : PULL_FAILED;
}

/** Takes the failing pairs that matter, the latest first, and whether they are all; gives a message for a person. */
export function failureMessageOf(pairs: readonly FailingPair[]): string {
  const latest = pairs[0];
  if (latest === undefined) return '';
  const nodes = pairs.map(({ node }) => node).sort();
  return `${adviceFor(latest)} (on ${nodeList(nodes)}): ${registryWords(latest.message)}`;
}
