/**
 * Aligned plain text for terminals: columns as wide as their widest cell, numbers to the right. What
 * comes from outside (ids, keys, block names) cannot move the cursor or colour the screen.
 */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'left' | 'right';
}

const GAP = '  ';

/** A header line, then one line per row. Without rows: only the note. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  noteWhenEmpty: string,
): string {
  if (rows.length === 0) return noteWhenEmpty;
  const lines = [
    columns.map((column) => column.title.toUpperCase()),
    ...rows.map((row) => columns.map((column) => escapeControl(column.value(row)))),
  ];
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((cells) => widthOf(cells[index] ?? ''))),
  );
  return lines.map((cells) => renderLine(columns, cells, widths)).join('\n');
}

/** `name  value` pairs, one a line; pairs without a value are left out. */
export function renderFacts(
  facts: readonly (readonly [name: string, value: string | undefined])[],
): string {
  const present = facts.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...present.map(([name]) => widthOf(name)));
  return present
    .map(([name, value]) => `${name.padEnd(width)}${GAP}${escapeControl(value ?? '')}`)
    .join('\n');
}

/** Writes control characters as visible escapes, but keeps leading spaces used for nesting. */
export function escapeControl(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function renderLine<Row>(
  columns: readonly Column<Row>[],
  cells: readonly string[],
  widths: readonly number[],
): string {
  return columns
    .map((column, index) => {
      const cell = cells[index] ?? '';
      const padding = ' '.repeat((widths[index] ?? 0) - widthOf(cell));
      return column.align === 'right' ? padding + cell : cell + padding;
    })
    .join(GAP)
    .trimEnd();
}

/** In code points, so that a pair of surrogates counts once. */
function widthOf(text: string): number {
  return [...text].length;
}
