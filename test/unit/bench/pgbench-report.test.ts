/** Promise: the yardstick is the rate that pgbench itself printed, or an error. */
import { readReport } from '../../../bench/ledger/pgbench';

const printed = `pgbench (15.18)
transaction type: update.sql
scaling factor: 1
query mode: prepared
number of clients: 1
number of threads: 1
duration: 1 s
number of transactions actually processed: 2944
number of failed transactions: 0 (0.000%)
latency average = 0.339 ms
initial connection time = 3.012 ms
tps = 2952.903121 (without initial connection time)
`;

it('rate and number of transactions are as printed, latencies as logged', () => {
  expect(readReport(printed, [0.3, 0.5, 0.4])).toMatchObject({
    operations: 2944,
    perSecond: 2952.903121,
    p50Ms: 0.4,
    p99Ms: 0.5,
  });
});

it('a run without transactions is an error', () => {
  const nothing = printed.replace('processed: 2944', 'processed: 0');
  expect(() => readReport(nothing, [])).toThrow('pgbench printed no rate');
});
