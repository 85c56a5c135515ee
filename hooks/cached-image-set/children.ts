// The CachedImages of a set, built from scratch; a set that cannot be read returns the ones it has.
import type { CachedImageSetSpec } from '../../crds/cached-image-set.ts';
import { API_VERSION } from '../../crds/kind.ts';
import { labelValueOf } from '../../kubernetes/short-names.ts';
import type { ObservedCachedImage } from '../../metacontroller/hook-request.ts';
import type { DesiredObject } from '../../metacontroller/hook-response.ts';
import { RANK_ANNOTATION } from '../pull-pod/identity.ts';
import { type Member, memberName } from './members.ts';

export const SET_LABEL = 'drop.corewire.io/imageset';
/** On a child that nobody listed by hand. */
export const DISCOVERED_LABEL = 'drop.corewire.io/discovered';
/** Where a discovered image was found. */
const SOURCE_ANNOTATION = 'drop.corewire.io/source';
const OUR_PREFIX = 'drop.corewire.io/';

/** Fields that every child has from the set, as the set says them: an absent one stays absent. */
function commonFields(spec: CachedImageSetSpec): Record<string, unknown> {
  const { imagePullPolicy, imagePullSecrets, nodeSelector, tolerations, policyRef, priority } = spec;
  const fields = { imagePullPolicy, imagePullSecrets, nodeSelector, tolerations, policyRef, priority };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function nameFields({ image, tag, digest }: Member): Record<string, unknown> {
  return { image, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** Labels and annotations that say where a child came from. A change of rank changes these alone, and so restarts nothing. */
function originOf(setName: string, { source, rank }: Member) {
  const labels = { [SET_LABEL]: labelValueOf(setName) };
  if (source === undefined) return { labels };
  return {
    labels: { ...labels, [DISCOVERED_LABEL]: 'true' },
    annotations: { [RANK_ANNOTATION]: String(rank), [SOURCE_ANNOTATION]: source },
  };
}

/** Takes the set and one member; gives its CachedImage. */
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

/** Takes an observed child; gives it as it is, for an answer that must not change it. */
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
