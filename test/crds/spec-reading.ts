// Reads the spec of a kind by its name, as the hooks do.
import { kinds } from '../../crds/kinds.ts';
import { observedSchema } from '../../crds/observed.ts';

/** Returns the spec with its defaults, or the error as text. */
export function readSpecOf(kindName: string, spec: unknown): unknown {
  const kind = kinds.find(({ kind: name }) => name === kindName);
  if (kind === undefined) throw new Error(`there is no kind ${kindName}`);
  const { spec: result } = observedSchema(kind).parse({ metadata: {}, spec });
  return result.ok ? result.value : result.problem;
}

/** `content` completes "a <kind> with ...". `expected` is the spec with its defaults, or the error. */
export type SpecRow = readonly [kind: string, content: string, spec: unknown, expected: unknown];
