// The fields of an observed Node that the hooks read. A field of another type counts as absent.
import { z } from 'zod';
import { objectMetadata } from '../crds/observed.ts';

const text = z.string().optional().catch(undefined);

const taint = z.object({ key: z.string(), value: text, effect: z.string() });

/** Drops entries of another type. */
function listOf<Entry extends z.ZodType>(entry: Entry) {
  return z
    .unknown()
    .optional()
    .transform((value): readonly z.output<Entry>[] => {
      if (!Array.isArray(value)) return [];
      return value.flatMap((item) => {
        const result = entry.safeParse(item);
        return result.success ? [result.data] : [];
      });
    });
}

const nodeSpec = z
  .object({ unschedulable: z.boolean().catch(false), taints: listOf(taint) })
  .catch({ unschedulable: false, taints: [] });

const nodeStatus = z
  .object({
    conditions: listOf(z.object({ type: z.string(), status: z.string() })),
    nodeInfo: z.object({ operatingSystem: text }).optional().catch(undefined),
    images: listOf(z.object({ names: listOf(z.string()), sizeBytes: z.number().catch(0) })),
  })
  .catch({ conditions: [], nodeInfo: undefined, images: [] });

export const observedNode = z.object({
  metadata: objectMetadata,
  spec: nodeSpec.optional(),
  status: nodeStatus.optional(),
});

export type ObservedNode = Readonly<z.infer<typeof observedNode>>;
