/** `tollgate simulator`: the part of Stripe that subscriptions need, on this machine, without money. */
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { TollgateError } from '../../core/contract/errors';
import { answer } from '../answer';
import { readPort } from '../arguments';
import { stopOnSignal, tellReady } from '../stop-on-signal';

const DEFAULT_PORT = 12_111;

interface SimulatorCommandOptions {
  readonly port: number;
}

export function addSimulatorCommand(program: Command): void {
  program
    .command('simulator')
    .description('serve a simulated Stripe until Ctrl-C; it forgets everything at the end')
    .option('--port <number>', 'port on this machine; 0 takes a free one', readPort, DEFAULT_PORT)
    .addHelpText('after', EXAMPLES)
    .action(async ({ port }: SimulatorCommandOptions, command: Command) => {
      const stop = stopOnSignal();
      // Another seed each time: ids that come again would be taken for those of an earlier one.
      const { startSimulator } = await import('../../stripe/simulator/start.js');
      const simulator = await startSimulator({ port, seed: randomUUID() }).catch(
        (cause: unknown) => {
          const reason = cause instanceof Error ? cause.message : String(cause);
          const message = `The simulator cannot start: ${reason}`;
          throw new TollgateError('CONFIG_INVALID', { port }, { message, cause });
        },
      );
      const { url } = simulator;
      await answer(command, async () => ({
        json: { url, clocks: `${url}/clocks` },
        text: `Simulated Stripe at ${url}, clocks at ${url}/clocks`,
      }));
      tellReady();
      if (!stop.aborted) await new Promise((done) => stop.addEventListener('abort', done));
      await simulator.stop();
    });
}

const EXAMPLES = `
Examples:
  $ tollgate simulator
  $ tollgate simulator --port 0 --json`;
