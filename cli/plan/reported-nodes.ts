// Nodes that need no pull in a plan, because their kubelets report the image. A tag counts once a pull has resolved it;
// the plan assumes the digest that most nodes list.
import { addCached, sinceOf } from '../../hooks/cached-image/cached-entries.ts';
import type { FleetNode } from '../../hooks/fleet/table.ts';
import { heldDigests } from '../../hooks/pull-policy/adoption.ts';
import type { PolicyImage } from '../../hooks/pull-policy/policy-image.ts';
import type { PolicyInput } from '../../hooks/pull-policy/policy-input.ts';
import { missingNodesOf } from '../../hooks/pull-policy/wanted-nodes.ts';

/** The digest that a planned pull resolves; empty if no node lists the image. */
export function plannedDigest({ inventories, table }: PolicyInput, image: PolicyImage): string {
  const report = inventories?.reportOn(image.reference);
  if (report === undefined || !report.isListed) return '';
  const counts = new Map<string, number>();
  for (const { key } of table?.nodes ?? []) {
    for (const digest of report.digestsOn(key) ?? []) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([left, leftCount], [right, rightCount]) =>
    leftCount === rightCount ? (left < right ? -1 : 1) : rightCount - leftCount,
  );
  return most?.[0] ?? '';
}

export interface AdoptedNodes {
  readonly image: PolicyImage;
  readonly nodes: readonly FleetNode[];
}

/** The image with the nodes in its ledger that need no pull after all. */
export function adoptReported(input: PolicyInput, image: PolicyImage, nowMilliseconds: number): AdoptedNodes {
  const { specResult, table, inventories } = input;
  if (!specResult.ok || table === undefined) return { image, nodes: [] };
  const { repullIntervalMilliseconds } = specResult.limits;
  const digestOn = heldDigests(image, { inventories, repullIntervalMilliseconds, nowMilliseconds });
  if (digestOn === undefined) return { image, nodes: [] };
  const since = sinceOf(nowMilliseconds, repullIntervalMilliseconds);
  const nodes: FleetNode[] = [];
  const added = missingNodesOf(image, table, specResult.spec).flatMap((node) => {
    const digest = digestOn(node);
    if (digest === undefined) return [];
    nodes.push(node);
    return [{ key: node.key, digest, since, stamp: image.ledger.lost.get(node.key) ?? 0 }];
  });
  if (added.length === 0) return { image, nodes };
  return { image: { ...image, ledger: { ...image.ledger, cached: addCached(image.ledger.cached, added) } }, nodes };
}
