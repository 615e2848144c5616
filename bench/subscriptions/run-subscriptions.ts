/**
 * Part "subscriptions": one workflow for each of many accounts of the free tier, which then have nothing to
 * do. How fast they start and have looked, what they hold in memory, and what an idle one leaves in its
 * history.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { subscriptionOf } from '../../client/subscription';
import { subscriptionWorkflowId } from '../../core/contract/subscription';
import { withDatabase } from '../database';
import { nameAccounts, openAccounts } from '../load/accounts';
import { prepareLedger } from '../load/prepare-ledger';
import { findListener } from '../measure/find-server';
import { median } from '../measure/median';
import { readMemoryMb } from '../measure/memory';
import type { Plan } from '../plan';
import type { PartResult } from '../report/part-result';
import { tell } from '../report/progress';
import type { Servers } from '../servers';
import { startSubscriptionWorker, type SubscriptionWorker } from './start-subscriptions';

const AT_ONCE = 32;
const SAMPLES = 20;
const POLL_MS = 250;

export function runSubscriptionsPart(
  { databaseUrl: serverUrl, temporal }: Servers,
  plan: Plan,
): Promise<PartResult> {
  if (!temporal) throw new Error('part "subscriptions" needs Temporal');
  const { address, namespace } = temporal;
  return withDatabase(serverUrl, 'subscriptions', async (database) => {
    await prepareLedger(database.url);
    await openAccounts(database.admin, plan.subscriptions);
    const connection = await Connection.connect({ address });
    const client = new Client({ connection, namespace });
    const taskQueue = `bench-subscriptions-${process.pid}`;
    const argument = { databaseUrl: database.url, temporalAddress: address, namespace, taskQueue };
    const worker = await startSubscriptionWorker(argument);
    const readMemory = (): readonly (number | null)[] => [
      readMemoryMb(worker.pid),
      readMemoryMb(findListener(address)),
    ];
    try {
      const accounts = nameAccounts(plan.subscriptions);
      const before = readMemory();
      const startedAt = performance.now();
      await startAll(client, taskQueue, accounts);
      const startedMs = performance.now() - startedAt;
      await whenLooked(worker, accounts.length);
      const lookedMs = performance.now() - startedAt;
      const after = readMemory();
      tell(`subscriptions: ${accounts.length} started in ${Math.round(startedMs / 1000)} s`);
      const histories = await readHistories(client, accounts);
      await endAll(client, accounts);
      const grown = (nth: number): number | null => {
        const [from, to] = [before[nth] ?? null, after[nth] ?? null];
        return from === null || to === null ? null : to - from;
      };
      return {
        figures: {
          'subscriptions.count': accounts.length,
          'subscriptions.started_per_second': (accounts.length * 1000) / startedMs,
          'subscriptions.looked_per_second': (accounts.length * 1000) / lookedMs,
          'subscriptions.worker_mb': after[0] ?? null,
          'subscriptions.worker_grown_mb': grown(0),
          'subscriptions.temporal_grown_mb': grown(1),
          'subscriptions.idle_events': median(histories.map(({ events }) => events)),
          'subscriptions.idle_timers': Math.max(...histories.map(({ timers }) => timers)),
        },
        tables: [],
        notes: [],
      };
    } finally {
      await worker.stop();
      await connection.close();
    }
  });
}

async function startAll(
  client: Client,
  taskQueue: string,
  accounts: readonly string[],
): Promise<void> {
  await forEach(accounts, (account) => subscriptionOf(client, account, { taskQueue }).hint());
}

async function endAll(client: Client, accounts: readonly string[]): Promise<void> {
  await forEach(accounts, async (account) => {
    await client.workflow.getHandle(subscriptionWorkflowId(account)).terminate('measured');
  });
}

async function forEach(
  accounts: readonly string[],
  work: (account: string) => Promise<void>,
): Promise<void> {
  const left = accounts.values();
  const one = async (): Promise<void> => {
    for (const account of left) await work(account);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

async function whenLooked(worker: SubscriptionWorker, count: number): Promise<void> {
  while ((await worker.countLooks()) < count) await pause(POLL_MS);
}

/** Events, and timers that are open, of some accounts. */
async function readHistories(
  client: Client,
  accounts: readonly string[],
): Promise<readonly { readonly events: number; readonly timers: number }[]> {
  const step = Math.max(1, Math.floor(accounts.length / SAMPLES));
  const sampled = accounts.filter((_, nth) => nth % step === 0);
  return Promise.all(
    sampled.map(async (account) => {
      const handle = client.workflow.getHandle(subscriptionWorkflowId(account));
      const { events } = await handle.fetchHistory();
      const count = (name: `timer${string}EventAttributes`): number =>
        events?.filter((event) => Reflect.get(event, name)).length ?? 0;
      const timers =
        count('timerStartedEventAttributes') -
        count('timerFiredEventAttributes') -
        count('timerCanceledEventAttributes');
      return { events: events?.length ?? 0, timers };
    }),
  );
}
