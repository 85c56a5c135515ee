// The rows of the heat map: every CachedImage with the state of its pairs.
import { cachedImageKind } from '../../../crds/cached-image.ts';
import { observedSchema } from '../../../crds/observed.ts';
import { observedPolicyName } from '../../../hooks/cached-image/observe.ts';
import { readReference } from '../../../hooks/cached-image/reference.ts';
import type { FleetNode } from '../../../hooks/fleet/table.ts';
import type { ObservedCachedImage } from '../../../metacontroller/hook-request.ts';
import type { RawObject, Snapshot } from '../../cluster/snapshot.ts';
import { cleaned } from '../../text/clean-text.ts';
import { policyFactsReader, readImageFacts } from '../../why/image-facts.ts';
import { cellsOf, cellsWithoutPolicy } from './cells.ts';
import type { PolicyContext } from './policy-context.ts';
import type { ImageRow } from './ui-view.ts';

const imageSchema = observedSchema(cachedImageKind);

export interface ReadImage {
  readonly raw: RawObject;
  readonly observed: ObservedCachedImage;
}

/** Sorted by name. A CachedImage whose metadata is not readable is left out, as in a request of Metacontroller. */
export function readImages({ lists }: Snapshot): readonly ReadImage[] {
  const images = (lists.get('cachedimages') ?? []).flatMap((raw): ReadImage[] => {
    const read = imageSchema.safeParse(raw);
    return read.success ? [{ raw, observed: read.data }] : [];
  });
  return images.sort((left, right) => (left.observed.metadata.name < right.observed.metadata.name ? -1 : 1));
}

interface RowInput {
  readonly snapshot: Snapshot;
  readonly contexts: ReadonlyMap<string, PolicyContext>;
  readonly nodes: readonly FleetNode[];
}

export function imageRows(images: readonly ReadImage[], { snapshot, contexts, nodes }: RowInput): ImageRow[] {
  const podsAreKnown = snapshot.lists.has('pods');
  const factsOf = policyFactsReader(snapshot);
  return images.map(({ raw, observed }) => {
    const { name } = observed.metadata;
    const policy = observedPolicyName(observed, snapshot.settings);
    const context = contexts.get(policy);
    const image = context?.input.images.get(name);
    const cells =
      context !== undefined && image !== undefined
        ? cellsOf(image, context, nodes, podsAreKnown)
        : cellsWithoutPolicy(readImageFacts(snapshot, raw, observed, factsOf), nodes);
    const ready = observed.status.conditions?.find(({ type }) => type === 'Ready');
    const reference = readReference(observed);
    return {
      ...cleaned({
        name,
        reference: reference.ok ? reference.reference : '',
        policy,
        reason: ready?.reason ?? '',
        message: ready?.message ?? '',
      }),
      cells,
    };
  });
}
