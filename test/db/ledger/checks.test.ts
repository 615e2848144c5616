/** PostgreSQL itself refuses books that cannot be true, whoever writes them. */
import { credits } from '../../../core/contract/credits';
import { call, fundedAccount, openBooks, settleOf, type Books } from './books';

let books: Books;
beforeAll(async () => {
  books = await openBooks();
  const account = await fundedAccount(books, '10');
  const settled = call(account, '4');
  await books.ledger.reserve(settled);
  await books.ledger.settle(settleOf(settled, '3'));
  await books.ledger.reserve(call(account, '2'));
  await books.ledger.setBudget({ account, kind: 'account', period: 'day', cap: credits('10') });
});
afterAll(() => books.close());

/** The last entry of a kind once more, as the next of its account, with one column changed. */
const entry = (kind: 'settled' | 'granted', column: string, value: string): string =>
  `insert into tollgate.entries select (jsonb_populate_record(e, jsonb_build_object('seq', e.seq + 100,
     'run', case when e.run is null then null else gen_random_uuid() end, '${column}', ${value}))).*
     from tollgate.entries e where kind = '${kind}'`;
const account = (change: string): string => `update tollgate.accounts set ${change}`;
const budget = (change: string): string => `update tollgate.budgets set ${change}`;
/** The account's budget once more, as one for something else. */
const added = (kind: string, subject: string, period: string): string =>
  `insert into tollgate.budgets (account, kind, subject, period, cap, ends_at)
   select account, '${kind}', '${subject}', '${period}', cap, ends_at from tollgate.budgets`;

test.each([
  ['less than nothing reserved', account('reserved = -1')],
  ['more reserved than there is', account('reserved = balance + 1')],
  ['less than nothing reserved of the burning grant', account('head_reserved = -1')],
  ['more reserved of it than is left', account('head_reserved = head_remaining + 1')],
  ['something left of no grant', account('head = null')],
  ['a name with a space', account(`name = 'two words'`)],
  ['no name', account(`name = ''`)],
  ['a drip that takes', account('drip_amount = -1')],
  ['a drip to less than nothing', account('drip_cap = -1')],
  ['a budget below nothing', budget('cap = -1')],
  ['less than nothing spent of a budget', budget('spent = -1')],
  ['less than nothing reserved of a budget', budget('reserved = -1')],
  ['a budget of something else', added('planet', 'mars', 'day')],
  ['a budget of one agent without its name', added('agent', '', 'day')],
  ['a budget of an account with a name of its own', added('account', 'digest', 'day')],
  ['a budget for another time', added('account', '', 'week')],
  ['a budget of an account for a run', added('account', '', 'run')],
  ['a budget of a run for a day', added('run', 'some-run', 'day')],
  ['a budget that becomes one of another kind', budget(`kind = 'agent'`)],
  ['a budget that becomes one of something else', budget(`subject = 'digest'`)],
  ['a budget that becomes one for another time', budget(`period = 'month'`)],
  ['an entry that leaves less than nothing', entry('settled', 'balance', '-1')],
  ['a settle that gives', entry('settled', 'amount', '1')],
  ['a settle that does not add up', entry('settled', 'returned', '0')],
  ['a settle without a run', entry('settled', 'run', 'null')],
  ['a settle without a call', entry('settled', 'call', 'null')],
  ['a settle without a price', entry('settled', 'price', 'null')],
  ['nothing drawn, said to be something', entry('settled', 'drawn', '0')],
  ['nothing absorbed, said to be something', entry('settled', 'absorbed', '0')],
  ['not late, said at length', entry('settled', 'late', 'false')],
  ['a movement of no grant', entry('granted', 'grant_id', 'null')],
  ['a movement of nothing', entry('granted', 'amount', '0')],
  ['a grant that takes', entry('granted', 'amount', '-1')],
  ['an expiry that gives', entry('granted', 'kind', `'expired'`)],
  ['a settle that calls itself a grant', entry('settled', 'kind', `'granted'`)],
  ['a grant that calls itself a release', entry('granted', 'kind', `'released'`)],
])('%s is refused', async (_, change) => {
  await expect(books.database.query(change)).rejects.toMatchObject({ code: '23514' });
});

test('what is true is taken', async () => {
  await books.database.query(`begin; ${entry('settled', 'usage', 'null')}; rollback`);
  await books.database.query(`begin; ${entry('granted', 'usage', 'null')}; rollback`);
  await books.database.query(`begin; ${added('agent', 'digest', 'month')}; rollback`);
});
