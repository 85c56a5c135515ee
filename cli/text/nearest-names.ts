// Names that a person may have meant.

const NAMES_LIMIT = 3;
/** Only the beginning of a longer name is compared. */
const COMPARED_CHARACTERS = 64;

/** Levenshtein distance: the number of characters to insert, delete or replace. */
function distance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...left].entries()) {
    const current = [row + 1];
    for (let column = 0; column < right.length; column += 1) {
      const replaced = (previous[column] ?? 0) + (letter === right[column] ? 0 : 1);
      const inserted = (current[column] ?? 0) + 1;
      current.push(Math.min(replaced, inserted, (previous[column + 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}

const compared = (name: string) => name.toLowerCase().slice(0, COMPARED_CHARACTERS);

/** 0 for a name that contains the wanted one; undefined for a name that is not similar. */
function dissimilarity(wanted: string, name: string): number | undefined {
  if (wanted !== '' && name.includes(wanted)) return 0;
  const edits = distance(wanted, name);
  return edits <= Math.max(2, Math.floor(wanted.length / 3)) ? edits : undefined;
}

/** Returns at most three similar names, the most similar first. */
export function nearestNames(wanted: string, names: Iterable<string>): string[] {
  const similar = [...new Set(names)].flatMap((name) => {
    const found = dissimilarity(compared(wanted), compared(name));
    return found === undefined ? [] : [{ name, found }];
  });
  similar.sort((left, right) => left.found - right.found || (left.name < right.name ? -1 : 1));
  return similar.slice(0, NAMES_LIMIT).map(({ name }) => name);
}
