/** Tollgate's own worker as a process of its own, whose memory is read. It tells how many looks it has done. */
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { startTollgate } from '../../index';
import { DEFAULT_CATALOGUE } from '../../core/billing/plans';
import { openLedger } from '../../ledger';
import { openGateway } from '../../stripe/gateway';
import type { WorkerArgument } from './start-subscriptions';

async function main(argument: WorkerArgument): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  const ledger = await openLedger({ connectionString: argument.databaseUrl });
  const connection = await NativeConnection.connect({ address: argument.temporalAddress });
  let looks = 0;
  const tollgate = await startTollgate({
    connection,
    namespace: argument.namespace,
    taskQueue: argument.taskQueue,
    ledger: {
      ...ledger,
      async readBilling(account) {
        const books = await ledger.readBilling(account);
        looks += 1;
        return books;
      },
    },
    billing: {
      // Accounts of the free tier have no customer, so nothing is asked of Stripe.
      gateway: openGateway({ secretKey: 'sk_test_bench', catalogue: DEFAULT_CATALOGUE }),
      catalogue: DEFAULT_CATALOGUE,
      returnUrl: 'http://shop.example/billing',
    },
  });
  process.on('message', (what) => {
    if (what === 'looks') process.send?.(looks);
    else
      void tollgate
        .stop()
        .then(() => Promise.all([connection.close(), ledger.close()]))
        .then(() => process.disconnect());
  });
  process.send?.('ready');
}

main(JSON.parse(process.argv[2] ?? '{}') as WorkerArgument).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
