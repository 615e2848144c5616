/** Tollgate's own worker as a process, to be killed. */
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { startTollgate } from '../../../../index';
import { openLedger } from '../../../../ledger';
import { readArgument, runProgram } from '../../../support/in-program';
import { loadSystemBundle } from '../../support/workflow-bundle';

export interface TollgateArgument {
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly taskQueue: string;
}

runProgram(async () => {
  const { temporalAddress, databaseUrl, taskQueue } = readArgument<TollgateArgument>();
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const ledger = await openLedger({ connectionString: databaseUrl });
  const connection = await NativeConnection.connect({ address: temporalAddress });
  const tollgate = await startTollgate({
    connection,
    ledger,
    taskQueue,
    workflowBundle: await loadSystemBundle(),
    notices: { everyMs: 50 },
  });
  return async () => {
    await tollgate.stop();
    await connection.close();
    await ledger.close();
  };
});
