/**
 * What the API shows of a row. Rows hold everything; an answer holds less: an invoice shows its first
 * lines only, and lists hold rows as a whole answer would.
 */
import type { AnyRow, LineRow } from './rows';

/** Stripe's own number: further lines are paged. */
const LINES_SHOWN = 10;

export interface List<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
  url: string;
}

export function listOf<T>(data: T[], url: string): List<T> {
  return { object: 'list', data, has_more: false, url };
}

export function render(row: AnyRow | List<AnyRow>): object {
  if (row.object === 'list') return { ...row, data: row.data.map(render) };
  if (row.object === 'invoice') {
    const shown = row.lines.data.slice(0, LINES_SHOWN);
    const has_more = row.lines.data.length > LINES_SHOWN;
    return { ...row, lines: { ...row.lines, data: shown, has_more } };
  }
  return row;
}

export function linesOf(invoice: { lines: { data: unknown[] } }): LineRow[] {
  return invoice.lines.data as LineRow[]; // We build every line, with links as ids.
}
