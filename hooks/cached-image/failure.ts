// Failed pulls for users: which reason the condition shows, what to check, on which nodes, and the quoted cause.
import type { FailingPair } from '../../crds/cached-image.ts';
import { MESSAGE_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import { causeOfFailure } from '../pull-pod/failure-cause.ts';
import { NO_SANDBOX_MESSAGE } from '../pull-pod/outcome.ts';
import { type KubeletReason, type Reason, recordedReason } from '../reasons.ts';
import { nodeList } from '../status/node-list.ts';

interface Advice {
  /** Words of registries, container runtimes and kubelets. Image names and URLs are removed before the comparison. */
  readonly words: readonly RegExp[];
  /** HTTP statuses with the same meaning. */
  readonly statuses?: readonly number[];
  readonly advice: string;
}

/** The first entry that matches counts. */
const adviceByMessage: readonly Advice[] = [
  {
    words: [
      /unauthorized|no basic auth|authorization failed|authentication required|invalid username\/password/i,
      /access denied|access to the resource is denied|forbidden/i,
    ],
    statuses: [401, 403],
    advice: 'unauthorized: check imagePullSecrets',
  },
  {
    words: [/too ?many ?requests|rate limit/i],
    statuses: [429],
    advice: 'rate limited by the registry: pull more slowly or set imagePullSecrets',
  },
  {
    words: [
      /no match for platform|no matching manifest for/i,
      /no image found in (?:image index|manifest list) for architecture/i,
    ],
    advice: 'not built for the platform of the node: check nodeSelector or push an image for that platform',
  },
  {
    words: [/not found|manifest unknown|name unknown/i],
    statuses: [404],
    advice: 'not found: check image, tag and digest',
  },
  { words: [/no such host|server misbehaving/i], advice: 'unknown host: check the name of the registry' },
  {
    words: [/x509|certificate/i],
    advice: 'certificate not trusted: check the CA of the registry on the nodes',
  },
  {
    words: [/connection refused|no route to host|i\/o timeout|deadline exceeded|timed out|reset by peer/i],
    advice: 'registry unreachable from the node: check the registry and the network',
  },
  {
    words: [/internal server error|bad gateway|service unavailable|gateway time-?out/i],
    statuses: [500, 501, 502, 503, 504],
    advice: "registry error (5xx): check the registry's logs",
  },
  {
    words: [/unexpected commit digest|failed size validation/i],
    advice: 'digest or size mismatch: the registry or a proxy returned corrupt data',
  },
  { words: [/no space left/i], advice: 'disk full: free space on the node' },
];

/** URLs, and image names with a registry or a tag: their parts can look like words or numbers of an error. */
const names = /[a-z]+:\/\/[^\s"]+|[^\s"]*[.:@][^\s"]*\/[^\s"]*|[^\s"]*\/[^\s"]*[.:@][^\s"]*/gi;

/** A number counts as an HTTP status only where the text presents it as one. */
const statusPatterns: readonly RegExp[] = [
  /\b(?:status(?: code)?|HTTP(?:\/\d(?:\.\d)?)?)\b[^0-9]{0,40}([45]\d\d)\b/,
  /\b([45]\d\d) (?:[A-Z][a-z]+|Too Many)/,
];

function httpStatusIn(text: string): number {
  const matches = statusPatterns.map((pattern) => pattern.exec(text)?.[1]);
  return Number(matches.find((match) => match !== undefined));
}

function adviceInMessage(message: string): string | undefined {
  const text = message.replace(names, ' ');
  const status = httpStatusIn(text);
  return adviceByMessage.find(
    ({ words, statuses }) => words.some((pattern) => pattern.test(text)) || statuses?.includes(status),
  )?.advice;
}

const adviceByReason: Readonly<Record<string, string>> = {
  InvalidImageName: 'not a valid image name: check spec.image',
  ErrImageNeverPull: 'the node lacks the image and imagePullPolicy is Never: use IfNotPresent or Always',
  PullTimeout: 'slower than pullTimeout: raise pullTimeout of the PullPolicy or check the registry',
  NodeNotReady: 'the node was NotReady during the pull: check the node',
  InitContainerFailed:
    'an init container that an admission webhook added cannot start: exempt the namespace of the pull Pods from it',
  PodMutated: 'an admission webhook changed the pull Pod: exempt the namespace of the pull Pods from it',
  Evicted: 'the node evicted the pull Pod: check its disk and memory',
};

/** Returns what is wrong and what to check; the reason of the kubelet where no advice is known. */
export function adviceFor({ reason, message }: FailingPair): string {
  const known = Object.hasOwn(adviceByReason, reason) ? adviceByReason[reason] : undefined;
  return known ?? adviceInMessage(message) ?? reason;
}

/** The colon, the space and the two quotes around a cause. */
const QUOTES_CHARACTERS = 4;

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
  const nodes = nodeList(pairs.map(({ node }) => node).sort());
  // The message is advice already.
  if (latest.message === NO_SANDBOX_MESSAGE) return `${NO_SANDBOX_MESSAGE} (on ${nodes})`;
  const problem = `${adviceFor(latest)} (on ${nodes})`;
  if (latest.message === '') return problem;
  const room = MESSAGE_LIMIT_CHARACTERS - problem.length - QUOTES_CHARACTERS;
  return `${problem}: "${causeOfFailure(latest, room)}"`;
}
