/**
 * The one worker process of part "gate": a worker for each variant, on one connection. Only the gated
 * one has the plugin. Started by start-worker.ts, which gives it its contest as an argument.
 */
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { TollgatePlugin } from '../../index';
import { openLedger } from '../../ledger';
import { openBareCommits } from './bare-commits';
import * as blocks from './blocks';
import { READY, STOP, type Contest, type Variant } from './contest';
import {
  createCommittingActivities,
  createNaiveActivities,
  createPlainActivities,
} from './worker-activities';

async function main(contest: Contest): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const { address, namespace, account, databaseUrl, taskQueues, variants } = contest;
  const ledger = await openLedger({ connectionString: databaseUrl });
  const connection = await NativeConnection.connect({ address });
  const plugin = new TollgatePlugin({ ledger, blocks });
  const workflowsPath = require.resolve('./agents');
  const logger = Runtime.instance().logger;
  const [plainBundle, gatedBundle] = await Promise.all([
    bundleWorkflowCode({ workflowsPath, logger }),
    bundleWorkflowCode({ workflowsPath, logger, plugins: [plugin] }),
  ]);
  const bare = await openBareCommits(databaseUrl);
  const workflowBundle = plainBundle;
  const options: Record<Variant, Partial<WorkerOptions>> = {
    gated: { workflowBundle: gatedBundle, plugins: [plugin] },
    plain: { workflowBundle, activities: createPlainActivities() },
    naive: { workflowBundle, activities: createNaiveActivities(ledger, account) },
    commits: { workflowBundle, activities: createCommittingActivities(bare.commit) },
  };
  const workers = await Promise.all(
    variants.map((variant) =>
      Worker.create({
        connection,
        namespace,
        taskQueue: taskQueues[variant],
        ...options[variant],
      }),
    ),
  );
  const running = Promise.all(workers.map((worker) => worker.run()));
  const stop = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  process.on('message', (message) => message === STOP && stop());
  process.on('disconnect', stop);
  process.send?.(READY);
  await running;
  await connection.close();
  await bare.close();
  await ledger.close();
  if (process.connected) process.disconnect();
}

main(JSON.parse(process.argv[2] ?? '')).catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(1);
});
