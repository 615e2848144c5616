/** What tests of deliveries need: a ledger, Tollgate's own worker with quick retries, and receivers. */
import { randomUUID } from 'node:crypto';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { credits, startTollgate, type RunningTollgate } from '../../../index';
import { openLedger, type EndpointRequest, type Ledger, type NewSecret } from '../../../ledger';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { connectTemporal, uniqueTaskQueue, type TestTemporal } from '../../support/temporal';
import { loadSystemBundle } from '../support/workflow-bundle';
import { startReceiver, type Delivery, type Receiver } from './receiver';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const QUICK = { everyMs: 50, retryDelayMs: () => 50, postTimeoutMs: 500 } as const;

export interface NoticeHouse {
  readonly temporal: TestTemporal;
  readonly database: TestDatabase;
  readonly ledger: Ledger;
  readonly taskQueue: string;
  startTollgate(): Promise<RunningTollgate>;
  /** A receiver and its endpoint, for one account's notices. */
  listen(account: string, request?: Partial<EndpointRequest>): Promise<Listening>;
  /** An account with so many credits. */
  fund(amount?: string): Promise<string>;
  /** Writes so many notices for the account. */
  tell(account: string, times?: number): Promise<void>;
  close(): Promise<void>;
}

export interface Listening extends NewSecret {
  readonly receiver: Receiver;
}

export async function openNoticeHouse(): Promise<NoticeHouse> {
  const temporal = await connectTemporal();
  const database = await createTestDatabase();
  const ledger = await openLedger({ connectionString: database.url });
  const taskQueue = uniqueTaskQueue('notices');
  const receivers = new Set<Receiver>();
  let told = 0;
  return {
    temporal,
    database,
    ledger,
    taskQueue,
    startTollgate: async () =>
      startTollgate({
        connection: temporal.nativeConnection,
        ledger,
        taskQueue,
        workflowBundle: await loadSystemBundle(),
        notices: QUICK,
      }),
    async listen(account, request = {}) {
      const receiver = await startReceiver();
      receivers.add(receiver);
      return {
        ...(await ledger.addEndpoint({ account, url: receiver.url, ...request })),
        receiver,
      };
    },
    async fund(amount = '1') {
      const account = `acct-${randomUUID()}`;
      await ledger.openAccount(account, { drip: false });
      await ledger.grant({ account, amount: credits(amount), key: 'test', source: 'operator' });
      return account;
    },
    async tell(account, times = 1) {
      for (let time = 0; time < times; time += 1) {
        told += 1;
        const data = { account, available: '0', needed: String(told) };
        await ledger.recordNotice({ key: `told ${told}`, kind: 'credits.out', data });
      }
    },
    async close() {
      await Promise.all([...receivers].map((receiver) => receiver.close()));
      await temporal.close();
      await ledger.close();
      await database.drop();
    },
  };
}

/** Waits until a receiver has got so many deliveries. */
export function whenReceived(receiver: Receiver, count: number): Promise<readonly Delivery[]> {
  return eventually(() => receiver.received.length >= count && receiver.received, {
    what: `${count} deliveries`,
  });
}

/** Waits until nothing of the account is on the way any more; resolves with the states of its deliveries, oldest first. */
export function whenSettled(ledger: Ledger, account: string): Promise<readonly string[]> {
  return eventually(
    async () => {
      const notices = await ledger.listNotices({ account });
      const states = notices.flatMap(({ deliveries }) => deliveries.map(({ state }) => state));
      return !states.includes('pending') && states.reverse();
    },
    { what: 'every delivery to be settled' },
  );
}
