// Regular expressions of users: RE2, so that none can take long, with look-aheads at the very start split off by hand.
import RE2 from 're2';

export interface Pattern {
  readonly matches: (text: string) => boolean;
}

export type PatternReading =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly problem: string };

type Assertion = { readonly isNegative: boolean; readonly body: string };

/** One alternative at the top level: assertions at its start, and what RE2 can do itself. */
interface Alternative {
  /** Flags that hold for all of it, set at its start or before it. */
  readonly flags: string;
  readonly assertions: readonly Assertion[];
  readonly rest: string;
}

/** What is wrong with a pattern; caught where it is compiled. */
class PatternProblem extends Error {
  override readonly name = 'PatternProblem';
}

/** Gives the index behind the escape, class or character at an index. */
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
  // A bracket right at the start is a member of the class.
  if (text[index] === ']') index += 1;
  while (index < text.length && text[index] !== ']') {
    index += text[index] === '\\' ? 2 : (namedClass(text, index) ?? 1);
  }
  return index + 1;
}

/** Gives the length of a class such as `[:alpha:]` within a class. */
function namedClass(text: string, index: number): number | undefined {
  return text[index] === '[' ? /^\[:\^?[a-z]+:\]/.exec(text.slice(index))?.[0].length : undefined;
}

/** Gives the index of the bracket that closes the group opened at an index, the end of the text where there is none. */
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
  /** Where it stands in the whole pattern. */
  readonly offset: number;
}

/** A piece between bars at the top level, with the flags that were set before it: they hold to the end of the pattern. */
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
        `${found[1]} at position ${offset + index}: only look-aheads at the very start, behind ^, are possible`,
      );
    }
    index = afterToken(text, index);
  }
}

/** A set of flags that holds for the whole alternative, such as `(?i)`. */
const leadingFlags = /^\(\?[is]+\)/;

/** What stands before the rest of an alternative: an anchor, assertions, or neither. */
interface Start {
  readonly isAnchored: boolean;
  readonly assertions: readonly Assertion[];
  /** Where the rest begins. */
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

/** Says no to a start with look-aheads that do not hold once, at the very start of the text, and for all that follows. */
function refuseLooseStart({ text, offset, inheritedFlags }: TopLevelPiece, start: Start, from: number): void {
  if (start.assertions.length === 0) return;
  // Without an anchor an assertion would have to be tried at every position, which no separate match can do.
  if (!start.isAnchored) throw new PatternProblem(`look-ahead at position ${offset + from}: put ^ before it`);
  if (inheritedFlags.includes('m')) {
    throw new PatternProblem(`look-ahead at position ${offset + from + 1}: flag m lets ^ match at every line`);
  }
  if (repetition.test(text.slice(start.end))) {
    throw new PatternProblem(`repetition at position ${offset + start.end}: a look-ahead cannot be repeated`);
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

function compile(source: string): RE2 {
  try {
    return new RE2(source);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new PatternProblem(words);
  }
}

function compileAlternative({ flags, assertions, rest }: Alternative): (text: string) => boolean {
  const main = compile(rest);
  const checks = assertions.map(({ isNegative, body }) => {
    return { isNegative, expression: compile(`${flags}^(?:${body})`) };
  });
  return (text) =>
    main.test(text) && checks.every(({ isNegative, expression }) => expression.test(text) !== isNegative);
}

/** Takes a regular expression as a user wrote it; gives what matches it anywhere in a text, or what is wrong and where. */
export function readPattern(source: string): PatternReading {
  try {
    const alternatives = splitAlternatives(source).map(readAlternative);
    const hasAssertions = alternatives.some(({ assertions }) => assertions.length > 0);
    // Without assertions the pattern is RE2's as it stands.
    const matchers = hasAssertions
      ? alternatives.map(compileAlternative)
      : [compileAlternative({ flags: '', assertions: [], rest: source })];
    return { ok: true, pattern: { matches: (text) => matchers.some((matches) => matches(text)) } };
  } catch (error) {
    if (error instanceof PatternProblem) return { ok: false, problem: error.message };
    throw error;
  }
}
