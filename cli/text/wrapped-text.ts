// Fits text into the columns of a terminal.

/** Width of the text that a command prints. */
export const TEXT_COLUMNS = 80;

/** Splits a word that is longer than a line, never within a character of two UTF-16 units. */
function pieces(word: string, columns: number): string[] {
  if (word.length <= columns) return [word];
  const found = [''];
  for (const character of word) {
    const last = found.length - 1;
    if ((found[last] ?? '').length + character.length > columns) found.push(character);
    else found[last] += character;
  }
  return found;
}

/** Joins the words with spaces into lines of at most `columns` characters. No word may be longer. */
export function linesOf(words: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Returns the lines of the text, each of at most `columns` characters, broken at spaces where there are any. */
export function wrappedLines(text: string, columns: number): string[] {
  return linesOf(
    text.split(' ').flatMap((part) => pieces(part, columns)),
    columns,
  );
}

/** Returns the text in at most `limitCharacters` (UTF-16 units), cut with an ellipsis. */
export function cutText(text: string, limitCharacters: number): string {
  if (text.length <= limitCharacters) return text;
  return `${text.slice(0, Math.max(0, limitCharacters - 1)).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Returns lines of at most 80 columns: the text begins in the given column, behind the label, and stays there. */
export function labelledLines(label: string, text: string, column: number): string[] {
  return wrappedLines(text, TEXT_COLUMNS - column).map(
    (line, index) => `${(index === 0 ? label : '').padEnd(column)}${line}`,
  );
}
