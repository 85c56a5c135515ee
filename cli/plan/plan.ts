// The result of planning: every pull with its start and end, and the figures that follow from them. Times are
// milliseconds since the start of the plan, unless their comment states otherwise.
import type { GateName } from '../../hooks/pull-policy/gates/gate.ts';

export interface PlannedPull {
  /** Name of the CachedImage. */
  readonly image: string;
  readonly node: string;
  readonly policy: string;
  /** Host of the registry, with its port if it has one. */
  readonly registry: string;
  readonly slot: number;
  /** Negative for a pull that was in progress when the plan started. */
  readonly startMilliseconds: number;
  readonly endMilliseconds: number;
}

/** Nodes that never get an image, and why. */
export interface Obstacle {
  /** A reason of a condition, for example Paused, PolicyNotFound or NodeNotEligible. */
  readonly reason: string;
  /** For a person. */
  readonly message: string;
  /** Sorted names; empty where the nodes do not matter, for example without a policy. */
  readonly nodes: readonly string[];
}

export interface PlannedImage {
  readonly name: string;
  /** Normalised; empty where the spec is not valid. */
  readonly reference: string;
  readonly policy: string;
  /** Number of nodes that match the image. */
  readonly nodes: number;
  /** Number of these nodes that hold the image at the start. */
  readonly alreadyCached: number;
  /** Number of pulls of the plan. */
  readonly pulls: number;
  /** Start of the first pull; undefined without one. */
  readonly firstStartMilliseconds: number | undefined;
  /** When all nodes that can take a pull hold the image; undefined if that never comes. */
  readonly completeMilliseconds: number | undefined;
  /** Empty if the image gets onto every node that matches. */
  readonly obstacles: readonly Obstacle[];
}

/** Time in which a policy had queued pairs and this gate was the first closed one. */
export interface GateTime {
  readonly gate: GateName;
  readonly milliseconds: number;
}

/** A second run of the plan with another setting of the gate that cost the most time. */
export interface WhatIf {
  readonly gate: GateName;
  /** Field of the PullPolicy, for example minDelayBetweenPulls. */
  readonly field: string;
  /** Duration of the policy's pulls without the gate. */
  readonly withoutMilliseconds: number;
  /** A concrete value of the field, and the duration with it. Absent where no value is better. */
  readonly suggestion?: { readonly value: string; readonly milliseconds: number };
}

export interface PlannedPolicy {
  readonly name: string;
  readonly pulls: number;
  /** From the start of the plan to the end of the policy's last pull; 0 without a pull. */
  readonly durationMilliseconds: number;
  /** Most pulls at once. */
  readonly peakPulls: number;
  /** Maximum number of pulls at once: maxConcurrentPulls, otherwise maxConcurrentNodes. */
  readonly cap: number;
  /** maxConcurrentNodes where each image is a queue of its own. */
  readonly imageCap?: number | undefined;
  readonly nodeCap: number;
  readonly delayMilliseconds: number;
  /** The longest first. */
  readonly gateTimes: readonly GateTime[];
  readonly whatIf?: WhatIf | undefined;
}

/** The most pulls at once of a node or a registry. */
export interface Peak {
  readonly name: string;
  readonly pulls: number;
}

export interface NotPlanned {
  readonly kind: string;
  readonly name: string;
  /** For a person, for example `discovery: the images are known only in a cluster`. */
  readonly reason: string;
}

export interface Plan {
  /** Milliseconds since the epoch. */
  readonly startedAtMilliseconds: number;
  /** Names of all nodes, sorted. */
  readonly nodes: readonly string[];
  /** In the order of their starts. */
  readonly pulls: readonly PlannedPull[];
  /** In the order of their first starts, then by name. */
  readonly images: readonly PlannedImage[];
  /** Policies with images, sorted by name. */
  readonly policies: readonly PlannedPolicy[];
  readonly notPlanned: readonly NotPlanned[];
  /** End of the last pull; 0 without a pull. */
  readonly durationMilliseconds: number;
  readonly peakPulls: number;
  /** The node with the most pulls at once; undefined without a pull. */
  readonly peakOfNode: Peak | undefined;
  /** Every registry, the largest peak first. */
  readonly registries: readonly Peak[];
  /** Bytes of all pulls; undefined where the size of an image is not known. */
  readonly bytes: number | undefined;
}
