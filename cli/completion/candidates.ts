// What a shell can complete on the command line of `kubectl drop`. It follows from the arguments of the program itself:
// command-context.ts states which names of values and arguments have a meaning.
import type { Argument, Command, Option } from 'commander';

export interface Completion {
  readonly candidates: readonly string[];
  /** The shell completes file names. */
  readonly wantsFiles: boolean;
}

/** The objects whose names are completed, by the name of the argument. */
const namedArguments = { image: 'cachedimages', policy: 'discoverypolicies' } as const;

export type NamedResource = (typeof namedArguments)[keyof typeof namedArguments];

/** Returns the names of the objects. The flags have the names of the command line without the two hyphens. */
export type ObjectNames = (resource: NamedResource, flags: ReadonlyMap<string, string>) => Promise<readonly string[]>;

/** What the words before the last one mean. */
interface Position {
  readonly command: Command;
  readonly positionals: number;
  readonly flags: ReadonlyMap<string, string>;
  /** The option whose value is completed. */
  readonly pending: Option | undefined;
  /** After `--` there is no flag. */
  readonly isAfterFlags: boolean;
}

const optionOf = (command: Command, flag: string) =>
  command.options.find(({ long, short }) => flag === long || flag === short);

const nameOf = (option: Option) => (option.long ?? '').replace(/^--/, '');

function afterFlag(position: Position, word: string): Position {
  const [flag = '', value] = word.split(/=(.*)/s);
  const option = optionOf(position.command, flag);
  if (option === undefined || option.isBoolean()) return position;
  if (value === undefined) return { ...position, pending: option };
  return { ...position, flags: new Map(position.flags).set(nameOf(option), value) };
}

function after(position: Position, word: string): Position {
  const { command, positionals, flags, pending, isAfterFlags } = position;
  if (pending !== undefined) {
    return { ...position, pending: undefined, flags: new Map(flags).set(nameOf(pending), word) };
  }
  if (!isAfterFlags && word === '--') return { ...position, isAfterFlags: true };
  if (!isAfterFlags && word.startsWith('-')) return afterFlag(position, word);
  const chosen = positionals === 0 ? command.commands.find((each) => each.name() === word) : undefined;
  return chosen === undefined ? { ...position, positionals: positionals + 1 } : { ...position, command: chosen };
}

const nothing: Completion = { candidates: [], wantsFiles: false };

const listed = (candidates: readonly string[]): Completion => ({ candidates, wantsFiles: false });

function valuesOf({ flags, argChoices }: Option): Completion {
  if (argChoices !== undefined) return listed(argChoices);
  return { candidates: [], wantsFiles: /<file\b/.test(flags) };
}

function flagsOf(command: Command, word: string): Completion {
  const [flag = '', value] = word.split(/=(.*)/s);
  if (value !== undefined) {
    const option = optionOf(command, flag);
    return listed((option?.argChoices ?? []).map((choice) => `${flag}=${choice}`));
  }
  return listed([...command.options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? ''), '--help']);
}

function resourceOf(argument: Argument | undefined): NamedResource | undefined {
  const names: Readonly<Record<string, NamedResource>> = namedArguments;
  return names[argument?.name() ?? ''];
}

async function argumentsOf(
  argument: Argument | undefined,
  names: (resource: NamedResource) => ReturnType<ObjectNames>,
): Promise<Completion> {
  if (argument?.argChoices !== undefined) return listed(argument.argChoices);
  const resource = resourceOf(argument);
  return resource === undefined ? nothing : listed(await names(resource));
}

async function allOf(position: Position, word: string, objectNames: ObjectNames): Promise<Completion> {
  const { command, positionals, pending, isAfterFlags, flags } = position;
  if (pending !== undefined) return valuesOf(pending);
  if (!isAfterFlags && word.startsWith('-')) return flagsOf(command, word);
  if (command.commands.length > 0) return listed(command.commands.map((each) => each.name()));
  return await argumentsOf(command.registeredArguments[positionals], (resource) => objectNames(resource, flags));
}

/** Completes the last word, which can be empty. */
export async function completionOf(
  program: Command,
  words: readonly string[],
  objectNames: ObjectNames,
): Promise<Completion> {
  const word = words.at(-1) ?? '';
  const start: Position = {
    command: program,
    positionals: 0,
    flags: new Map(),
    pending: undefined,
    isAfterFlags: false,
  };
  const { candidates, wantsFiles } = await allOf(words.slice(0, -1).reduce(after, start), word, objectNames);
  return { candidates: candidates.filter((candidate) => candidate.startsWith(word)), wantsFiles };
}

/** Directives of kubectl: no file names, or the default of the shell. */
const NO_FILES = ':4';
const FILES = ':0';

/** The output of a completion program of kubectl: a line for each candidate, and a directive. */
export function completionText({ candidates, wantsFiles }: Completion): string {
  return [...candidates, wantsFiles ? FILES : NO_FILES].map((line) => `${line}\n`).join('');
}
