// Signal type aggregate: every sample has the same weight.
import { aggregated } from './methods.ts';
import type { SignalType } from './signal-type.ts';

export const aggregate: SignalType<'aggregate'> = {
  fits: ['prometheus', 'loki', 'registry'],
  compile:
    ({ method }) =>
    ({ values }) =>
      aggregated(method, values),
};
