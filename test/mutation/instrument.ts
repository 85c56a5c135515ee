// Writes all mutations of a file into its code, each behind a switch, so that the code is loaded once for all of them.
import MagicString from 'magic-string';
import { parseSync } from 'rolldown/utils';
import { type Mutation, mutationsOf, type SyntaxNode } from './mutators.ts';

export interface NumberedMutation extends Mutation {
  readonly id: number;
  /** Path from the root of the repository. */
  readonly file: string;
  readonly line: number;
  readonly original: string;
}

export interface Instrumented {
  readonly code: string;
  readonly mutations: readonly NumberedMutation[];
}

/** The name of the switch, which the runner defines. */
const SWITCH = '__isMutated';

/** Returns the code with switches. Mutations are numbered from `firstId`. Throws for code that does not parse. */
export function instrument(file: string, source: string, firstId: number): Instrumented {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const code = new MagicString(source);
  const mutations = mutationsOf(program as unknown as SyntaxNode, source).map((mutation, index) => ({
    ...mutation,
    id: firstId + index,
    file,
    line: source.slice(0, mutation.start).split('\n').length,
    original: source.slice(mutation.start, mutation.end),
  }));
  // Inner mutations come first, and each outer one wraps them.
  for (const { id, start, end, replacement } of mutations) {
    code.prependRight(start, `(${SWITCH}(${id})?(${replacement}):(`);
    code.appendLeft(end, '))');
  }
  return { code: code.toString(), mutations };
}
