// The CachedImages of a set. A set with an invalid spec returns the ones it has, unchanged.
import type { CachedImageSetSpec } from '../../crds/cached-image-set.ts';
import { API_VERSION } from '../../crds/kind.ts';
import { labelValueOf } from '../../kubernetes/short-names.ts';
import type { ObservedCachedImage } from '../../metacontroller/hook-request.ts';
import type { DesiredObject } from '../../metacontroller/hook-response.ts';
import { OUR_PREFIX, RANK_ANNOTATION } from '../pull-pod/identity.ts';
import { type Member, memberName } from './members.ts';

const SET_LABEL = 'drop.corewire.io/imageset';
/** On a child that comes from the DiscoveryPolicy and not from spec.images. */
export const DISCOVERED_LABEL = 'drop.corewire.io/discovered';
/** The source that a discovered image comes from. */
const SOURCE_ANNOTATION = 'drop.corewire.io/source';

/** Fields that every child copies from the set; an absent field stays absent. */
function commonFields(spec: CachedImageSetSpec): Record<string, unknown> {
  const { imagePullPolicy, imagePullSecrets, nodeSelector, tolerations, policyRef, priority } = spec;
  const fields = { imagePullPolicy, imagePullSecrets, nodeSelector, tolerations, policyRef, priority };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function nameFields({ image, tag, digest }: Member): Record<string, unknown> {
  return { image, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** Labels and annotations for the origin of a child. A new rank changes only these, so the child keeps its ledger. */
function originOf(setName: string, { source, rank }: Member) {
  const labels = { [SET_LABEL]: labelValueOf(setName) };
  if (rank === 0) return { labels };
  return {
    labels: { ...labels, [DISCOVERED_LABEL]: 'true' },
    annotations: {
      [RANK_ANNOTATION]: String(rank),
      ...(source === undefined ? {} : { [SOURCE_ANNOTATION]: source }),
    },
  };
}

export function buildChild(setName: string, spec: CachedImageSetSpec, member: Member): DesiredObject {
  return {
    apiVersion: API_VERSION,
    kind: 'CachedImage',
    metadata: { name: memberName(setName, member), ...originOf(setName, member) },
    spec: { ...nameFields(member), ...commonFields(spec) },
  };
}

function ownEntries(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).filter(([key]) => key.startsWith(OUR_PREFIX)));
}

/** Returns an observed child as the desired one, so that Metacontroller does not change it. */
export function unchangedChild(child: ObservedCachedImage): DesiredObject {
  const annotations = ownEntries(child.metadata.annotations);
  return {
    apiVersion: API_VERSION,
    kind: 'CachedImage',
    metadata: {
      name: child.metadata.name,
      labels: ownEntries(child.metadata.labels),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    spec: child.rawSpec,
  };
}
