/** The options that say what a schedule does, as people type them. */
import type { Command } from 'commander';
import type { GatedSchedule } from '../client/schedules';
import { TollgateError } from '../core/contract/errors';
import type { OnReplenish, ScheduleBudgets, ScheduleName } from '../core/contract/schedule';
import { readJson } from './arguments';

export interface ScheduleTyped {
  readonly agent?: string;
  readonly taskQueue?: string;
  readonly cron?: readonly string[];
  readonly every?: string;
  readonly zone?: string;
  readonly args?: readonly unknown[];
  readonly member?: string;
  readonly budget?: string;
  readonly needs?: string;
  readonly onReplenish?: OnReplenish;
  readonly dayBudget?: string;
  readonly monthBudget?: string;
}

export function withScheduleOptions(command: Command): Command {
  return command
    .option('--agent <type>', 'workflow type that it starts')
    .option('--task-queue <name>', 'where its workers listen')
    .option('--cron <expression...>', 'when, such as "0 9 * * MON-FRI"; may be given several times')
    .option('--every <span>', 'or how often, such as 30m, 6h')
    .option('--zone <zone>', 'time zone of --cron and of the budgets (default UTC)')
    .option('--args <json>', 'arguments of its runs, as a JSON list', readArgs)
    .option('--member <id>', 'the member that its runs count for')
    .option('--budget <credits>', 'what each run may spend')
    .option('--day-budget <credits>', 'what its runs may spend a day')
    .option('--month-budget <credits>', 'what its runs may spend a month')
    .option('--needs <credits>', 'what must be available for a run to start')
    .option('--on-replenish <what>', 'skip what was missed, or run-once', readOnReplenish);
}

/** What was typed, and nothing else: an update leaves the rest alone. */
export function readTyped(typed: ScheduleTyped): Partial<Omit<GatedSchedule, keyof ScheduleName>> {
  const { cron, every, zone, dayBudget, monthBudget, agent, taskQueue, args } = typed;
  const { member, budget, needs, onReplenish } = typed;
  const timed = cron !== undefined || every !== undefined;
  const budgets: ScheduleBudgets = {
    ...(dayBudget === undefined ? {} : { day: dayBudget }),
    ...(monthBudget === undefined ? {} : { month: monthBudget }),
    ...(zone === undefined ? {} : { zone }),
  };
  return {
    ...(timed ? { spec: toSpec(typed) } : {}),
    ...(agent === undefined ? {} : { agent }),
    ...(taskQueue === undefined ? {} : { taskQueue }),
    ...(args === undefined ? {} : { args }),
    ...(member === undefined ? {} : { member }),
    ...(budget === undefined ? {} : { budget }),
    ...(needs === undefined ? {} : { needs }),
    ...(onReplenish === undefined ? {} : { onReplenish }),
    ...(dayBudget === undefined && monthBudget === undefined ? {} : { budgets }),
  };
}

function toSpec({ cron, every, zone }: ScheduleTyped): GatedSchedule['spec'] {
  return {
    ...(cron ? { cronExpressions: [...cron] } : {}),
    // Temporal's own client names the form of a span that it cannot read.
    ...(every === undefined ? {} : { intervals: [{ every: every as `${number}h` }] }),
    ...(zone === undefined ? {} : { timezone: zone }),
  };
}

function readArgs(text: string): readonly unknown[] {
  const value = readJson(text);
  if (Array.isArray(value)) return value;
  throw new TollgateError('INPUT_INVALID', { args: text, rule: 'a JSON list' });
}

function readOnReplenish(text: string): OnReplenish {
  if (text === 'skip' || text === 'run-once') return text;
  throw new TollgateError('INPUT_INVALID', { onReplenish: text, rule: 'skip or run-once' });
}
