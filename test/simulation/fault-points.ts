// Lets several faults share the simulator's points: each adds its own function, and all of them are asked every time.
import type { Faults } from '../../simulator/faults.ts';

type Point = keyof Faults;
type FunctionOf<Name extends Point> = NonNullable<Faults[Name]>;

export interface FaultPoints {
  /** What the simulator asks. */
  readonly faults: Faults;
  add<Name extends Point>(name: Name, ask: FunctionOf<Name>): void;
  /** Nothing goes wrong from now on; whoever only listens (`auditWrite`) still does. */
  end(): void;
}

/** Gives points at which nothing goes wrong yet. */
export function createFaultPoints(): FaultPoints {
  const added: { [Name in Point]?: FunctionOf<Name>[] } = {};
  let isOver = false;

  function listOf<Name extends Point>(name: Name): readonly FunctionOf<Name>[] {
    const isSilent = isOver && name !== 'auditWrite';
    return isSilent ? [] : ((added[name] ?? []) as readonly FunctionOf<Name>[]);
  }

  // Every function is asked although one may suffice: what one fault draws must not depend on another.
  const anyOf = (answers: readonly boolean[]) => answers.includes(true);
  const longest = (answers: readonly number[]) => Math.max(0, ...answers);

  return {
    faults: {
      beforeSync: (sync) => longest(listOf('beforeSync').map((ask) => ask(sync))),
      dropResponse: (sync) => anyOf(listOf('dropResponse').map((ask) => ask(sync))),
      repeatSync: (sync) => anyOf(listOf('repeatSync').map((ask) => ask(sync))),
      loseStatusWrite: (sync) => anyOf(listOf('loseStatusWrite').map((ask) => ask(sync))),
      refuseWrite: (verb, object) =>
        listOf('refuseWrite')
          .map((ask) => ask(verb, object))
          .find((refusal) => refusal !== undefined),
      auditWrite(verb, object) {
        for (const listen of listOf('auditWrite')) listen(verb, object);
      },
      lagMilliseconds(kind) {
        const lags = listOf('lagMilliseconds').flatMap((ask) => ask(kind) ?? []);
        return lags.length === 0 ? undefined : longest(lags);
      },
      statusLagMilliseconds: (node) => longest(listOf('statusLagMilliseconds').map((ask) => ask(node))),
    },
    add(name, ask) {
      const list = (added[name] ?? []) as FunctionOf<typeof name>[];
      list.push(ask);
      (added as Record<string, unknown>)[name] = list;
    },
    end() {
      isOver = true;
    },
  };
}
