// Changes of an admission webhook that make a pull Pod useless. A rewritten image or an added container does not.
import { labelValueOf } from '../../kubernetes/short-names.ts';
import type { ObservedPod } from '../../metacontroller/pod.ts';
import {
  NODE_LABEL,
  OUR_PREFIX,
  PULL_CONTAINER,
  REFERENCE_ANNOTATION,
  REQUEST_HASH_LABEL,
  requestHash,
} from './identity.ts';

export interface Mutation {
  readonly kind: 'container' | 'node' | 'annotations';
  /** What was changed, as a part of a message. */
  readonly change: string;
}

/** Pods of releases that set neither the label nor the annotation are not judged. */
function isComparable({ metadata }: ObservedPod): boolean {
  return metadata.labels[REQUEST_HASH_LABEL] !== undefined || metadata.annotations[REFERENCE_ANNOTATION] !== undefined;
}

export function mutationOf(pod: ObservedPod): Mutation | undefined {
  if (!isComparable(pod)) return undefined;
  const { labels, annotations } = pod.metadata;
  const { nodeName = '', containers } = pod.spec;
  const nodeLabel = labels[NODE_LABEL];
  if (nodeLabel !== undefined && nodeLabel !== labelValueOf(nodeName)) {
    return {
      kind: 'node',
      change: `spec.nodeName is ${JSON.stringify(nodeName)} instead of ${JSON.stringify(nodeLabel)}`,
    };
  }
  const hash = labels[REQUEST_HASH_LABEL];
  if (hash !== undefined && hash !== requestHash(annotations, nodeName)) {
    return { kind: 'annotations', change: `annotations ${OUR_PREFIX}* were changed or removed` };
  }
  if (!containers.some(({ name }) => name === PULL_CONTAINER)) {
    return { kind: 'container', change: `the container ${PULL_CONTAINER} was renamed or removed` };
  }
  return undefined;
}
