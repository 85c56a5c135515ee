// Writes all mutations of a file into it at once, each behind a switch, so that the code is loaded once for all of them.
import MagicString from 'magic-string';
import { parseSync } from 'rolldown/utils';
import { type Mutation, mutationsOf, type SyntaxNode } from './mutators.ts';

export interface NumberedMutation extends Mutation {
  readonly id: number;
  /** Path from the root of the repository. */
  readonly file: string;
  readonly line: number;
  readonly original: string;
  /** The line it begins in. */
  readonly lineText: string;
}

export interface Instrumented {
  readonly code: string;
  readonly mutations: readonly NumberedMutation[];
}

/** The name of the switch; the runner defines it. */
const SWITCH = '__isMutated';

function lineAt(source: string, position: number): string {
  const end = source.indexOf('\n', position);
  return source.slice(source.lastIndexOf('\n', position - 1) + 1, end < 0 ? source.length : end).trim();
}

/** Takes the path and text of a file and the first number to give; gives the file with switches. */
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
    lineText: lineAt(source, mutation.start),
  }));
  // Inner ones first: what is wrapped later goes around what is there.
  for (const { id, start, end, replacement } of mutations) {
    code.prependRight(start, `(${SWITCH}(${id})?(${replacement}):(`);
    code.appendLeft(end, '))');
  }
  return { code: code.toString(), mutations };
}
