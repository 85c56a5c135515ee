// An async procedure that sleeps in virtual time, so that a sync of several steps reads from top to bottom.
import type { Clock } from './clock.ts';

export type Sleep = (milliseconds: number) => Promise<void>;

/**
 * Starts a procedure as an event of the clock. While it awaits anything but its `sleep`, virtual time stands still and
 * no other event runs. An error that it throws rejects the run of the clock.
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
