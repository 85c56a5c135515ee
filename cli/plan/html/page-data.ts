// The pulls of the plans as the page's script reads them: names once, then lists of numbers.

/** The fields of the pulls, each a list with one number for each pull, in the order of their starts. */
export interface PullColumns {
  /** Index in `nodes`. */
  readonly node: readonly number[];
  /** Index in `queues`. */
  readonly queue: readonly number[];
  readonly slot: readonly number[];
  /** Milliseconds since the start of the pull before; the first one since the start of the plan. */
  readonly startAfter: readonly number[];
  /** Milliseconds from start to end. */
  readonly length: readonly number[];
}

export interface PlanData {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly policies: readonly { readonly name: string; readonly cap: number }[];
  readonly registries: readonly string[];
  /** Indexes in `images`, `policies` and `registries` of the pulls that share them. */
  readonly queues: readonly (readonly [image: number, policy: number, registry: number])[];
  readonly pulls: PullColumns;
}

export interface PageData {
  /** The images of all plans, so that an image has the same colour in each. */
  readonly images: readonly string[];
  readonly plans: readonly PlanData[];
}
