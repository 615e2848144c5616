/**
 * Part "webhooks": pairs of reserve and settle alone, beside 2,000 webhooks a minute, and beside as many
 * forged ones. What they may cost the gate is seen in the latency of pairs whose callers rest between two; callers that
 * never rest wait for a processor, and show what is left of the rate.
 */
import { openLedger } from '../../ledger/open-ledger';
import { withDatabase } from '../database';
import { createPairs } from '../ledger/pairs';
import { nameAccounts, openAccounts } from '../load/accounts';
import { prepareLedger, requireTrueBooks } from '../load/prepare-ledger';
import { runClosedLoop } from '../measure/closed-loop';
import { median, medianRatio } from '../measure/median';
import { runRounds } from '../measure/rounds';
import type { Sample } from '../measure/sample';
import type { Plan } from '../plan';
import { formatMs, formatRate } from '../report/format';
import type { PartResult } from '../report/part-result';
import { tell } from '../report/progress';
import type { Servers } from '../servers';
import { startWebhooks, type Sent } from './start-webhooks';

const ACCOUNTS = 1_000;
const CALLERS = 4;
/** Of a caller between two pairs, as between two blocks: the processors have time left, as they must for a latency. */
const REST_MS = 30;
/** Longer than in other parts: a percentile of what happens 33 times a second. */
const LONGER = 3;

interface Round extends Sample {
  readonly sent?: Sent;
}

export function runWebhooksPart(
  { databaseUrl: serverUrl, temporal }: Servers,
  plan: Plan,
): Promise<PartResult> {
  if (!temporal) throw new Error('part "webhooks" needs Temporal');
  return withDatabase(serverUrl, 'webhooks', async (database) => {
    await prepareLedger(database.url);
    await openAccounts(database.admin, ACCOUNTS);
    const accounts = nameAccounts(ACCOUNTS);
    const ledger = await openLedger({ connectionString: database.url });
    const customers = accounts.map((account) => `cus_${account.replace('-', '')}`);
    for (const [nth, account] of accounts.entries()) {
      await ledger.readStripePlace(account);
      await ledger.setStripeCustomer(account, customers[nth] ?? '');
    }
    const webhooks = await startWebhooks({
      databaseUrl: database.url,
      temporalAddress: temporal.address,
      namespace: temporal.namespace,
      taskQueue: `bench-webhooks-${process.pid}`,
      customers,
    });
    const operate = createPairs(ledger, accounts, CALLERS);
    const measure = (restMs: number): Promise<Sample> =>
      runClosedLoop({
        callers: CALLERS,
        warmUpMs: plan.warmUpMs,
        measureMs: plan.measureMs * LONGER,
        readMeters: database.readMeters,
        restMs,
        operate,
      });
    const beside = async (forged: boolean, restMs: number): Promise<Round> => {
      const { result, sent } = await webhooks.during(forged, () => measure(restMs));
      return { ...result, sent };
    };
    try {
      // Unmeasured: the workflows are started, and the ledger gets to know the accounts.
      await beside(false, REST_MS);
      const samples = await runRounds(
        new Map<string, () => Promise<Round>>([
          ['alone', () => measure(REST_MS)],
          ['webhooks', () => beside(false, REST_MS)],
          ['forged', () => beside(true, REST_MS)],
          ['restless alone', () => measure(0)],
          ['restless webhooks', () => beside(false, 0)],
        ]),
        { rounds: plan.webhookRounds },
        (name, round, { p50Ms, p99Ms }) =>
          tell(
            `webhooks: round ${round + 1}: ${name} p50 ${formatMs(p50Ms)} ms, p99 ${formatMs(p99Ms)} ms`,
          ),
      );
      await requireTrueBooks(ledger);
      return report(samples);
    } finally {
      await webhooks.stop();
      await ledger.close();
    }
  });
}

function report(samples: ReadonlyMap<string, readonly Round[]>): PartResult {
  const of = (name: string): readonly Round[] => samples.get(name) ?? [];
  const ratio = (name: string, field: 'p50Ms' | 'p99Ms', base = 'alone'): number | null =>
    medianRatio(
      of(name).map((round) => round[field]),
      of(base).map((round) => round[field]),
    );
  const sent = of('webhooks').flatMap((round) => round.sent ?? []);
  return {
    figures: {
      'webhooks.p50_ratio': ratio('webhooks', 'p50Ms'),
      'webhooks.p99_ratio': ratio('webhooks', 'p99Ms'),
      'webhooks.forged_p50_ratio': ratio('forged', 'p50Ms'),
      'webhooks.forged_p99_ratio': ratio('forged', 'p99Ms'),
      'webhooks.restless_p50_ratio': ratio('restless webhooks', 'p50Ms', 'restless alone'),
      'webhooks.restless_p99_ratio': ratio('restless webhooks', 'p99Ms', 'restless alone'),
      'webhooks.per_minute': median(sent.map(({ perMinute }) => perMinute)),
      'webhooks.answer_p99_ms': median(sent.map(({ p99Ms }) => p99Ms)),
    },
    tables: [
      {
        title: `Pairs of ${CALLERS} callers beside webhooks (medians of the rounds)`,
        columns: ['beside', 'p50 ms', 'p99 ms', 'pairs/s'],
        rows: [...samples].map(([name, rounds]) => [
          name,
          formatMs(median(rounds.map(({ p50Ms }) => p50Ms))),
          formatMs(median(rounds.map(({ p99Ms }) => p99Ms))),
          formatRate(median(rounds.map(({ perSecond }) => perSecond))),
        ]),
      },
    ],
    notes: [
      'webhooks: the looks that follow the hints run in Tollgate’s own worker; none runs here',
    ],
  };
}
