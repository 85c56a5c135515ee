// Everything in which one signal type differs from another: what it reads, and how it becomes one number per image.
import type { DiscoveryPolicySpec } from '../../../crds/discovery-policy.ts';
import type { ImageSamples } from '../samples.ts';

export type DiscoverySignal = NonNullable<DiscoveryPolicySpec['signals']>[number];
export type SignalTypeName = DiscoverySignal['type'];
export type QueryTypeName = NonNullable<DiscoveryPolicySpec['queries']>[number]['type'];

/** The block of the spec that configures a signal of the type. */
export type SignalBlock<Type extends SignalTypeName> = NonNullable<DiscoverySignal[Type]>;

/** Returns the number of an image, or undefined if no sample counts. The order of the samples does not matter. */
export type Evaluate = (samples: ImageSamples, nowMilliseconds: number) => number | undefined;

export interface SignalType<Type extends SignalTypeName> {
  /** The types of queries whose samples the signal can reduce. */
  readonly fits: readonly QueryTypeName[];
  /** Throws an InvalidFieldError. `path` is the path of the block in the spec. */
  readonly compile: (block: SignalBlock<Type>, path: string) => Evaluate;
}
