// Builds the Pod that pulls one image to one node: pinned to the node, without privileges.
import type { CachedImageSpec } from '../../crds/cached-image.ts';
import type { TolerationField } from '../../crds/fields.ts';
import { writtenImage } from '../../kubernetes/image-reference.ts';
import { formatTimeMilliseconds } from '../../kubernetes/time.ts';
import type { DesiredObject } from '../../metacontroller/hook-response.ts';
import { formatNumber } from '../inventory/loss-stamps.ts';
import type { HookSettings } from '../settings.ts';
import {
  DEADLINE_ANNOTATION,
  IMAGE_UID_ANNOTATION,
  LOSS_STAMP_ANNOTATION,
  NODE_KEY_ANNOTATION,
  PULL_CONTAINER,
  pullPodLabels,
  pullPodName,
  REFERENCE_ANNOTATION,
  REQUEST_HASH_LABEL,
  requestHash,
} from './identity.ts';
import { noInjectionAnnotations, noInjectionLabels } from './opt-outs.ts';

export interface PullPodInput {
  readonly policyName: string;
  readonly slot: number;
  readonly image: {
    readonly name: string;
    readonly uid: string;
    /** Normalised. */
    readonly reference: string;
    readonly spec: Pick<CachedImageSpec, 'image' | 'tag' | 'digest' | 'imagePullPolicy' | 'imagePullSecrets'>;
  };
  readonly node: { readonly name: string; readonly key: string };
  /** Of the image and of the policy. */
  readonly tolerations: readonly TolerationField[];
  readonly deadlineMilliseconds: number;
  /** Stamp of the last known loss of the image on the node; 0 if there is none. */
  readonly lossStamp: number;
}

function podSpec(input: PullPodInput, { pullPods }: HookSettings): Record<string, unknown> {
  const { image, node, tolerations } = input;
  const { priorityClassName } = pullPods;
  return {
    // Not left to the scheduler: the image is for this node, whether or not a workload fits on it now.
    nodeName: node.name,
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(image.spec.imagePullSecrets === undefined ? {} : { imagePullSecrets: image.spec.imagePullSecrets }),
    ...(tolerations.length === 0 ? {} : { tolerations }),
    securityContext: pullPods.podSecurityContext,
    containers: [
      {
        name: PULL_CONTAINER,
        // As written, not normalised: the container runtime of the node resolves short names by its own configuration.
        image: writtenImage(image.spec),
        imagePullPolicy: image.spec.imagePullPolicy,
        command: ['true'],
        resources: pullPods.resources,
        securityContext: pullPods.securityContext,
      },
    ],
  };
}

export function buildPullPod(input: PullPodInput, settings: HookSettings): DesiredObject {
  const { policyName, slot, image, node } = input;
  const annotations = {
    [REFERENCE_ANNOTATION]: image.reference,
    [IMAGE_UID_ANNOTATION]: image.uid,
    [NODE_KEY_ANNOTATION]: node.key,
    [DEADLINE_ANNOTATION]: formatTimeMilliseconds(input.deadlineMilliseconds),
    ...(input.lossStamp === 0 ? {} : { [LOSS_STAMP_ANNOTATION]: formatNumber(input.lossStamp) }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pullPodName(policyName, slot),
      namespace: settings.namespace,
      // Those of the installation can replace the opt-outs, but not ours: a Pod without them would not be recognized.
      labels: {
        ...noInjectionLabels,
        ...settings.pullPods.labels,
        ...pullPodLabels({ image: image.name, node: node.name, policy: policyName, slot }),
        [REQUEST_HASH_LABEL]: requestHash(annotations, node.name),
      },
      annotations: { ...noInjectionAnnotations, ...settings.pullPods.annotations, ...annotations },
    },
    spec: podSpec(input, settings),
  };
}
