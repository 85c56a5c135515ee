// Credentials in the failure messages of kubelets and sources must not reach a status.
import { PASSWORD } from '../specs.ts';
import type { Invariant } from './invariant.ts';

/** Kinds whose content the service does not write. */
const FOREIGN_KINDS: ReadonlySet<string> = new Set(['Pod', 'Node', 'Secret']);

const watchPasswords: Invariant['watch'] = ({ cluster }, violate) => {
  const checked = new WeakSet<object>();
  cluster.store.watch(({ object }) => {
    const { kind, metadata, status } = object;
    if (FOREIGN_KINDS.has(kind) || status === undefined || checked.has(status)) return;
    checked.add(status);
    if (JSON.stringify(status).includes(PASSWORD))
      violate(`the status of ${kind} ${metadata.name} contains a password`);
  });
};

export const secretInvariants: readonly Invariant[] = [
  { name: 'secret-shown', promise: 'no status contains a password from a failure message', watch: watchPasswords },
];
