// The fields of an observed Pod that the hooks read. A field of another type counts as absent.
import { z } from 'zod';
import { objectMetadata } from '../crds/observed.ts';

const text = z.string().optional().catch(undefined);

const stateDetail = z
  .object({ reason: text, message: text, exitCode: z.number().optional().catch(undefined), finishedAt: text })
  .optional()
  .catch(undefined);

const containerState = z
  .object({ waiting: stateDetail, running: stateDetail, terminated: stateDetail })
  .catch({ waiting: undefined, running: undefined, terminated: undefined });

const containerStatus = z.object({ name: text, imageID: text, state: containerState });

const containerStatuses = z.array(containerStatus).optional().catch(undefined);

const container = z.object({ name: text, image: text, restartPolicy: text });

const podSpec = z
  .object({
    nodeName: text,
    containers: z.array(container).catch([]),
    initContainers: z.array(container).optional().catch(undefined),
  })
  .catch({ nodeName: undefined, containers: [], initContainers: undefined });

const condition = z.object({ type: z.string(), status: text });

const podStatus = z
  .object({
    phase: text,
    reason: text,
    message: text,
    containerStatuses,
    initContainerStatuses: containerStatuses,
    conditions: z.array(condition).optional().catch(undefined),
  })
  .catch({
    phase: undefined,
    reason: undefined,
    message: undefined,
    containerStatuses: undefined,
    initContainerStatuses: undefined,
    conditions: undefined,
  });

export const observedPod = z.object({ metadata: objectMetadata, spec: podSpec, status: podStatus });

export type ObservedPod = Readonly<z.infer<typeof observedPod>>;
export type ObservedContainerStatus = Readonly<z.infer<typeof containerStatus>>;
