/** The server that takes webhooks, as a process of its own, which kills itself at every point, once. */
import { Client, Connection } from '@temporalio/client';
import { DEFAULT_CATALOGUE } from '../../../../core/billing/plans';
import { openLedger } from '../../../../ledger';
import { openServer } from '../../../../server/open-server';
import { openGateway } from '../../../../stripe/gateway';
import { createLog } from '../../../../worker/log';
import { readArgument, runProgram, tell } from '../../../support/in-program';
import type { Message } from '../../../support/program';
import { SECRET_KEY } from '../../support/billing-settings';
import { pointClient, pointLedger } from './billing-points';
import { dieOnce } from './once';

export interface WebhookServerArgument {
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly simulatorUrl: string;
  readonly taskQueue: string;
  readonly webhookSecret: string;
  readonly pointsFile: string;
}

export interface Listening extends Message {
  readonly kind: 'listening';
  readonly url: string;
}

runProgram(async () => {
  const argument = readArgument<WebhookServerArgument>();
  const at = dieOnce(argument.pointsFile);
  const ledger = await openLedger({ connectionString: argument.databaseUrl });
  const connection = await Connection.connect({ address: argument.temporalAddress });
  const server = await openServer({
    ledger: pointLedger(ledger, at),
    client: pointClient(new Client({ connection }), at),
    taskQueue: argument.taskQueue,
    log: createLog('silent'),
    port: 0,
    stripe: {
      gateway: openGateway({
        secretKey: SECRET_KEY,
        apiUrl: argument.simulatorUrl,
        catalogue: DEFAULT_CATALOGUE,
      }),
      webhookSecrets: [argument.webhookSecret],
    },
  });
  tell<Listening>({ kind: 'listening', url: server.url });
  return async () => {
    await server.close();
    await connection.close();
    await ledger.close();
  };
});
