/**
 * The tree of commands. Each command has a file of its own, which declares its arguments and loads
 * what it works with only when it runs, so that `tollgate balance` never loads the Temporal worker.
 */
import { Command } from 'commander';
import { addAccountCommand } from './commands/account';
import { addBalanceCommand } from './commands/balance';
import { addBudgetCommand } from './commands/budget';
import { addDemoCommand } from './commands/demo';
import { addDevCommand } from './commands/dev';
import { addDoctorCommand } from './commands/doctor';
import { addExportCommand } from './commands/export';
import { addForecastCommand } from './commands/forecast';
import { addGrantCommand } from './commands/grant';
import { addLedgerCommand } from './commands/ledger';
import { addMigrateCommand } from './commands/migrate';
import { addNoticesCommand } from './commands/notices';
import { addNotifyCommand } from './commands/notify';
import { addQuoteCommand } from './commands/quote';
import { addReservationsCommand } from './commands/reservations';
import { addRevokeCommand } from './commands/revoke';
import { addRunsCommand } from './commands/runs';
import { addWebhookCommand } from './commands/webhook';
import { addScheduleCommand } from './commands/schedule';
import { addServerCommand } from './commands/server';
import { addSimulatorCommand } from './commands/simulator';
import { addStripeCommand } from './commands/stripe';
import { addSubscriptionCommand } from './commands/subscription';
import { addTimeCommand } from './commands/time';
import { addWaitingCommand } from './commands/waiting';
import { addWorkerCommand } from './commands/worker';
import { version } from './version';

const EPILOGUE = `
Environment:
  DATABASE_URL        PostgreSQL of the ledger
  TEMPORAL_ADDRESS    host:port of Temporal
  TEMPORAL_NAMESPACE  default: default
  TEMPORAL_UI         address of Temporal's web page, for links
Where DATABASE_URL and TEMPORAL_ADDRESS are not set, the run-time that \`npm start\` keeps in the
current folder is used.

Errors go to stderr as "CODE: message", and each code has an exit status of its own
(docs/errors.md). Amounts are credits with at most six decimals.

Examples:
  $ tollgate account open acme
  $ tollgate grant acme 500 --key invoice-1042
  $ tollgate balance acme --json
  $ tollgate runs show my-workflow-id
`;

export function buildProgram(): Command {
  const program = new Command('tollgate')
    .description('Prepaid credits for the blocks of agents that run on Temporal.')
    .version(version)
    .option('--json', 'print one JSON value (amounts as decimal strings, times in ISO form)')
    .configureHelp({ showGlobalOptions: true })
    // Errors are printed once, by main.ts; help that was asked for still goes to stdout.
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .addHelpText('after', EPILOGUE);

  program.commandsGroup('Run:');
  addDevCommand(program);
  addDemoCommand(program);
  addMigrateCommand(program);
  addWorkerCommand(program);
  addScheduleCommand(program);
  addServerCommand(program);
  addStripeCommand(program);
  addSimulatorCommand(program);
  program.commandsGroup('Credits:');
  addAccountCommand(program);
  addBalanceCommand(program);
  addGrantCommand(program);
  addRevokeCommand(program);
  addBudgetCommand(program);
  addQuoteCommand(program);
  addForecastCommand(program);
  program.commandsGroup('Subscriptions:');
  addSubscriptionCommand(program);
  addTimeCommand(program);
  program.commandsGroup('Notices:');
  addNotifyCommand(program);
  addWebhookCommand(program);
  addNoticesCommand(program);
  program.commandsGroup('Books:');
  addRunsCommand(program);
  addReservationsCommand(program);
  addWaitingCommand(program);
  addLedgerCommand(program);
  addExportCommand(program);
  addDoctorCommand(program);
  return program;
}
