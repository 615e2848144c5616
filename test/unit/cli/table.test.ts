/** Promise: tables line up, and no text from outside can act on the terminal. */
import { renderFacts, renderTable } from '../../../cli/table';

interface Row {
  readonly name: string;
  readonly amount: string;
}

const columns = [
  { title: 'name', value: (row: Row) => row.name },
  { title: 'amount', value: (row: Row) => row.amount, align: 'right' as const },
];

describe('renderTable', () => {
  it('makes each column as wide as its widest cell and puts numbers to the right', () => {
    const rows = [
      { name: 'acme', amount: '12.5' },
      { name: 'a-longer-name', amount: '1000' },
    ];
    expect(renderTable(columns, rows, 'none').split('\n')).toEqual([
      'NAME           AMOUNT',
      'acme             12.5',
      'a-longer-name    1000',
    ]);
  });

  it('counts a character outside the basic plane once', () => {
    const [, first, second] = renderTable(
      columns,
      [
        { name: '🤖🤖', amount: '1' },
        { name: 'ab', amount: '2' },
      ],
      'none',
    ).split('\n');
    expect([...(first ?? '')].length).toBe([...(second ?? '')].length);
  });

  it('says the note when there are no rows', () => {
    expect(renderTable(columns, [], 'No runs.')).toBe('No runs.');
  });

  it.each([
    ['an escape sequence', 'x\u001b[31mred', 'x\\u001b[31mred'],
    ['a line break', 'a\nb', 'a\\u000ab'],
    ['a right-to-left override', 'a\u202eb', 'a\\u202eb'],
  ])('shows %s instead of obeying it', (_what, name, shown) => {
    expect(renderTable(columns, [{ name, amount: '1' }], 'none')).toContain(shown);
  });
});

describe('renderFacts', () => {
  it('aligns the values and leaves out facts that do not apply', () => {
    const text = renderFacts([
      ['Account', 'acme'],
      ['Frozen', undefined],
      ['Free tier', 'on'],
    ]);
    expect(text.split('\n')).toEqual(['Account    acme', 'Free tier  on']);
  });
});
