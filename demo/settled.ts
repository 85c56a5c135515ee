// When a cluster of the demo has settled: nothing but a retry can change any image.
import type { Cluster } from '../simulator/cluster.ts';
import type { JsonObject } from '../simulator/json.ts';

interface ImageState {
  readonly status: JsonObject;
  readonly reason: string;
}

function imageStates(cluster: Cluster): readonly ImageState[] {
  return cluster.store.list('CachedImage').map(({ status = {} }) => {
    const conditions = (status.conditions ?? []) as readonly { type: string; reason: string }[];
    return { status, reason: conditions.find(({ type }) => type === 'Ready')?.reason ?? 'Pending' };
  });
}

const unsettledReasons = new Set(['Pending', 'Pulling']);

/** A failing image has settled once every node that lacks it has failed at least once. */
function isSettled({ status, reason }: ImageState): boolean {
  if (unsettledReasons.has(reason)) return false;
  if (reason !== 'ErrImagePull' && reason !== 'ImagePullBackOff') return true;
  const failing = (status.failing ?? []) as readonly unknown[];
  return failing.length >= Number(status.nodesTargeted ?? 0) - Number(status.nodesReady ?? 0);
}

/** The demo shows the backoff of the image without credentials, which takes a second failure. */
function showsBackoff(cluster: Cluster): boolean {
  const image = cluster.store.find({ kind: 'CachedImage', name: 'auth-fail' });
  return image === undefined || Number(image.status?.consecutiveFailures ?? 0) >= 2;
}

export function hasSettled(cluster: Cluster): boolean {
  const images = imageStates(cluster);
  return images.length > 0 && images.every(isSettled) && showsBackoff(cluster);
}
