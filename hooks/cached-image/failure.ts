// Failed pulls for users: which reason the condition shows, what to check, on which nodes, and the quoted cause.
import type { FailingPair } from '../../crds/cached-image.ts';
import { type KubeletReason, type Reason, recordedReason } from '../reasons.ts';
import { nodeList } from '../status/node-list.ts';

/** Advice by the message of the registry or the kubelet; the first pattern that matches counts. */
const adviceByMessage: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /unauthorized|no basic auth|authorization failed|access denied|forbidden|\b40[13]\b/i,
    'unauthorized: check imagePullSecrets',
  ],
  [/too ?many ?requests|rate limit|\b429\b/i, 'rate limited by the registry: pull more slowly or set imagePullSecrets'],
  [
    /no match for platform/i,
    'not built for the platform of the node: check nodeSelector or push an image for that platform',
  ],
  [/not found|manifest unknown|\b404\b/i, 'not found: check image, tag and digest'],
  [/no such host|server misbehaving/i, 'unknown host: check the name of the registry'],
  [/x509|certificate/i, 'certificate not trusted: check the CA of the registry on the nodes'],
  [
    /connection refused|no route to host|i\/o timeout|deadline exceeded|timed out|reset by peer/i,
    'registry unreachable from the node: check the registry and the network',
  ],
  [
    /\b50[0-4] (?:Internal|Not Implemented|Bad Gateway|Service|Gateway)/i,
    "registry error (5xx): check the registry's logs",
  ],
  [
    /unexpected commit digest|failed size validation/i,
    'digest or size mismatch: the registry or a proxy returned corrupt data',
  ],
  [/no space left/i, 'disk full: free space on the node'],
];

const adviceByReason: Readonly<Record<string, string>> = {
  InvalidImageName: 'not a valid image name: check spec.image',
  ErrImageNeverPull: 'the node lacks the image and imagePullPolicy is Never: use IfNotPresent or Always',
  PullTimeout: 'slower than pullTimeout: raise pullTimeout of the PullPolicy or check the registry',
  NodeNotReady: 'the node stopped being Ready during the pull: check the node',
  Evicted: 'the node evicted the pull Pod: check its disk and memory',
};

function adviceFor({ reason, message }: FailingPair): string {
  const known = Object.hasOwn(adviceByReason, reason) ? adviceByReason[reason] : undefined;
  return known ?? adviceByMessage.find(([pattern]) => pattern.test(message))?.[1] ?? reason;
}

const PULL_FAILED = 'ErrImagePull';
const PULL_FAILED_REPEATEDLY = 'ImagePullBackOff';

/** Returns the reason of the condition Ready for failing pairs, the latest first. */
export function failureReasonOf(pairs: readonly FailingPair[]): Reason | KubeletReason {
  const latest = pairs[0];
  if (latest === undefined) return PULL_FAILED;
  if (latest.reason !== PULL_FAILED) return recordedReason(latest.reason);
  const repeated = pairs.some(({ reason, failures }) => reason === PULL_FAILED && failures > 1);
  return repeated ? PULL_FAILED_REPEATEDLY : PULL_FAILED;
}

/** Returns the message of the condition Ready for failing pairs, the latest first. It quotes the latest cause. */
export function failureMessageOf(pairs: readonly FailingPair[]): string {
  const latest = pairs[0];
  if (latest === undefined) return '';
  const nodes = pairs.map(({ node }) => node).sort();
  const cause = latest.message === '' ? '' : `: "${latest.message}"`;
  return `${adviceFor(latest)} (on ${nodeList(nodes)})${cause}`;
}
