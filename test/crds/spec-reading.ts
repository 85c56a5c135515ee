// Reads a spec as the decisions do: by kind, with its defaults, or with what is wrong with it.
import { kinds } from '../../crds/kinds.ts';
import { observedSchema } from '../../crds/observed.ts';

/** Takes the name of a kind and a spec; gives the spec with its defaults, or what is wrong with it in one sentence. */
export function readSpecOf(kindName: string, spec: unknown): unknown {
  const kind = kinds.find(({ kind: name }) => name === kindName);
  if (kind === undefined) throw new Error(`there is no kind ${kindName}`);
  const { spec: reading } = observedSchema(kind).parse({ metadata: {}, spec });
  return reading.ok ? reading.value : reading.problem;
}

export type SpecRow = readonly [title: string, kind: string, spec: unknown, expected: unknown];
