/** The promise: the examples of docs/quotes.md print what stands there, on a real ledger. */
import * as tollgate from '../../../index';
import type { PinnedPrice, PlanSum } from '../../../index';
import type { GrantRequest } from '../../../ledger';
import { readExamples, runExample } from '../../unit/docs/run-example';
import { chargeRun, describeTestRun } from '../cli/charge-run';
import { call, openBooks, settleOf, type Books } from '../ledger/books';

const { credits, formatCredits } = tollgate;

let books: Books;
beforeAll(async () => {
  books = await openBooks();
  await books.ledger.openAccount('acme', { drip: false });
  await grant('acme', 'first', '1000');
});
afterAll(() => books.close());

async function grant(
  account: string,
  key: string,
  amount: string,
  more: Partial<GrantRequest> = {},
): Promise<void> {
  await books.ledger.grant({ account, key, amount: credits(amount), source: 'example', ...more });
}

it.each(readExamples('docs/quotes.md'))('$title', async (example) => {
  const { ledger } = books;
  const printed = await runExample(example, () => ({
    ...tollgate,
    ledger,
    grant,
    clock: { set: (time: string) => books.moveTo(new Date(time)) },
    show: ({ minimum, likely, maximum }: PlanSum) =>
      [minimum, likely, maximum ?? 0n].map(formatCredits).join(' / '),
    toMinute: (time: Date) => time.toISOString().slice(0, 16),
    async charge(price: PinnedPrice, costs: readonly string[]) {
      for (const cost of costs) {
        const request = call('acme', '2', { price });
        await ledger.reserve(request);
        await ledger.settle(settleOf(request, cost));
      }
    },
    run: (agent: string, costs: readonly string[]) =>
      chargeRun(
        ledger,
        'acme',
        describeTestRun('example', { agent }),
        costs.map((charge) => ({ block: 'example', reserve: '2', charge })),
      ),
  }));
  expect(printed).toBe(example.printed);
});
