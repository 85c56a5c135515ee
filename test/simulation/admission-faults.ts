// Mutating admission webhooks. They are part of a cluster, so each stays until the end of the run.
import type { Manifest } from '../../simulator/kubernetes-object.ts';
import type { PodSpec } from '../../simulator/pod-admission.ts';
import { FAULTY_MILLISECONDS, type FaultKind } from './fault.ts';
import { MIRROR_HOST } from './mirror.ts';
import type { Simulation } from './simulation.ts';

const SIDECAR = { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.27.0' };

type Container = PodSpec['containers'][number];

function withContainers(pod: Manifest, change: (containers: readonly Container[]) => readonly Container[]): Manifest {
  const spec = pod.spec as PodSpec;
  return { ...pod, spec: { ...spec, containers: change(spec.containers) } };
}

const rewritten = (pod: Manifest) =>
  withContainers(pod, (containers) =>
    containers.map((container) => ({ ...container, image: `${MIRROR_HOST}/${container.image}` })),
  );

const withSidecar = (pod: Manifest) => withContainers(pod, (containers) => [SIDECAR, ...containers]);

interface Webhook {
  readonly name: string;
  readonly description: string;
  readonly install: (simulation: Simulation) => void;
}

/** Installs the webhook at a random instant of the faulty time. */
function webhookFault({ name, description, install }: Webhook): FaultKind {
  return {
    name,
    description,
    arrange(simulation, random) {
      simulation.clock.schedule(random.integer(0, FAULTY_MILLISECONDS - 1), () => {
        install(simulation);
        simulation.eventLog.record(description);
      });
    },
  };
}

export const admissionFaults: readonly FaultKind[] = [
  webhookFault({
    name: 'images-rewritten',
    description: 'an admission webhook rewrites the images of new Pods to a mirror',
    install({ cluster, webhooks }) {
      cluster.registry.addHost(MIRROR_HOST);
      cluster.registry.setPullThroughHost(MIRROR_HOST);
      webhooks.push(rewritten);
    },
  }),
  webhookFault({
    name: 'sidecars-in-front',
    description: 'an admission webhook puts a sidecar in front of the container of new Pods',
    install({ webhooks }) {
      webhooks.push(withSidecar);
    },
  }),
];
