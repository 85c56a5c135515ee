// Nodes that hold an image already, as their kubelets report it: they need no pull. With Always and a tag, the name
// alone proves nothing; a pull elsewhere must have shown lately which digest the tag has.
import type { CachedImageSpec } from '../../crds/cached-image.ts';
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { FleetNode } from '../fleet/table.ts';
import type { ImageReport, Inventories } from '../inventory/read.ts';
import type { PolicyImage } from './policy-image.ts';

/** How long the digest that a pull resolved counts, at most the interval of re-pulls. */
const DIGEST_LIFETIME_MILLISECONDS = 3_600_000;

export interface AdoptionInput {
  /** Undefined where nothing is known about the images of the nodes. */
  readonly inventories: Inventories | undefined;
  readonly repullIntervalMilliseconds: number | undefined;
  readonly nowMilliseconds: number;
}

/** Returns the digest that a node holds; empty if its kubelet reports none, undefined if the node must pull. */
export type HeldDigest = (node: FleetNode) => string | undefined;

/** Whether every pull asks the registry which digest the reference has. */
export function followsTag({ imagePullPolicy, digest }: Pick<CachedImageSpec, 'imagePullPolicy' | 'digest'>): boolean {
  return imagePullPolicy === 'Always' && digest === undefined;
}

/** The digest that a pull of the image resolved lately; undefined if none did. */
export function recentDigest(
  { ledger }: PolicyImage,
  input: Pick<AdoptionInput, 'repullIntervalMilliseconds' | 'nowMilliseconds'>,
): string | undefined {
  const lifetime = Math.min(
    DIGEST_LIFETIME_MILLISECONDS,
    input.repullIntervalMilliseconds ?? DIGEST_LIFETIME_MILLISECONDS,
  );
  const pulledAt = parseTimeMilliseconds(ledger.lastPulledAt) ?? 0;
  return pulledAt + lifetime > input.nowMilliseconds ? ledger.lastPulledDigest || undefined : undefined;
}

/** The digests that the node lists, unless the report is older than the last loss in the ledger. */
function digestsNow(report: ImageReport, { ledger }: PolicyImage, { key }: FleetNode): readonly string[] | undefined {
  const isOld = (report.losses.get(key)?.stamp ?? 0) < (ledger.lost.get(key) ?? 0);
  return isOld ? undefined : report.digestsOn(key);
}

function anyDigest(report: ImageReport, image: PolicyImage): HeldDigest {
  const { ledger } = image;
  return (node) => {
    const digests = digestsNow(report, image, node);
    if (digests === undefined) return undefined;
    const known = digests.find((digest) => digest === ledger.lastPulledDigest);
    return known ?? digests[0] ?? '';
  };
}

/** A function for the nodes of an image; undefined if no node can hold it without a pull. */
export function heldDigests(image: PolicyImage, input: AdoptionInput): HeldDigest | undefined {
  const report = input.inventories?.reportOn(image.reference);
  if (report === undefined || !report.isListed) return undefined;
  if (!followsTag(image.spec)) return anyDigest(report, image);
  const digest = recentDigest(image, input);
  if (digest === undefined) return undefined;
  return (node) => (digestsNow(report, image, node)?.includes(digest) ? digest : undefined);
}

/** Stamp of the last loss of the image on the node; 0 if none is known. */
export function lastLossStamp(
  inventories: Inventories | undefined,
  { ledger, reference }: PolicyImage,
  { key }: FleetNode,
): number {
  const reported = inventories?.reportOn(reference).losses.get(key)?.stamp ?? 0;
  return Math.max(reported, ledger.lost.get(key) ?? 0);
}
