// The user paused the policy: nothing starts, pulls in progress finish.
import type { PolicyGate } from './gate.ts';

const opens = () => 'spec.paused is set to false';

export const paused: PolicyGate = {
  name: 'paused',
  scope: 'policy',
  reason: 'Paused',
  readsPods: false,
  closed: ({ pace }) => (pace.limits.paused ? { opens, message: () => 'spec.paused is true' } : undefined),
  value: ({ pace }) => String(pace.limits.paused),
};
