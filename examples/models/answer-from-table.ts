/**
 * Answers a question about a table by adding up what its keywords name. The answer always says what
 * was worked out and from how many rows, so that a reader sees when the question was misread.
 */
import { isNumeric, isTime, readQuestion, type Reading } from './read-question';
import type { Table } from './text-model';

const MAX_GROUPS_SHOWN = 12;
const MAX_OTHERS_SHOWN = 4;

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

export function answerFromTable(question: string, table: Table): string {
  const reading = readQuestion(question, table);
  if (!reading) return explainTable(table);
  const rows = table.rows.filter((row) =>
    [...reading.filters].every(([column, values]) => values.includes(row[column] ?? '')),
  );
  const basis = `Worked out from ${rows.length} of ${table.rows.length} rows.`;
  if (rows.length === 0) return `The table has no row for ${describeFilters(reading)}. ${basis}`;
  const where = reading.filters.size > 0 ? ` for ${describeFilters(reading)}` : '';
  const answer = reading.groupBy
    ? answerByGroup({ columns: table.columns, rows }, reading, reading.groupBy, where)
    : answerAll(rows, reading, where);
  return `${answer} ${basis}`;
}

type Rows = Table['rows'];

function answerAll(rows: Rows, reading: Reading, where: string): string {
  const { operation, measure } = reading;
  if (measure === undefined) return `There are ${number.format(rows.length)} rows${where}.`;
  return `The ${operation} ${measure}${where} is ${number.format(combine(rows, reading))}.`;
}

function answerByGroup(table: Table, reading: Reading, column: string, where: string): string {
  const groups = new Map<string, Rows>();
  for (const row of table.rows)
    groups.set(row[column] ?? '', [...(groups.get(row[column] ?? '') ?? []), row]);
  const compares = reading.operation === 'highest' || reading.operation === 'lowest';
  // Groups are compared by their sums; a price is not summed, so its groups are compared by averages.
  const isShare = reading.measure !== undefined && /price|rate|share/i.test(reading.measure);
  const inGroup: Reading = compares
    ? { ...reading, operation: isShare ? 'average' : 'total' }
    : reading;
  const direction = reading.operation === 'lowest' ? 1 : -1;
  const inOrder = !compares && isTime(table, column);
  const ranked = [...groups]
    .map(([group, members]) => ({ group, value: combine(members, inGroup) }))
    .sort(
      (a, b) => (inOrder ? 0 : direction * (a.value - b.value)) || a.group.localeCompare(b.group),
    );
  const [first, ...rest] = ranked;
  const measured = `${inGroup.operation === 'count' ? 'number of rows' : `${inGroup.operation} ${reading.measure}`}`;
  const list = (items: typeof ranked, limit = MAX_GROUPS_SHOWN) => {
    const shown = items
      .slice(0, limit)
      .map(({ group, value }) => `${group} ${number.format(value)}`);
    return `${shown.join(', ')}${items.length > limit ? ` and ${items.length - limit} more` : ''}`;
  };
  if (!compares || !first) return `The ${measured} by ${column}${where}: ${list(ranked)}.`;
  const others = rest.length > 0 ? ` Then come ${list(rest, MAX_OTHERS_SHOWN)}.` : '';
  return `${first.group} has the ${reading.operation} ${measured}${where}: ${number.format(first.value)}.${others}`;
}

function combine(rows: Rows, { operation, measure }: Reading): number {
  if (measure === undefined || operation === 'count') return rows.length;
  const values = rows.map((row) => Number(row[measure] ?? 0));
  if (operation === 'highest') return values.reduce((a, b) => Math.max(a, b));
  if (operation === 'lowest') return values.reduce((a, b) => Math.min(a, b));
  const sum = values.reduce((a, b) => a + b, 0);
  return operation === 'average' ? sum / values.length : sum;
}

function describeFilters({ filters }: Reading): string {
  return [...filters]
    .map(([column, values]) =>
      values.length > 0 ? `${column} ${values.join(' or ')}` : `the ${column} that was asked for`,
    )
    .join(' and ');
}

function explainTable(table: Table): string {
  const measure = table.columns.find((column) => isNumeric(table, column));
  const label = table.columns.find((column) => !isNumeric(table, column));
  const example = measure && label ? ` Try: "Which ${label} has the highest ${measure}?"` : '';
  return (
    'This model only adds up columns, and the question names none of this table: ' +
    `it has ${table.rows.length} rows with ${table.columns.join(', ')}.${example}`
  );
}
