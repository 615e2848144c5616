/**
 * The local model writes nothing that its material does not say: it picks sentences of the prose, and
 * works out figures from a table's rows.
 */
import { findSalesTable } from '../../../examples/example-files';
import { readTable } from '../../../examples/analyst-chat/read-table';
import { localExtractive } from '../../../examples/models/local-extractive';
import { readSentences } from '../../../examples/models/plain-text';

const model = localExtractive('small');

const MARKDOWN = `
# A heading is no sentence that tells anything

The ledger keeps **every** entry for ever. An entry is [never changed](https://example.com) once it
stands in the ledger, and a mistake is mended by another entry.

\`\`\`js
the.code('is not prose at all. It is code that nobody reads aloud.')
\`\`\`

| a table | is no prose either |
|---|---|

- The ledger sums its entries to a balance. Short one.
- Cats are mentioned here for no good reason at all.
`;

it('finds the sentences of the prose and nothing else', () => {
  expect(readSentences(MARKDOWN)).toEqual([
    'The ledger keeps every entry for ever.',
    'An entry is never changed once it stands in the ledger, and a mistake is mended by another entry.',
    'The ledger sums its entries to a balance.',
    'Cats are mentioned here for no good reason at all.',
  ]);
});

it('summarises with sentences of the text, and leaves out what it is not about', async () => {
  const { text } = await model.summarise({ title: 'ledger.md', text: MARKDOWN }, {});
  const sentences = readSentences(MARKDOWN);
  expect(text).toBe(sentences.slice(0, 3).join(' '));
});

it('says so when a document holds no prose', async () => {
  const { text } = await model.summarise({ title: 'code.md', text: '```\ncode\n```' }, {});
  expect(text).toBe('(No prose was found in it.)');
});

it('names every document in its digest', async () => {
  const { text } = await model.writeDigest(
    [
      { title: 'a.md', text: 'The ledger keeps every entry for ever.' },
      { title: 'b.md', text: 'Every block reserves credits in the ledger before it runs.' },
    ],
    {},
  );
  expect(text).toMatch(/^Digest of 2 documents; they speak most of ledger\./);
  expect(text).toContain('- a.md: The ledger keeps every entry for ever.');
  expect(text).toContain('- b.md: Every block reserves credits');
});

// The figures were worked out from the file with another program.
it.each([
  [
    'Which product earned the most in the North in December?',
    'Espresso beans has the highest total revenue for month 2025-12 and region North: 9,998.04.',
    5,
  ],
  [
    'What is the average price of decaf beans?',
    'The average price for product Decaf beans is 14.28.',
    24,
  ],
  [
    'How many kettles were returned in the south?',
    'The total returns for region South and product Gooseneck kettle is 20.',
    12,
  ],
  ['Which month had the lowest revenue?', '2025-05 has the lowest total revenue: 27,786.', 120],
  ['Total units by region', 'The total units by region: North 13,647, South 10,724.', 120],
  ['How many rows are there for the North?', 'There are 60 rows for region North.', 60],
  ['What sells best?', 'Espresso beans has the highest total units:', 120],
  [
    'How much did we earn in March 2024?',
    'The table has no row for the month that was asked for.',
    0,
  ],
])('answers "%s"', async (question, answer, rows) => {
  const table = await readTable(findSalesTable());
  const { text } = await model.answer(question, table, {});
  expect(text).toContain(answer);
  expect(text).toContain(`Worked out from ${rows} of 120 rows.`);
});

it('says what it cannot do when the question has nothing to do with the table', async () => {
  const table = await readTable(findSalesTable());
  const { text } = await model.answer('Who are you?', table, {});
  expect(text).toMatch(/only adds up columns, and the question names none of this table/);
});

it('refuses a file that is no table', async () => {
  await expect(readTable('/nowhere/sales.csv')).rejects.toMatchObject({
    type: 'TABLE_UNREADABLE',
    nonRetryable: true,
  });
});
