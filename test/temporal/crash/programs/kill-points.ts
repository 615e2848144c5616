/**
 * The moments in the life of a block at which a doomed worker kills itself. Each one is made certain:
 * "while PostgreSQL reserves" holds the account's row until the statement waits for it, so that the
 * worker is gone before PostgreSQL has the answer.
 */
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { Client } from 'pg';
import type { Ledger } from '../../../../ledger';
import { eventually } from '../../../support/eventually';

export type KillPoint =
  | 'before the reserve'
  | 'while PostgreSQL reserves'
  | 'after the reserve'
  | 'during the block'
  | 'before the grow'
  | 'while PostgreSQL grows'
  | 'after the grow'
  | 'after the block'
  | 'while PostgreSQL settles'
  | 'after the settle'
  | 'before the completion is sent';

/** What a block that dies around its grow asks for in all. */
export const GROWN = '8';

/** SIGKILL: nothing of this process runs any more. */
export function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

export function doomLedger(ledger: Ledger, databaseUrl: string, point: KillPoint): Ledger {
  const dieWaiting = async (account: string, ask: () => Promise<unknown>): Promise<never> => {
    await askBehindLock(databaseUrl, account, ask);
    return die();
  };
  return {
    ...ledger,
    async reserve(request) {
      if (point === 'before the reserve') return die();
      if (point === 'while PostgreSQL reserves')
        return dieWaiting(request.account, () => ledger.reserve(request));
      const answer = await ledger.reserve(request);
      return point === 'after the reserve' ? die() : answer;
    },
    async grow(request) {
      if (point === 'before the grow') return die();
      if (point === 'while PostgreSQL grows')
        return dieWaiting(request.account, () => ledger.grow(request));
      const answer = await ledger.grow(request);
      return point === 'after the grow' ? die() : answer;
    },
    async settle(request) {
      if (point === 'after the block') return die();
      if (point === 'while PostgreSQL settles')
        return dieWaiting(request.account, () => ledger.settle(request));
      const answer = await ledger.settle(request);
      return point === 'after the settle' ? die() : answer;
    },
  };
}

/** Around the gate: its result is ready, and Temporal has not got it. */
export function doomCompletions(point: KillPoint): ActivityInterceptorsFactory {
  return () => ({
    inbound: {
      async execute(input, next) {
        const result = await next(input);
        return point === 'before the completion is sent' ? die() : result;
      },
    },
  });
}

/** Resolves when PostgreSQL has the statement and cannot do it, because this process holds the account. */
async function askBehindLock(
  databaseUrl: string,
  account: string,
  ask: () => Promise<unknown>,
): Promise<void> {
  const [holder, watcher] = [await connect(databaseUrl), await connect(databaseUrl)];
  await holder.query('begin');
  await holder.query('select 1 from tollgate.accounts where name = $1 for update', [account]);
  void ask();
  // On a connection of its own: within a transaction, PostgreSQL shows the same activity again and again.
  await eventually(async () => {
    const { rows } = await watcher.query(
      `select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
          and query ~ 'select tollgate[.](reserve_one|grow_one|close_one|batch)'`,
    );
    return rows.length > 0;
  });
}

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  await client.connect();
  return client;
}
