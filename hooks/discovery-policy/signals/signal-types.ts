// The table of signal types, and a signal bound to the functions of its type.
import { InvalidFieldError } from '../compiled-field.ts';
import { specHash } from '../spec-hash.ts';
import { aggregate } from './aggregate.ts';
import { eventPullTime } from './event-pull-time.ts';
import type { DiscoverySignal, Evaluate, QueryTypeName, SignalType, SignalTypeName } from './signal-type.ts';
import { timeWeightedAggregate } from './time-weighted-aggregate.ts';
import { windowAggregate } from './window-aggregate.ts';

const signalTypes: { readonly [Type in SignalTypeName]: SignalType<Type> } = {
  aggregate,
  timeWeightedAggregate,
  windowAggregate,
  eventPullTime,
};

export interface CompiledSignal {
  readonly name: string;
  readonly type: SignalTypeName;
  /** Name of the query whose samples it reduces. */
  readonly query: string;
  /** The types of queries whose samples it can reduce. */
  readonly fits: readonly QueryTypeName[];
  /** Identifies how samples become a value: the name of the query, the type and its block. */
  readonly hash: string;
  readonly evaluate: Evaluate;
}

function compileType<Type extends SignalTypeName>(type: Type, spec: DiscoverySignal, path: string): CompiledSignal {
  const block = spec[type];
  if (block === undefined) throw new InvalidFieldError(`${path}.${type}: is required for a signal of this type`);
  const { name, query } = spec;
  const signalType: SignalType<Type> = signalTypes[type];
  return {
    name,
    type,
    query,
    fits: signalType.fits,
    hash: specHash({ query, type, block }),
    evaluate: signalType.compile(block, `${path}.${type}`),
  };
}

/** Throws an InvalidFieldError. `path` is the path of the signal in the spec. */
export function compileSignal(spec: DiscoverySignal, path: string): CompiledSignal {
  return compileType(spec.type, spec, path);
}
