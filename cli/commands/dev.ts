/** `tollgate dev`, which is `npm start`: everything on this machine, with the example agents. */
import type { Command } from 'commander';

interface DevCommandOptions {
  readonly exit?: true;
  readonly example: boolean;
  readonly agents?: string;
}

export function addDevCommand(program: Command): void {
  program
    .command('dev')
    .description(
      'bring up PostgreSQL, Temporal and a worker here, run the example agents, stay until Ctrl-C',
    )
    .option('--exit', 'end after the example')
    .option('--no-example', 'do not run the example agents')
    .option('--agents <module>', 'serve the agents of this module instead of the examples')
    .addHelpText('after', NOTES)
    .action(async (options: DevCommandOptions) => {
      const { runDev } = await import('../../dev/run-dev.js');
      process.exitCode = await runDev(options);
    });
}

const NOTES = `
Data and logs lie in .tollgate in the current folder; deleting it forgets everything. With DATABASE_URL
or TEMPORAL_ADDRESS set, that service is used and not started.`;
