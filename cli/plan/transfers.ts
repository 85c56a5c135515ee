// How long pulls take: a fixed time each, or bytes over the bandwidth of a registry that its running pulls share.

/** A pull that is in progress. */
export interface Transfer {
  readonly image: string;
  readonly node: string;
  readonly registry: string;
  /** Milliseconds since the epoch; before the start of the plan for a pull that was in progress by then. */
  readonly startedAt: number;
}

interface FixedSpeed {
  readonly kind: 'fixed';
  /** Duration of a pull in milliseconds. */
  readonly millisecondsOf: (image: string, node: string) => number;
}

interface SharedSpeed {
  readonly kind: 'shared';
  /** Of one registry, shared by its running pulls. */
  readonly registryBytesPerSecond: number;
  /** Size of an image in bytes. */
  readonly bytesOf: (image: string) => number;
}

export type PullSpeed = FixedSpeed | SharedSpeed;

export interface Transfers<Item extends Transfer> {
  /** Adds a pull that transfers from now on. */
  add(item: Item, nowMilliseconds: number): void;
  /** Removes a pull before its end. */
  remove(item: Item, nowMilliseconds: number): void;
  /** The pull that ends first, with its end in milliseconds since the epoch; undefined while none runs. */
  next(): { readonly item: Item; readonly endsAt: number } | undefined;
}

/** The first of the earliest ends, in the order in which the pulls were added. */
function earliest<Item>(ends: Iterable<readonly [Item, number]>): { item: Item; endsAt: number } | undefined {
  let first: { item: Item; endsAt: number } | undefined;
  for (const [item, endsAt] of ends) {
    if (first === undefined || endsAt < first.endsAt) first = { item, endsAt };
  }
  return first;
}

/** A pull that was in progress longer than that already ends as soon as the plan starts. */
function fixedTransfers<Item extends Transfer>({ millisecondsOf }: FixedSpeed): Transfers<Item> {
  const ends = new Map<Item, number>();
  return {
    add(item, nowMilliseconds) {
      ends.set(item, Math.max(nowMilliseconds, item.startedAt + millisecondsOf(item.image, item.node)));
    },
    remove(item) {
      ends.delete(item);
    },
    next: () => earliest(ends),
  };
}

interface SharedState {
  bytesLeft: number;
}

function sharedTransfers<Item extends Transfer>(speed: SharedSpeed): Transfers<Item> {
  const bytesPerMillisecond = speed.registryBytesPerSecond / 1_000;
  const items = new Map<Item, SharedState>();
  const byRegistry = new Map<string, number>();
  let movedAt = 0;

  const bytesEach = (registry: string) => bytesPerMillisecond / (byRegistry.get(registry) ?? 1);

  function moveTo(nowMilliseconds: number): void {
    const passed = Math.max(0, nowMilliseconds - movedAt);
    for (const [{ registry }, state] of items) state.bytesLeft -= passed * bytesEach(registry);
    movedAt = nowMilliseconds;
  }

  function count(registry: string, change: number): void {
    byRegistry.set(registry, (byRegistry.get(registry) ?? 0) + change);
  }

  function* ends(): Generator<readonly [Item, number]> {
    for (const [item, { bytesLeft }] of items) {
      yield [item, movedAt + Math.ceil(Math.max(0, bytesLeft) / bytesEach(item.registry))];
    }
  }

  return {
    add(item, nowMilliseconds) {
      moveTo(nowMilliseconds);
      count(item.registry, 1);
      items.set(item, { bytesLeft: speed.bytesOf(item.image) });
    },
    remove(item, nowMilliseconds) {
      moveTo(nowMilliseconds);
      if (items.delete(item)) count(item.registry, -1);
    },
    next: () => earliest(ends()),
  };
}

export function createTransfers<Item extends Transfer>(speed: PullSpeed): Transfers<Item> {
  return speed.kind === 'fixed' ? fixedTransfers(speed) : sharedTransfers(speed);
}
