// Shares the simulator's fault points: each fault adds its own function, and all of them are called every time.
import type { Faults } from '../../simulator/faults.ts';

type Point = keyof Faults;
type FunctionOf<Name extends Point> = NonNullable<Faults[Name]>;

export interface FaultPoints {
  /** The functions that the simulator calls. */
  readonly faults: Faults;
  add<Name extends Point>(name: Name, fault: FunctionOf<Name>): void;
  /** Ends all faults. Functions of `auditWrite` only observe, so they stay. */
  end(): void;
}

export function createFaultPoints(): FaultPoints {
  const added: { [Name in Point]?: FunctionOf<Name>[] } = {};
  let hasEnded = false;

  function listOf<Name extends Point>(name: Name): readonly FunctionOf<Name>[] {
    const isSilent = hasEnded && name !== 'auditWrite';
    return isSilent ? [] : ((added[name] ?? []) as readonly FunctionOf<Name>[]);
  }

  // Every function is called even if one would decide: what one fault draws must not depend on another.
  const anyOf = (results: readonly boolean[]) => results.includes(true);
  const longest = (results: readonly number[]) => Math.max(0, ...results);

  return {
    faults: {
      beforeSync: (sync) => longest(listOf('beforeSync').map((fault) => fault(sync))),
      dropResponse: (sync) => anyOf(listOf('dropResponse').map((fault) => fault(sync))),
      repeatSync: (sync) => anyOf(listOf('repeatSync').map((fault) => fault(sync))),
      loseStatusWrite: (sync) => anyOf(listOf('loseStatusWrite').map((fault) => fault(sync))),
      refuseWrite: (verb, object) =>
        listOf('refuseWrite')
          .map((fault) => fault(verb, object))
          .find((refusal) => refusal !== undefined),
      auditWrite(verb, object) {
        for (const observe of listOf('auditWrite')) observe(verb, object);
      },
      lagMilliseconds(kind) {
        const lags = listOf('lagMilliseconds').flatMap((fault) => fault(kind) ?? []);
        return lags.length === 0 ? undefined : longest(lags);
      },
      imageArrived(node, reference) {
        for (const observe of listOf('imageArrived')) observe(node, reference);
      },
      statusLagMilliseconds: (node) => longest(listOf('statusLagMilliseconds').map((fault) => fault(node))),
    },
    add(name, fault) {
      const list = (added[name] ?? []) as FunctionOf<typeof name>[];
      list.push(fault);
      (added as Record<string, unknown>)[name] = list;
    },
    end() {
      hasEnded = true;
    },
  };
}
