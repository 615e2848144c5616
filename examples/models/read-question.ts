/**
 * Reads a question about a table by its keywords: which number, added up how, for which rows, by which
 * column. It knows no language beyond these words; what it did not find is left out of the reading.
 */
import type { Table } from './text-model';

export type Operation = 'total' | 'average' | 'count' | 'highest' | 'lowest';

export interface Reading {
  readonly operation: Operation;
  /** Column of numbers; none when rows are counted. */
  readonly measure?: string;
  readonly groupBy?: string;
  /** Rows count whose column has one of the values. */
  readonly filters: ReadonlyMap<string, readonly string[]>;
}

const OPERATIONS: readonly (readonly [Operation, RegExp])[] = [
  ['highest', /\b(highest|most|best|top|largest|biggest|strongest|maximum|peak)\b/],
  ['lowest', /\b(lowest|least|worst|fewest|smallest|weakest|minimum)\b/],
  ['average', /\b(average|mean|typical|on average)\b/],
  ['count', /\bhow many (rows|records|entries|lines)\b/],
  ['total', /\b(total|sum|overall|altogether|how much|how many)\b/],
];

/** Words that stand for a column of one of these names, where the table has it. */
const MEANT: Readonly<Record<string, RegExp>> = {
  revenue: /\b(earn\w*|income|turnover|sales|money|brought in)\b/,
  units: /\b(sold|sell|sells|selling|pieces|quantity)\b/,
  returns: /\b(returned|sent back)\b/,
};

const MONTHS =
  'january february march april may june july august september october november december'.split(
    ' ',
  );

/** Gives nothing when no word of the question has to do with this table. */
export function readQuestion(question: string, table: Table): Reading | undefined {
  const text = question.toLowerCase();
  const named = table.columns.filter((column) => names(text, column));
  const numeric = table.columns.filter((column) => isNumeric(table, column));
  const labels = table.columns.filter((column) => !numeric.includes(column));
  const meant = numeric.filter((column) => MEANT[column.toLowerCase()]?.test(text));
  const found = OPERATIONS.find(([, words]) => words.test(text))?.[0];
  const filters = readFilters(text, table, labels);
  const asked = named.find((column) => numeric.includes(column)) ?? meant[0];
  if (found === undefined && asked === undefined && named.length === 0 && filters.size === 0)
    return undefined;

  const measure = found === 'count' ? undefined : (asked ?? preferredMeasure(numeric));
  const operation =
    measure === undefined
      ? 'count'
      : (found ?? (/price|rate|share/i.test(measure) ? 'average' : 'total'));
  const compares = operation === 'highest' || operation === 'lowest';
  const groupBy =
    named.find((column) => labels.includes(column)) ??
    (compares
      ? finestLabel(
          table,
          labels.filter((column) => !filters.has(column)),
        )
      : undefined);
  return {
    operation,
    filters,
    ...(measure === undefined ? {} : { measure }),
    ...(groupBy === undefined ? {} : { groupBy }),
  };
}

export function isNumeric(table: Table, column: string): boolean {
  const values = table.rows.map((row) => row[column]?.trim() ?? '').filter((value) => value !== '');
  return values.length > 0 && values.every((value) => /^-?\d+(\.\d+)?$/.test(value));
}

/** The values of label columns that the question names; none of them where it names another time. */
function readFilters(text: string, table: Table, labels: readonly string[]): Reading['filters'] {
  const filters = new Map<string, readonly string[]>();
  for (const column of labels) {
    const values = readValues(table, column);
    const asked = isTime(table, column) ? readTimes(text, values) : readNamed(text, values);
    if (asked) filters.set(column, asked);
  }
  return filters;
}

/** By the whole value, or by a word that only this value has: `kettles` names `Gooseneck kettle`. */
function readNamed(text: string, values: readonly string[]): readonly string[] | undefined {
  const whole = values.filter((value) => names(text, value));
  const found =
    whole.length > 0
      ? whole
      : values.filter((value) => ownWords(value, values).some((word) => names(text, word)));
  return found.length > 0 ? found : undefined;
}

function ownWords(value: string, values: readonly string[]): readonly string[] {
  const others = values.filter((other) => other !== value);
  return value
    .split(/\s+/)
    .filter((word) => word.length > 3 && !others.some((other) => names(other.toLowerCase(), word)));
}

/** `March`, `2025` and `March 2025` name `2025-03`. */
function readTimes(text: string, values: readonly string[]): readonly string[] | undefined {
  const exact = values.filter((value) => text.includes(value));
  if (exact.length > 0) return exact;
  const year = /\b(?:19|20)\d{2}\b/.exec(text)?.[0];
  const months = MONTHS.flatMap((name, index) => (names(text, name) ? [index + 1] : []));
  if (year === undefined && months.length === 0) return undefined;
  return values.filter(
    (value) =>
      (year === undefined || value.startsWith(year)) &&
      (months.length === 0 || months.includes(Number(value.slice(5, 7)))),
  );
}

/** Whole words, in the singular or the plural. */
function names(text: string, name: string): boolean {
  const stem = name
    .toLowerCase()
    .replace(/s$/, '')
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}])${stem}s?(?![\\p{L}\\p{N}])`, 'u').test(text);
}

function preferredMeasure(numeric: readonly string[]): string | undefined {
  return numeric.find((column) => /revenue|amount|total|sales/i.test(column)) ?? numeric[0];
}

/** Of the columns that are no times, the one with the most values tells most. */
function finestLabel(table: Table, labels: readonly string[]): string | undefined {
  return labels
    .filter((column) => !isTime(table, column))
    .map((column) => ({ column, count: readValues(table, column).length }))
    .sort((a, b) => b.count - a.count)[0]?.column;
}

function readValues(table: Table, column: string): readonly string[] {
  return [...new Set(table.rows.map((row) => row[column] ?? ''))].filter((value) => value !== '');
}

/** Whether a column holds days or months, such as `2025-03`. */
export function isTime(table: Table, column: string): boolean {
  return /^\d{4}-\d{2}/.test(table.rows[0]?.[column] ?? '');
}
