/**
 * When Temporal's schedules will start runs that charge an account. Temporal itself works the times out, so
 * calendars, time zones and summer time are its own. A schedule says whom its runs charge in its memo or in
 * the header of what it starts; one that says neither in its memo has to be asked for.
 */
import type { Client, ScheduleDescription, ScheduleSummary } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { msNumberToTs, tsToMs } from '@temporalio/common/lib/time';
import { GATE_HEADER, type RunHeader } from '../core/contract/gate-header';
import { readStartCredits } from '../core/contract/run-credits';
import type { Tick } from '../core/contract/supply';
import { inBatches } from './in-batches';
import { isPausedByUs } from './schedule-pause';
import { asTollgateError } from './temporal-faults';
import { unlessGone } from './temporal-schedule';

export interface ScheduledAgent {
  /** As the runs of the schedule have it in the ledger. */
  readonly schedule: string;
  readonly agent: string;
  /** By a person; then it has no ticks. One that Tollgate holds will tick again once there are credits. */
  readonly paused: boolean;
  readonly ticks: readonly Tick[];
}

export interface ScheduledAgents {
  readonly schedules: readonly ScheduledAgent[];
  /** All ticks up to here are known: the time that was asked for, or earlier when there are too many. */
  readonly until: Date;
}

const MAX_TICKS_PER_SCHEDULE = 10_000;

/** @throws TEMPORAL_UNAVAILABLE */
export async function readTicks(
  client: Client,
  account: string,
  from: Date,
  until: Date,
): Promise<ScheduledAgents> {
  const ids = await listIds(client, account);
  const asked = await inBatches(ids, (id) => readSchedule(client, id, account, from, until));
  const found = asked.filter((one) => one !== undefined);
  return {
    schedules: found.map(({ scheduled }) => scheduled),
    until: found.reduce((earliest, one) => (one.until < earliest ? one.until : earliest), until),
  };
}

/** Of the schedules that may charge the account. */
async function listIds(client: Client, account: string): Promise<readonly string[]> {
  try {
    const ids: string[] = [];
    for await (const summary of client.schedule.list())
      if (mayCharge(summary, account)) ids.push(summary.scheduleId);
    return ids;
  } catch (error) {
    throw asTollgateError(error);
  }
}

async function readSchedule(
  client: Client,
  scheduleId: string,
  account: string,
  from: Date,
  until: Date,
): Promise<{ readonly scheduled: ScheduledAgent; readonly until: Date } | undefined> {
  const described = await unlessGone(() => client.schedule.getHandle(scheduleId).describe());
  const action = described && readAction(described);
  if (!described || action?.account !== account) return undefined;
  const { remainingActions } = described.state;
  const paused = described.state.paused && !isPausedByUs(described);
  const { schedule = scheduleId, agent } = action;
  const most = Math.min(remainingActions ?? Infinity, MAX_TICKS_PER_SCHEDULE);
  const times = paused
    ? []
    : await unlessGone(() => listTimes(client, scheduleId, from, until, most));
  if (!times) return undefined;
  const last = times.at(-1);
  const cut = times.length === MAX_TICKS_PER_SCHEDULE && last !== undefined;
  return {
    scheduled: { schedule, agent, paused, ticks: times.map((at) => ({ schedule, at })) },
    until: cut ? last : until,
  };
}

/** Temporal gives a page of times at a go, those after a moment. */
async function listTimes(
  client: Client,
  scheduleId: string,
  from: Date,
  until: Date,
  most: number,
): Promise<readonly Date[]> {
  const { namespace } = client.options;
  const times: Date[] = [];
  let after = from;
  while (times.length < most) {
    const { startTime } = await client.workflowService.listScheduleMatchingTimes({
      namespace,
      scheduleId,
      startTime: msNumberToTs(after.getTime()),
      endTime: msNumberToTs(until.getTime()),
    });
    const page = startTime
      .map((time) => new Date(tsToMs(time)))
      .filter((at) => at > after && at <= until);
    times.push(...page);
    const last = page.at(-1);
    if (!last) break;
    after = last;
  }
  return times.slice(0, most);
}

/** Whom its runs charge, as the header of its start says, or else the memo of its start. */
function readAction({ action, raw }: ScheduleDescription): {
  readonly account?: string;
  readonly agent: string;
  readonly schedule?: string;
} {
  const payload = raw.schedule?.action?.startWorkflow?.header?.fields?.[GATE_HEADER];
  // Only the plugin starts runs with this header.
  const header = payload ? defaultPayloadConverter.fromPayload<RunHeader>(payload) : undefined;
  const said = header ?? readStartCredits(action.memo);
  return {
    ...(said?.account === undefined ? {} : { account: said.account }),
    ...(header?.schedule === undefined ? {} : { schedule: header.schedule }),
    agent: said?.agent ?? action.workflowType,
  };
}

function mayCharge({ memo }: ScheduleSummary, account: string): boolean {
  const said = readStartCredits(memo);
  return said === undefined || said.account === account;
}
