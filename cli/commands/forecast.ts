/** `tollgate forecast`: how long what an account holds will last under its schedules. */
import type { Command } from 'commander';
import { formatCredits } from '../../core/contract/credits';
import { answer, useLedger } from '../answer';
import { readInstant, readZone } from '../arguments';
import type { AccountForecast, ForecastSchedule } from '../forecast-account';
import { listDays, type ForecastDay } from '../forecast-days';
import { renderFacts, renderTable, type Column } from '../table';
import { useTemporal } from '../temporal-client';
import { forecastToWire } from '../wire-forecast';
import { describeBasis, writeMoment } from '../wording';

interface ForecastOptions {
  readonly until?: Date;
  readonly zone: string;
}

export function addForecastCommand(program: Command): void {
  program
    .command('forecast')
    .description('when an account runs out of credits, under its schedules')
    .argument('<account>', 'id of the account')
    .option('--until <time>', 'look so far ahead (default: 30 days, at most 366)', readInstant)
    .option('--zone <zone>', 'time zone of what is shown, such as Europe/Vienna', readZone, 'UTC')
    .addHelpText('after', EXAMPLES)
    .action((account: string, { until, zone }: ForecastOptions, command: Command) =>
      answer(command, async () => {
        const { forecastAccount } = await import('../forecast-account.js');
        const found = await useLedger((ledger) =>
          useTemporal((client) => forecastAccount(ledger, client, account, until)),
        );
        return { json: forecastToWire(account, found), text: render(account, found, zone) };
      }),
    );
}

const EXAMPLES = `
Examples:
  $ tollgate forecast acme
  $ tollgate forecast acme --until 2027-03-01 --zone Europe/Vienna`;

function render(account: string, found: AccountForecast, zone: string): string {
  const { runsOut } = found;
  const facts = renderFacts([
    ['Account', account],
    ['Available', formatCredits(found.available)],
    ['Zone', zone],
    [
      'Runs out',
      runsOut &&
        `${writeMoment(runsOut.at, zone)}: ${runsOut.schedule} needs ${formatCredits(runsOut.needed)}, ${formatCredits(runsOut.available)} are left`,
    ],
    ['Lasts', runsOut ? undefined : `beyond ${writeMoment(found.until, zone)}`],
  ]);
  const schedules = renderTable(SCHEDULES, found.schedules, 'No schedules charge this account.');
  const days = renderTable(DAYS, listDays(found.steps, zone), 'Nothing comes and nothing goes.');
  return `${facts}\n\n${schedules}\n\n${days}`;
}

const SCHEDULES: readonly Column<ForecastSchedule>[] = [
  { title: 'schedule', value: ({ schedule }) => schedule },
  { title: 'agent', value: ({ agent }) => agent },
  {
    title: 'ticks',
    value: ({ paused, ticks }) => (paused ? 'paused' : String(ticks.length)),
    align: 'right',
  },
  {
    title: 'each',
    value: ({ quote }) => (quote ? formatCredits(quote.likely) : 'unknown'),
    align: 'right',
  },
  {
    title: 'from',
    value: ({ quote }) => (quote ? describeBasis(quote.runs, 'run') : 'no past run: not counted'),
  },
];

const DAYS: readonly Column<ForecastDay>[] = [
  { title: 'day', value: ({ day }) => day },
  { title: 'arrives', value: ({ arrives }) => formatCredits(arrives), align: 'right' },
  { title: 'expires', value: ({ expires }) => formatCredits(expires), align: 'right' },
  { title: 'ticks', value: ({ ticks }) => String(ticks), align: 'right' },
  { title: 'needed', value: ({ needed }) => formatCredits(needed), align: 'right' },
  { title: 'left', value: ({ left }) => formatCredits(left), align: 'right' },
];
