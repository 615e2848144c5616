/** Promise: the load looks like real runs: fresh keys, one account a run, never settled above its reserve. */
import { BLOCKS_PER_RUN, createCalls } from '../../../bench/ledger/requests';

function makeCalls(count: number) {
  let runs = 0;
  const next = createCalls(() => `account-${(runs += 1)}`);
  return Array.from({ length: count }, next);
}

it('no two calls share a key', () => {
  const calls = makeCalls(BLOCKS_PER_RUN * 5);
  const keys = new Set(calls.map(({ reserve }) => `${reserve.run}:${reserve.call}`));
  expect(keys.size).toBe(calls.length);
});

it('a run stays on its account and numbers its blocks', () => {
  const [first, second] = [0, 1].map((run) =>
    makeCalls(BLOCKS_PER_RUN * 2).slice(run * BLOCKS_PER_RUN, (run + 1) * BLOCKS_PER_RUN),
  );
  expect(new Set(first?.map(({ reserve }) => reserve.account))).toEqual(new Set(['account-1']));
  expect(new Set(second?.map(({ reserve }) => reserve.account))).toEqual(new Set(['account-2']));
  expect(second?.map(({ reserve }) => reserve.nth)).toEqual(
    first?.map(({ reserve }) => reserve.nth),
  );
});

it('each settle closes its own reserve for less than was reserved', () => {
  for (const { reserve, settle } of makeCalls(200)) {
    expect([settle.run, settle.call, settle.account]).toEqual([
      reserve.run,
      reserve.call,
      reserve.account,
    ]);
    expect(settle.amount > 0n && settle.amount < reserve.amount).toBe(true);
  }
});
