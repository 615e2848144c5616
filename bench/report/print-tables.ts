/** Tables as plain text with aligned columns: names to the left, numbers to the right. */
import type { Table } from './part-result';

const NUMBER = /^[–\d.]+$/;

export function printTable({ title, columns, rows }: Table): string {
  const widths = columns.map((name, index) =>
    Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const numeric = columns.map((_, index) => rows.every((row) => NUMBER.test(row[index] ?? '')));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return numeric[index] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [title, '', line(columns), rule, ...rows.map(line), ''].join('\n');
}
