// Columns of text as kubectl prints them.

const GAP_CHARACTERS = 3;

/** Text with a line per row: columns are padded to their widest cell and separated by three spaces. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lineOf = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd((widths[column] ?? 0) + GAP_CHARACTERS))
      .join('')
      .trimEnd();
  return rows.map((row) => `${lineOf(row)}\n`).join('');
}
