// The part of an observed Fleet, PullPolicy or Inventory that decides whether a controller owns it. A malformed part
// counts as absent.
import { z } from 'zod';
import { objectMetadata } from '../crds/observed.ts';

const controllerReference = z.object({ controller: z.literal(true), uid: z.string() });

/** UID of the owner that controls the object; Kubernetes allows at most one. */
const controllerUid = z.unknown().transform((references): string | undefined => {
  if (!Array.isArray(references)) return undefined;
  return references.flatMap((reference) => {
    const result = controllerReference.safeParse(reference);
    return result.success ? [result.data.uid] : [];
  })[0];
});

export const observedDefaultObject = z
  .object({
    metadata: objectMetadata.extend({ ownerReferences: controllerUid.optional() }),
    spec: z.unknown().optional(),
  })
  .transform(({ metadata, spec }) => ({ controllerUid: metadata.ownerReferences, rawSpec: spec }));

export type ObservedDefaultObject = Readonly<z.infer<typeof observedDefaultObject>>;
