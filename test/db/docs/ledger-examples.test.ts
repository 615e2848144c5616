/**
 * The promise: the examples of docs/ledger.md print what stands there, on a real ledger, and leave
 * books that add up.
 */
import { credits, formatCredits } from '../../../index';
import type { ReserveRequest } from '../../../core/contract/reservation';
import type { EntryView, GrantRequest } from '../../../ledger';
import { readExamples, runExample } from '../../unit/docs/run-example';
import {
  call,
  expectCleanBooks,
  NOON,
  openBooks,
  settleOf,
  under,
  type Books,
} from '../ledger/books';

let books: Books;
let now = NOON;
beforeAll(async () => (books = await openBooks()));
afterAll(async () => {
  await expectCleanBooks(books);
  await books.close();
});

it.each(readExamples('docs/ledger.md'))('$title', async (example) => {
  expect(await runExample(example, provideLedger)).toBe(example.printed);
});

type Print = (line: string) => void;

/** What the examples use without saying where it comes from. */
function provideLedger(print: Print): Readonly<Record<string, unknown>> {
  const { ledger } = books;
  return {
    ledger,
    formatCredits,
    clock: {
      set(time: string) {
        now = new Date(time);
        books.moveTo(now);
      },
    },
    ...provideCalls(print),

    async grant(account: string, key: string, amount: string, more: Partial<GrantRequest> = {}) {
      await ledger.grant({ account, key, amount: credits(amount), source: 'example', ...more });
    },
    async printEntries(account: string) {
      for (const entry of [...(await ledger.listEntries(account))].reverse())
        print(describeEntry(entry));
    },
    async printGrants(account: string) {
      for (const { key, amount, remaining, closed } of await ledger.listGrants(account)) {
        const left = `${key}: ${formatCredits(remaining)} of ${formatCredits(amount)} remaining`;
        print(closed ? `${left} (closed)` : left);
      }
    },
    async printBalance(account: string) {
      const { balance, nextCreditsAt } = await ledger.readAccount(account);
      const next = nextCreditsAt ? `, next credits at ${toMinute(nextCreditsAt)}` : '';
      print(`${toMinute(now)}: ${formatCredits(balance)}${next}`);
    },
  };
}

function provideCalls(print: Print): Readonly<Record<string, unknown>> {
  const { ledger } = books;
  const price = { block: 'example', version: '1', rule: { kind: 'fixed', credits: '4' } } as const;
  async function reserve(given: string | ReserveRequest, amount = '0'): Promise<ReserveRequest> {
    const again = typeof given !== 'string';
    const request = again ? { ...given, claim: given.claim + 1n } : call(given, amount, { price });
    const answer = await ledger.reserve(request);
    if (answer.kind !== 'reserved') throw new Error(`refused: ${answer.kind}`);
    print(`reserved ${formatCredits(answer.reserved)}${answer.takenOver ? ', taken over' : ''}`);
    return request;
  }
  return {
    reserve,
    request: (account: string, amount: string) => call(account, amount, { price }),
    guaranteed: under,
    async settle(request: ReserveRequest, amount: string) {
      const answer = await ledger.settle(settleOf(request, amount));
      if (answer.kind !== 'settled') throw new Error(`refused: ${answer.kind}`);
      const { charged, returned, absorbed, late } = answer.charge;
      print(
        `charged ${formatCredits(charged)}, returned ${formatCredits(returned)}` +
          (absorbed > 0n ? `, absorbed ${formatCredits(absorbed)}` : '') +
          (late ? ', late' : '') +
          (answer.replayed ? ', charged before' : ''),
      );
    },
    async charge(account: string, { reserve, cost }: { reserve: string; cost: string }) {
      const request = call(account, reserve, { price });
      await ledger.reserve(request);
      await ledger.settle(settleOf(request, cost));
    },
  };
}

function describeEntry({ seq, kind, amount, balance, grants }: EntryView): string {
  const moved = grants.map((grant) => `${grant.key} ${formatCredits(grant.amount)}`).join(', ');
  const line = `${seq} ${kind} ${formatCredits(amount)}, balance ${formatCredits(balance)}`;
  return moved === '' ? line : `${line}: ${moved}`;
}

function toMinute(time: Date): string {
  return time.toISOString().slice(0, 16);
}
