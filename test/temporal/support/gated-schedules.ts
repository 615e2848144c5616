/** Gated schedules for tests: they start the `plan` workflow, and tick only when a test makes them. */
import { randomUUID } from 'node:crypto';
import type { ScheduleDescription } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import {
  createScheduleActivities,
  type ResumedSchedules,
} from '../../../activities/schedule-activities';
import { openClient, type GatedSchedule, type Schedules } from '../../../client';
import { eventually } from '../../support/eventually';
import type { GatedHouse } from './gated-house';

export interface ScheduleHouse {
  readonly schedules: Schedules;
  /** One that ticks in years only and calls one block for 3 credits. */
  create(account: string, more?: Partial<GatedSchedule>): Promise<GatedSchedule>;
  /** As Temporal has it. */
  inTemporal(schedule: GatedSchedule): Promise<ScheduleDescription>;
  /** What the runs that it has started returned, oldest first, once there are so many. */
  results(schedule: GatedSchedule, count: number): Promise<unknown[]>;
  pauseSchedules(account: string): Promise<number>;
  resumeSchedules(account: string): Promise<ResumedSchedules>;
}

const IN_YEARS: GatedSchedule['spec'] = { calendars: [{ year: 2099 }] };

export function openScheduleHouse(house: GatedHouse): ScheduleHouse {
  const { client, ledger, taskQueue } = house;
  const { schedules } = openClient({ temporal: client, ledger });
  const activities = createScheduleActivities({ client, ledger });
  const run = <Result>(activity: (account: string) => Promise<Result>, account: string) =>
    new MockActivityEnvironment().run<[string], Result, typeof activity>(activity, account);

  async function inTemporal(schedule: GatedSchedule): Promise<ScheduleDescription> {
    const { temporalId } = await schedules.describe(schedule);
    return client.schedule.getHandle(temporalId).describe();
  }

  return {
    schedules,
    inTemporal,
    async create(account, more = {}) {
      const schedule: GatedSchedule = {
        account,
        id: `daily-${randomUUID().slice(0, 8)}`,
        agent: 'plan',
        taskQueue,
        args: [[{ call: 'work', input: { label: 'scheduled' } }]],
        spec: IN_YEARS,
        ...more,
      };
      await schedules.create(schedule);
      return schedule;
    },
    async results(schedule, count) {
      const { info } = await eventually(async () => {
        const found = await inTemporal(schedule);
        return found.info.numActionsTaken >= count && found;
      });
      return Promise.all(
        info.recentActions.map(({ action: { workflow } }) =>
          client.workflow.getHandle(workflow.workflowId, workflow.firstExecutionRunId).result(),
        ),
      );
    },
    pauseSchedules: (account) => run(activities.pauseSchedules, account),
    resumeSchedules: (account) => run(activities.resumeSchedules, account),
  };
}
