// Regular expressions of users, run by RE2 because its time is linear in the text. RE2 has no look-aheads, so those
// at the start of a pattern are split off here and matched separately.
import { createRequire } from 'node:module';
import type RE2 from 're2';
import type { CompileResult } from './compiled-field.ts';

export interface Pattern {
  /** Whether the pattern matches anywhere in the text. */
  readonly matches: (text: string) => boolean;
  /**
   * Whether the pattern matches one of several forms of the same thing. A negative look-ahead must hold for all forms,
   * because what it excludes is excluded in every form.
   */
  readonly matchesForms: (forms: readonly string[]) => boolean;
}

type Assertion = { readonly isNegative: boolean; readonly body: string };

/** A top-level alternative, split into the look-aheads at its start and the rest, which RE2 can match. */
interface Alternative {
  /** Flags that apply to the whole alternative, set at its start or before it. */
  readonly flags: string;
  readonly assertions: readonly Assertion[];
  readonly rest: string;
}

/** Caught by compilePattern. */
class PatternProblem extends Error {
  override readonly name = 'PatternProblem';
}

/** Returns the index after the escape, class or character that begins at the index. */
function afterToken(text: string, index: number): number {
  if (text.startsWith('\\Q', index)) {
    const end = text.indexOf('\\E', index + 2);
    return end < 0 ? text.length : end + 2;
  }
  if (text[index] === '\\') return index + 2;
  return text[index] === '[' ? afterClass(text, index) : index + 1;
}

function afterClass(text: string, start: number): number {
  let index = start + 1;
  if (text[index] === '^') index += 1;
  // A bracket at the start is a member of the class.
  if (text[index] === ']') index += 1;
  while (index < text.length && text[index] !== ']') {
    index += text[index] === '\\' ? 2 : (namedClass(text, index) ?? 1);
  }
  return index + 1;
}

/** Returns the length of a named class such as `[:alpha:]` inside a class. */
function namedClass(text: string, index: number): number | undefined {
  return text[index] === '[' ? /^\[:\^?[a-z]+:\]/.exec(text.slice(index))?.[0].length : undefined;
}

/** Returns the index of the parenthesis that closes the group at `open`, or the length of the text if there is none. */
function closingOf(text: string, open: number): number {
  let depth = 0;
  let index = open;
  while (index < text.length) {
    if (text[index] === '(') depth += 1;
    if (text[index] === ')') depth -= 1;
    if (depth === 0) return index;
    index = afterToken(text, index);
  }
  return text.length;
}

interface Piece {
  readonly text: string;
  /** Position in the whole pattern. */
  readonly offset: number;
}

/** A piece between top-level bars. Flags set in earlier pieces apply to it too. */
interface TopLevelPiece extends Piece {
  readonly inheritedFlags: string;
}

const flagGroup = /^\(\?[imsU-]+\)/;

function splitAlternatives(text: string): TopLevelPiece[] {
  const pieces: TopLevelPiece[] = [];
  let start = 0;
  let index = 0;
  let inheritedFlags = '';
  let flags = '';
  while (index < text.length) {
    if (text[index] === '|') {
      pieces.push({ text: text.slice(start, index), offset: start, inheritedFlags });
      start = index + 1;
      inheritedFlags = flags;
    }
    if (text[index] === '(') flags += flagGroup.exec(text.slice(index))?.[0] ?? '';
    index = text[index] === '(' ? closingOf(text, index) + 1 : afterToken(text, index);
  }
  pieces.push({ text: text.slice(start), offset: start, inheritedFlags });
  return pieces;
}

const lookAroundNames: readonly (readonly [opening: string, name: string])[] = [
  ['(?<=', 'look-behind'],
  ['(?<!', 'look-behind'],
  ['(?=', 'look-ahead'],
  ['(?!', 'look-ahead'],
];

function refuseLookAround({ text, offset }: Piece): void {
  let index = 0;
  while (index < text.length) {
    const found = lookAroundNames.find(([opening]) => text.startsWith(opening, index));
    if (found !== undefined) {
      throw new PatternProblem(
        `${found[1]} at position ${offset + index}: only look-aheads directly after a leading ^ are supported`,
      );
    }
    index = afterToken(text, index);
  }
}

/** A group of flags that applies to the whole alternative, such as `(?i)`. */
const leadingFlags = /^\(\?[is]+\)/;

/** The part of an alternative before its rest: an anchor, look-aheads, both or neither. */
interface Start {
  readonly isAnchored: boolean;
  readonly assertions: readonly Assertion[];
  /** Index at which the rest begins. */
  readonly end: number;
}

