// Everything in which one strategy of a ranking differs from another: the signals it needs, and its arithmetic.
import type { DiscoveryPolicySpec } from '../../../crds/discovery-policy.ts';
import type { Bounds } from './bounds.ts';

export type DiscoveryRanking = NonNullable<DiscoveryPolicySpec['ranking']>;
export type StrategyName = DiscoveryRanking['strategy'];
export type RankingNodes = NonNullable<NonNullable<DiscoveryRanking['modelExposure']>['nodes']>;

export interface RankingInput {
  /** Images that the filter kept, in any order. */
  readonly candidates: readonly string[];
  /** Value of a signal, or undefined for an image without one. */
  readonly values: (signal: string, image: string) => number | undefined;
  /** The greatest raw value of an image over all queries; 0 without any. */
  readonly highestRaw: (image: string) => number;
  /** Bounds of a signal that are kept from before, because its values are. Undefined: those of the candidates. */
  readonly bounds: (signal: string) => Bounds | undefined;
  readonly nodeCount: number;
}

/** A signal and its value, which is undefined for an image without one. */
export interface SignalValue {
  readonly signal: string;
  readonly value: number | undefined;
}

export interface TermExplanation extends SignalValue {
  /** Undefined if no candidate has a value. */
  readonly bounds: Bounds | undefined;
  readonly normalized: number;
  readonly weight: number;
  /** `weight` times `normalized`. */
  readonly product: number;
}

/** How the score of one image comes about. */
export type Explanation = {
  /** Undefined for an image that leaves the ranking. An image whose score is not finite leaves it too. */
  readonly score: number | undefined;
} & (
  | { readonly strategy: 'highestRaw' }
  | { readonly strategy: 'highest'; readonly signals: readonly SignalValue[] }
  | ({ readonly strategy: 'signal' } & SignalValue)
  | { readonly strategy: 'weightedSum'; readonly terms: readonly TermExplanation[] }
  | {
      readonly strategy: 'modelExposure';
      readonly preWindowUsage: SignalValue;
      readonly targetWindowUsage: SignalValue;
      readonly pullTime: SignalValue;
      readonly nodeCount: number;
      /** (1 - 1/nodeCount)^preWindowUsage: the share of the nodes that do not have the image yet. */
      readonly coldShare: number;
    }
);

export interface CompiledStrategy {
  /** Names of the signals that it needs, without duplicates. */
  readonly signals: readonly string[];
  /** Over how many nodes images are spread. Undefined if the strategy does not depend on nodes. */
  readonly nodes: RankingNodes | undefined;
  /** Returns the function that explains one image. */
  readonly explain: (input: RankingInput) => (image: string) => Explanation;
}

export interface RankingStrategy {
  /**
   * Throws an InvalidFieldError. `path` is the path of the ranking in the spec. `knownSignal` returns a name, or throws
   * if no signal has it.
   */
  readonly compile: (
    ranking: DiscoveryRanking,
    path: string,
    knownSignal: (name: string, path: string) => string,
  ) => CompiledStrategy;
}
