// The fields of an observed Pod that the hooks read. A field of another type counts as absent.
import { z } from 'zod';
import { objectMetadata } from '../crds/observed.ts';

const text = z.string().optional().catch(undefined);

const stateDetail = z.object({ reason: text, message: text }).optional().catch(undefined);

const containerState = z
  .object({ waiting: stateDetail, running: stateDetail, terminated: stateDetail })
  .catch({ waiting: undefined, running: undefined, terminated: undefined });

const containerStatus = z.object({ imageID: text, state: containerState });

const containers = z.array(z.object({ image: text })).catch([]);

const podSpec = z.object({ nodeName: text, containers }).catch({ nodeName: undefined, containers: [] });

const condition = z.object({ type: z.string(), status: text });

const podStatus = z
  .object({
    phase: text,
    reason: text,
    message: text,
    containerStatuses: z.array(containerStatus).optional().catch(undefined),
    conditions: z.array(condition).optional().catch(undefined),
  })
  .catch({
    phase: undefined,
    reason: undefined,
    message: undefined,
    containerStatuses: undefined,
    conditions: undefined,
  });

export const observedPod = z.object({ metadata: objectMetadata, spec: podSpec, status: podStatus });

export type ObservedPod = Readonly<z.infer<typeof observedPod>>;
export type ObservedContainerStatus = Readonly<z.infer<typeof containerStatus>>;
