// A kind of fault, and how its occurrences are spread over a run.
import { isApiError } from '../../simulator/api-error.ts';
import type { Random } from '../../simulator/random.ts';
import type { Simulation } from './simulation.ts';
import { SECOND } from './time.ts';

/** Faults happen in this first part of a run, and none after it. */
export const FAULTY_MILLISECONDS = 150 * SECOND;

export interface FaultKind {
  readonly name: string;
  /** One line for `--list`. */
  readonly description: string;
  /** Schedules the faults of a run. Each kind has its own generator, so that omitting one changes no other. */
  readonly arrange: (simulation: Simulation, random: Random) => void;
}

/** Bounds, both included, of a drawn whole number. */
export type Range = readonly [number, number];

const refusals = ['NotFound', 'Conflict', 'AlreadyExists', 'Invalid', 'Forbidden'] as const;

/** Performs an action that the API server may refuse. Returns its text for the event log; undefined if refused. */
export function attempt(action: () => string | undefined): string | undefined {
  try {
    return action();
  } catch (error) {
    // The object may be gone, or not created yet.
    if (refusals.some((reason) => isApiError(error, reason))) return undefined;
    throw error;
  }
}

/** Performs an action at random instants. It returns a text for the event log, or undefined if it did nothing. */
export function scatter(simulation: Simulation, random: Random, times: Range, action: () => string | undefined): void {
  const { clock, eventLog } = simulation;
  const count = random.integer(...times);
  for (let index = 0; index < count; index += 1) {
    clock.schedule(random.integer(0, FAULTY_MILLISECONDS - 1), () => {
      const text = attempt(action);
      if (text !== undefined) eventLog.record(text);
    });
  }
}

/** A fault that begins at random instants and lasts for a while, at most to the end of the faulty time. */
export interface TemporaryFault {
  readonly times: Range;
  readonly lengthMilliseconds: Range;
  readonly begin: () => string | undefined;
  readonly end: () => void;
}

/** Occurrences may overlap: the fault ends with the last of them. */
export function scatterTemporaryFaults(simulation: Simulation, random: Random, fault: TemporaryFault): void {
  const { clock, eventLog } = simulation;
  const count = random.integer(...fault.times);
  let active = 0;
  for (let index = 0; index < count; index += 1) {
    const from = random.integer(0, FAULTY_MILLISECONDS - 1);
    const length = random.integer(...fault.lengthMilliseconds);
    clock.schedule(from, () => {
      const text = attempt(fault.begin);
      if (text === undefined) return;
      active += 1;
      eventLog.record(`${text}, for ${length / 1000} s`);
      clock.schedule(Math.min(length, FAULTY_MILLISECONDS - from), () => {
        active -= 1;
        if (active === 0) fault.end();
      });
    });
  }
}

/** Picks the name of an existing object of a kind; undefined if there is none. */
export function pickName({ cluster }: Simulation, random: Random, kind: string): string | undefined {
  const names = cluster.store.list(kind).map(({ metadata }) => metadata.name);
  // Drawn even if there is no name, so that later draws do not depend on it.
  const draw = random.next();
  return names[Math.floor(draw * names.length)];
}