function readStart({ text, offset }: Piece, from: number): Start {
  const assertions: Assertion[] = [];
  let isAnchored = false;
  let index = from;
  for (;;) {
    if (text[index] === '^') {
      isAnchored = true;
      index += 1;
      continue;
    }
    if (!text.startsWith('(?=', index) && !text.startsWith('(?!', index)) return { isAnchored, assertions, end: index };
    const close = closingOf(text, index);
    if (close === text.length) throw new PatternProblem(`missing ) of the look-ahead at position ${offset + index}`);
    const body = text.slice(index + 3, close);
    refuseLookAround({ text: body, offset: offset + index + 3 });
    assertions.push({ isNegative: text[index + 2] === '!', body });
    index = close + 1;
  }
}

const repetition = /^(?:[*+?]|\{\d)/;

/** Refuses look-aheads that would apply at more than one position or more than once. */
function refuseLooseStart({ text, offset, inheritedFlags }: TopLevelPiece, start: Start, from: number): void {
  if (start.assertions.length === 0) return;
  // Without an anchor, a look-ahead would have to be tried at every position, which a separate match cannot do.
  if (!start.isAnchored) throw new PatternProblem(`look-ahead at position ${offset + from}: put ^ before it`);
  if (inheritedFlags.includes('m')) {
    throw new PatternProblem(
      `look-ahead at position ${offset + from + 1}: remove flag m, which lets ^ match at every line`,
    );
  }
  if (repetition.test(text.slice(start.end))) {
    throw new PatternProblem(`repetition at position ${offset + start.end}: look-aheads cannot be repeated`);
  }
}

function readAlternative(piece: TopLevelPiece): Alternative {
  const { text, offset, inheritedFlags } = piece;
  const ownFlags = leadingFlags.exec(text)?.[0] ?? '';
  const start = readStart(piece, ownFlags.length);
  refuseLooseStart(piece, start, ownFlags.length);
  const rest = text.slice(start.end);
  refuseLookAround({ text: rest, offset: offset + start.end });
  const flags = inheritedFlags + ownFlags;
  return { flags, assertions: start.assertions, rest: flags + (start.isAnchored ? '^' : '') + rest };
}

const require = createRequire(import.meta.url);

/** Loaded with the first pattern: the command `kubectl drop` compiles none, and is installed without a compiler. */
const loadEngine = (): typeof RE2 => require('re2');

/** Why no pattern can be compiled. Undefined if RE2 is installed. */
export function patternEngineProblem(): string | undefined {
  try {
    loadEngine();
    return undefined;
  } catch (error) {
    const [message = ''] = String(error instanceof Error ? error.message : error).split('\nRequire stack');
    return message.replaceAll('\n', ' ');
  }
}

function compile(source: string): RE2 {
  const problem = patternEngineProblem();
  if (problem !== undefined)
    throw new PatternProblem(`RE2 cannot be loaded, so the pattern is not checked: ${problem}`);
  const Engine = loadEngine();
  try {
    return new Engine(source);
  } catch (error) {
    throw new PatternProblem(error instanceof Error ? error.message : String(error));
  }
}

function compileAlternative({ flags, assertions, rest }: Alternative): Pattern['matchesForms'] {
  const bodiesOf = (negative: boolean) =>
    assertions.filter(({ isNegative }) => isNegative === negative).map(({ body }) => compile(`${flags}^(?:${body})`));
  const required = [compile(rest), ...bodiesOf(false)];
  const excluded = bodiesOf(true);
  return (forms) =>
    forms.some((text) => required.every((expression) => expression.test(text))) &&
    !forms.some((text) => excluded.some((expression) => expression.test(text)));
}

/** Compiles an unanchored pattern without look-arounds. The result returns the first group of the first match. */
export function compileFirstGroup(source: string): CompileResult<(text: string) => string | undefined> {
  try {
    const expression = compile(source);
    return { ok: true, value: (text) => expression.exec(text)?.[1] };
  } catch (error) {
    if (error instanceof PatternProblem) return { ok: false, problem: error.message };
    throw error;
  }
}

/** Compiles an unanchored pattern. */
export function compilePattern(source: string): CompileResult<Pattern> {
  try {
    const alternatives = splitAlternatives(source).map(readAlternative);
    const hasAssertions = alternatives.some(({ assertions }) => assertions.length > 0);
    // RE2 alone handles a pattern without look-aheads.
    const matchers = hasAssertions
      ? alternatives.map(compileAlternative)
      : [compileAlternative({ flags: '', assertions: [], rest: source })];
    const matchesForms: Pattern['matchesForms'] = (forms) => matchers.some((matches) => matches(forms));
    return { ok: true, value: { matches: (text) => matchesForms([text]), matchesForms } };
  } catch (error) {
    if (error instanceof PatternProblem) return { ok: false, problem: error.message };
    throw error;
  }
}
