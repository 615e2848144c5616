/**
 * The worker that keeps subscriptions, as a process of its own, which kills itself at every point where it
 * writes something, once. It stands by until it is told to work. It keeps no workflow in its cache: what a dead
 * worker had cached would be waited for.
 */
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../../../activities/create-activities';
import { DEFAULT_CATALOGUE } from '../../../../core/billing/plans';
import { openLedger } from '../../../../ledger';
import { openGateway } from '../../../../stripe/gateway';
import { onMessage, readArgument, runProgram } from '../../../support/in-program';
import { RETURN_URL, SECRET_KEY } from '../../support/billing-settings';
import { loadImpatientBundle } from '../../support/workflow-bundle';
import { pointLedger, standBefore } from './billing-points';
import { readClock } from './clock-file';
import { dieOnce, isWorthAKill } from './once';

export interface BillingWorkerArgument {
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly simulatorUrl: string;
  readonly taskQueue: string;
  /** Seconds since 1970, as the test's ledger has it. */
  readonly clockFile: string;
  readonly pointsFile: string;
}

runProgram(async () => {
  const argument = readArgument<BillingWorkerArgument>();
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const at = dieOnce(argument.pointsFile, isWorthAKill);
  const opened = await openLedger({
    connectionString: argument.databaseUrl,
    now: readClock(argument.clockFile),
  });
  const ledger = pointLedger(opened, at);
  const stripe = await standBefore(argument.simulatorUrl, at);
  const gateway = openGateway({
    secretKey: SECRET_KEY,
    apiUrl: stripe.url,
    catalogue: DEFAULT_CATALOGUE,
  });
  const connection = await NativeConnection.connect({ address: argument.temporalAddress });
  const worker = await Worker.create({
    connection,
    taskQueue: argument.taskQueue,
    workflowBundle: await loadImpatientBundle(),
    maxCachedWorkflows: 0,
    activities: createActivities({
      ledger,
      client: new Client({ connection }),
      billing: { gateway, catalogue: DEFAULT_CATALOGUE, returnUrl: RETURN_URL },
    }),
  });
  let ended: Promise<void> | undefined;
  onMessage('work', () => {
    ended = worker.run();
  });
  return async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await ended;
    stripe.close();
    await connection.close();
    await opened.close();
  };
});
