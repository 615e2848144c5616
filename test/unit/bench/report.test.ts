/** Promise: the report shows each figure with its bar, and says so where nothing was measured. */
import { tabulateFigures } from '../../../bench/report/bars';
import { printTable } from '../../../bench/report/print-tables';

it.each([
  ['ledger.hot64.over_a2', 4, 'holds'],
  ['ledger.hot64.over_a2', 3.99, 'MISSED'],
  ['gate.cpu_ratio', 1.08, 'holds'],
  ['gate.cpu_ratio', 1.09, 'MISSED'],
  ['gate.cpu_ratio', null, 'not measured'],
])('%s at %p: %s', (name, value, verdict) => {
  expect(tabulateFigures({ [name]: value }).rows[0]?.[3]).toBe(verdict);
});

it('a figure without a bar is only shown', () => {
  expect(tabulateFigures({ 'ledger.hot64.pairs_per_second': 26_000 }).rows).toEqual([
    ['ledger.hot64.pairs_per_second', '26000', '', ''],
  ]);
});

it('a table aligns numbers to the right and names to the left', () => {
  const columns = ['name', '/s'];
  const rows = [
    ['hot64', '26000'],
    ['one', '–'],
  ];
  expect(printTable({ title: 'Pairs', columns, rows })).toBe(
    ['Pairs', '', 'name      /s', '-----  -----', 'hot64  26000', 'one        –', ''].join('\n'),
  );
});
