// Fits text into the columns of a terminal.

/** Width of the text that a command prints. */
export const TEXT_COLUMNS = 80;

/** Splits a word that is longer than a line. */
function pieces(word: string, columns: number): string[] {
  const count = Math.max(1, Math.ceil(word.length / columns));
  return Array.from({ length: count }, (_, index) => word.slice(index * columns, (index + 1) * columns));
}

/** Returns the lines of the text, each of at most `columns` characters, broken at spaces where there are any. */
export function wrappedLines(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').flatMap((part) => pieces(part, columns))) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Returns the text in at most `limitCharacters`, cut with an ellipsis. */
export function cutText(text: string, limitCharacters: number): string {
  return text.length <= limitCharacters ? text : `${text.slice(0, Math.max(0, limitCharacters - 1))}…`;
}

/** Returns lines of at most 80 columns: the text begins in the given column, behind the label, and stays there. */
export function labelledLines(label: string, text: string, column: number): string[] {
  return wrappedLines(text, TEXT_COLUMNS - column).map(
    (line, index) => `${(index === 0 ? label : '').padEnd(column)}${line}`,
  );
}
