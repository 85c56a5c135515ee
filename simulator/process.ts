// A procedure that sleeps in virtual time, so that what takes several steps (a sync) still reads from top to bottom.
import type { Clock } from './clock.ts';

export type Sleep = (milliseconds: number) => Promise<void>;

/**
 * Takes a clock and a procedure; starts it as an event of its own. While it awaits anything but its `sleep`, time stands
 * still and nothing else runs. An error it throws rejects the run of the clock.
 */
export function startProcess(clock: Clock, body: (sleep: Sleep) => Promise<void>): void {
  let endTurn: () => void = () => {};
  let failTurn: (error: unknown) => void = () => {};

  function nextTurn(): Promise<void> {
    return new Promise((resolve, reject) => {
      endTurn = resolve;
      failTurn = reject;
    });
  }

  function sleep(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return Promise.resolve();
    return new Promise((resume) => {
      clock.schedule(milliseconds, () => {
        const turn = nextTurn();
        resume();
        return turn;
      });
      endTurn();
    });
  }

  clock.schedule(0, () => {
    const turn = nextTurn();
    body(sleep).then(
      () => endTurn(),
      (error) => failTurn(error),
    );
    return turn;
  });
}
