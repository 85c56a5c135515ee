// The user paused the policy: nothing starts, pulls in progress finish.
import type { PolicyGate } from './gate.ts';

export const paused: PolicyGate = {
  name: 'paused',
  scope: 'policy',
  reason: 'Paused',
  closed: ({ pace }) => (pace.limits.paused ? { message: () => 'spec.paused is true' } : undefined),
};
