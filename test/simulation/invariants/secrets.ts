// A password that stands in what kubelets and sources say of a failure goes no further than that.
import { PASSWORD } from '../specs.ts';
import type { Invariant } from './invariant.ts';

/** Kinds whose status a kubelet or a user writes, not the service. */
const NOT_OURS: ReadonlySet<string> = new Set(['Pod', 'Node', 'Secret']);

const watchPasswords: Invariant['watch'] = (world, violate) => {
  const lookedAt = new WeakSet<object>();
  world.cluster.store.watch(({ object }) => {
    const { kind, metadata, status } = object;
    if (NOT_OURS.has(kind) || status === undefined || lookedAt.has(status)) return;
    lookedAt.add(status);
    if (JSON.stringify(status).includes(PASSWORD)) violate(`the status of ${kind} ${metadata.name} shows a password`);
  });
};

export const secretInvariants: readonly Invariant[] = [
  { name: 'secret-shown', promise: 'no password that a failure names stands in a status', watch: watchPasswords },
];
