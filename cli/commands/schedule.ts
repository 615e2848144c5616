/** `tollgate schedule`: an account's gated schedules in Temporal. */
import type { Command } from 'commander';
import type { TollgateClient } from '../../client/open-client';
import type { ScheduleView } from '../../client/schedule-view';
import { TollgateError } from '../../core/contract/errors';
import type { ScheduleName } from '../../core/contract/schedule';
import { DEFAULT_TASK_QUEUE } from '../../worker/environment';
import { answerFromClient } from '../answer-from-client';
import type { Answer } from '../answer';
import { readLimit } from '../arguments';
import { renderSchedule, renderSchedules, scheduleToWire, skippedToWire } from '../render-schedule';
import { readTyped, withScheduleOptions, type ScheduleTyped } from '../schedule-options';
import { addBackfill } from './schedule-backfill';

const DEFAULT_LIMIT = 50;
/** Skipped runs that `show` lists. */
const LAST_SKIPPED = 10;

export function addScheduleCommand(program: Command): void {
  const schedule = program
    .command('schedule')
    .description('schedules that hold while an account is out of credits')
    .addHelpText('after', EXAMPLES);
  addCreate(schedule);
  addUpdate(schedule);
  addList(schedule);
  addShow(schedule);
  addAct(schedule, 'delete', 'delete it for good; runs that are under way go on', (name, client) =>
    client.schedules.delete(name),
  );
  addAct(schedule, 'trigger', 'start a run now; its preflight decides', (name, client) =>
    client.schedules.trigger(name),
  );
  addBackfill(named(schedule.command('backfill')));
  addAct(schedule, 'unpause', 'let it tick again', (name, client) =>
    client.schedules.unpause(name),
  );
  addPause(schedule);
}

function addCreate(schedule: Command): void {
  withScheduleOptions(named(schedule.command('create')))
    .description('make a schedule')
    .action((account: string, id: string, typed: ScheduleTyped, command: Command) =>
      answerFromClient(command, async ({ schedules }) => {
        const { agent = '', spec = {}, taskQueue = DEFAULT_TASK_QUEUE, ...rest } = readTyped(typed);
        if (agent === '')
          throw new TollgateError('INPUT_INVALID', { option: '--agent', rule: 'needed' });
        return one(await schedules.create({ account, id, agent, spec, taskQueue, ...rest }));
      }),
    );
}

function addUpdate(schedule: Command): void {
  withScheduleOptions(named(schedule.command('update')))
    .description('change what is given; --day-budget and --month-budget replace both')
    .action((account: string, id: string, typed: ScheduleTyped, command: Command) =>
      answerFromClient(command, async ({ schedules }) =>
        one(await schedules.update({ account, id }, readTyped(typed))),
      ),
    );
}

function addList(schedule: Command): void {
  schedule
    .command('list')
    .description('the schedules of an account, a page at a time')
    .argument('<account>', 'id of the account')
    .option('--limit <n>', 'rows of a page, at most 1000', readLimit, DEFAULT_LIMIT)
    .option('--after <id>', 'go on after this schedule')
    .action((account: string, page: { limit: number; after?: string }, command: Command) =>
      answerFromClient(command, async ({ schedules }) => {
        const listed = await schedules.list(account, page);
        const next = listed.length === page.limit ? listed.at(-1)?.id : undefined;
        const table = renderSchedules(listed);
        return {
          json: { schedules: listed.map(scheduleToWire), next: next ?? null },
          text: next === undefined ? table : `${table}\n\nMore: --after ${next}`,
        };
      }),
    );
}

function addShow(schedule: Command): void {
  named(schedule.command('show'))
    .description('one schedule, how Temporal has it, and its last skipped runs')
    .action((account: string, id: string, _options: object, command: Command) =>
      answerFromClient(command, async ({ schedules }, ledger) => {
        const view = await schedules.describe({ account, id });
        const skipped = await ledger.listSkippedRuns({ account, id }, LAST_SKIPPED);
        return {
          json: { ...scheduleToWire(view), skippedRuns: skipped.map(skippedToWire) },
          text: renderSchedule(view, skipped),
        };
      }),
    );
}

function addPause(schedule: Command): void {
  named(schedule.command('pause'))
    .description('stop it until a person unpauses it, whatever credits come')
    .option('--note <text>', 'why, as Temporal shows it')
    .action((account: string, id: string, { note }: { note?: string }, command: Command) =>
      answerFromClient(command, async ({ schedules }) => {
        await schedules.pause({ account, id }, note);
        return done('pause', { account, id });
      }),
    );
}

function addAct(
  schedule: Command,
  name: string,
  description: string,
  act: (schedule: ScheduleName, client: TollgateClient) => Promise<void>,
): void {
  named(schedule.command(name))
    .description(description)
    .action((account: string, id: string, _options: object, command: Command) =>
      answerFromClient(command, async (client) => {
        await act({ account, id }, client);
        return done(name, { account, id });
      }),
    );
}

function named(command: Command): Command {
  return command
    .argument('<account>', 'id of the account')
    .argument('<id>', 'id of the schedule within its account');
}

function one(view: ScheduleView): Answer {
  return { json: scheduleToWire(view), text: renderSchedule(view, []) };
}

function done(what: string, { account, id }: ScheduleName): Answer {
  return { json: { done: what, account, id }, text: `Done: ${what} ${id} of ${account}.` };
}

const EXAMPLES = `
Examples:
  $ tollgate schedule create acme daily --agent researchDigest --cron "0 9 * * *" --zone Europe/Vienna
  $ tollgate schedule update acme daily --on-replenish run-once --day-budget 20
  $ tollgate schedule list acme
  $ tollgate schedule trigger acme daily
  $ tollgate schedule backfill acme daily --from 2026-11-01 --to 2026-11-08`;
