/** `tollgate server`: takes Stripe's webhooks until it is told to stop. Its log goes to stdout, one JSON object a line. */
import type { Command } from 'commander';
import { readPort } from '../arguments';
import { readWorkerPlaces } from '../environment';
import { stopOnSignal, tellReady } from '../stop-on-signal';

interface ServerFlags {
  readonly port?: string;
  readonly host?: string;
}

export function addServerCommand(program: Command): void {
  program
    .command('server')
    .description('take webhooks of Stripe until Ctrl-C')
    .option('--port <number>', 'default: PORT, else 8080')
    .option('--host <address>', 'default: HOST, else 127.0.0.1')
    .addHelpText('after', EPILOGUE)
    .action(async (flags: ServerFlags) => {
      const stop = stopOnSignal();
      const { logLevel, ...places } = readWorkerPlaces();
      const [{ runServer }, { createLog }, { requireStripeEnvironment }] = await Promise.all([
        import('../run-server.js'),
        import('../../worker/log.js'),
        import('../../worker/stripe-environment.js'),
      ]);
      await runServer({
        ...places,
        stripe: requireStripeEnvironment(),
        host: flags.host ?? process.env.HOST ?? '127.0.0.1',
        port: readPort(flags.port ?? process.env.PORT ?? '8080'),
        log: createLog(logLevel),
        stop,
        onReady: tellReady,
      });
    });
}

const EPILOGUE = `
Environment:
  STRIPE_SECRET_KEY      key of the Stripe account
  STRIPE_WEBHOOK_SECRET  signing secret of the endpoint; two with a comma while it is rolled
  STRIPE_API_URL         address of the simulator; default: Stripe itself

Examples:
  $ tollgate server
  $ tollgate server --host 0.0.0.0 --port 8080`;
