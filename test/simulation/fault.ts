// What a kind of fault is, and how one is spread over a run.
import { isApiError } from '../../simulator/api-error.ts';
import type { Random } from '../../simulator/random.ts';
import { SECOND, type SimulatedCluster } from './simulated-cluster.ts';

/** For so long things go wrong; after that none does any more. */
export const FAULTY_MILLISECONDS = 150 * SECOND;

export interface FaultKind {
  readonly name: string;
  /** What goes wrong, in one line for a person. */
  readonly description: string;
  /** Arranges all faults of this kind in a run. It draws from a generator of its own, so that a kind left out changes no other. */
  readonly arrange: (world: SimulatedCluster, random: Random) => void;
}

/** How often something happens in a run, from and to. */
export type Times = readonly [number, number];

const refusals = ['NotFound', 'Conflict', 'AlreadyExists', 'Invalid', 'Forbidden'] as const;

/** Does what the API server may refuse; gives what it says, undefined where it was refused. */
export function tryIt(act: () => string | undefined): string | undefined {
  try {
    return act();
  } catch (error) {
    // What is gone, or not there yet, cannot be edited: then this once nothing happens.
    if (refusals.some((reason) => isApiError(error, reason))) return undefined;
    throw error;
  }
}

/** Does something at random moments; it says what it did, or undefined for nothing. */
export function scatter(
  world: SimulatedCluster,
  random: Random,
  [least, most]: Times,
  act: () => string | undefined,
): void {
  const { clock, eventLog } = world;
  const count = random.integer(least, most);
  for (let index = 0; index < count; index += 1) {
    clock.schedule(random.integer(0, FAULTY_MILLISECONDS - 1), () => {
      const done = tryIt(act);
      if (done !== undefined) eventLog.tell(done);
    });
  }
}

/** Something that begins at random moments and ends by itself, at the latest with the faulty time. */
export interface Spell {
  readonly times: Times;
  readonly lengthMilliseconds: Times;
  readonly begin: () => string | undefined;
  readonly end: () => void;
}

/** Spells of one kind may overlap: it ends with the last of them. */
export function scatterSpells(world: SimulatedCluster, random: Random, temporaryFault: Spell): void {
  const { clock, eventLog } = world;
  const count = random.integer(...temporaryFault.times);
  let going = 0;
  for (let index = 0; index < count; index += 1) {
    const from = random.integer(0, FAULTY_MILLISECONDS - 1);
    const length = random.integer(...temporaryFault.lengthMilliseconds);
    clock.schedule(from, () => {
      const begun = tryIt(temporaryFault.begin);
      if (begun === undefined) return;
      going += 1;
      eventLog.tell(`${begun}, for ${length / 1000} s`);
      clock.schedule(Math.min(length, FAULTY_MILLISECONDS - from), () => {
        going -= 1;
        if (going === 0) temporaryFault.end();
      });
    });
  }
}

/** One of the names of the objects of a kind that are there; undefined where there is none. */
export function someName({ cluster }: SimulatedCluster, random: Random, kind: string): string | undefined {
  const names = cluster.store.list(kind).map(({ metadata }) => metadata.name);
  // Drawn also where it is not used, so that what comes after is drawn alike.
  const draw = random.next();
  return names[Math.floor(draw * names.length)];
}
