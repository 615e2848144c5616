/** One gated schedule in Temporal: find, make, change, delete, act on it. Errors are Tollgate's. */
import {
  ScheduleClient,
  type Client,
  type ScheduleDescription,
  type ScheduleHandle,
} from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { TollgateError } from '../core/contract/errors';
import { GATE_HEADER } from '../core/contract/gate-header';
import type { ScheduleName } from '../core/contract/schedule';
import {
  headerForSchedule,
  temporalScheduleId,
  toTemporalSchedule,
  type ScheduleRecipe,
} from './schedule-recipe';
import { asTollgateError, isAlreadyThere, isNotFound } from './temporal-faults';

/** A Temporal client, whatever it was built with. */
export type TemporalClient = Pick<Client, 'connection' | 'options' | 'schedule'>;

/** Undefined where Temporal has none of this id, or one that has closed. @throws TEMPORAL_UNAVAILABLE */
export function findSchedule(
  client: TemporalClient,
  name: ScheduleName,
): Promise<ScheduleDescription | undefined> {
  return unlessGone(() => handleOf(client, name).describe());
}

/** False where Temporal has one of this id. @throws INPUT_INVALID, TEMPORAL_UNAVAILABLE */
export async function makeSchedule(
  client: TemporalClient,
  name: ScheduleName,
  recipe: ScheduleRecipe,
): Promise<boolean> {
  const header = defaultPayloadConverter.toPayload(headerForSchedule(name, recipe));
  const schedules = withoutConverter(client, [
    {
      create: (input, next) =>
        next({ ...input, headers: { ...input.headers, [GATE_HEADER]: header } }),
    },
    ...client.schedule.options.interceptors,
  ]);
  try {
    await schedules.create(toTemporalSchedule(name, recipe));
    return true;
  } catch (error) {
    if (isAlreadyThere(error)) return false;
    throw asTollgateError(error);
  }
}

/** False where Temporal has none. @throws INPUT_INVALID, TEMPORAL_UNAVAILABLE */
export async function changeSchedule(
  client: TemporalClient,
  name: ScheduleName,
  recipe: ScheduleRecipe,
): Promise<boolean> {
  const { action, spec, policies } = toTemporalSchedule(name, recipe);
  const handle = withoutConverter(client).getHandle(temporalScheduleId(name));
  const changed = await unlessGone(async () => {
    await handle.update(({ state, raw }) => {
      // An update sends the headers that it has found, which are these.
      const headers = raw.schedule?.action?.startWorkflow?.header?.fields ?? {};
      headers[GATE_HEADER] = defaultPayloadConverter.toPayload(headerForSchedule(name, recipe));
      return { action, spec, state, ...(policies ? { policies } : {}) };
    });
    return true;
  });
  return changed ?? false;
}

/** Nothing where Temporal has none. @throws TEMPORAL_UNAVAILABLE */
export async function deleteSchedule(client: TemporalClient, name: ScheduleName): Promise<void> {
  await unlessGone(() => handleOf(client, name).delete());
}

/** @throws SCHEDULE_UNKNOWN, INPUT_INVALID, TEMPORAL_UNAVAILABLE */
export async function onSchedule(
  client: TemporalClient,
  name: ScheduleName,
  act: (handle: ScheduleHandle) => Promise<void>,
): Promise<void> {
  const done = await unlessGone(async () => {
    await act(handleOf(client, name));
    return true;
  });
  if (done) return;
  throw new TollgateError(
    'SCHEDULE_UNKNOWN',
    { account: name.account, schedule: name.id },
    { message: 'Temporal has lost this schedule; create it again' },
  );
}

export async function unlessGone<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw asTollgateError(error);
  }
}

function handleOf(client: TemporalClient, name: ScheduleName): ScheduleHandle {
  return client.schedule.getHandle(temporalScheduleId(name));
}

/** The arguments of a recipe are encoded already, and nothing else in a schedule is its owner's data. */
function withoutConverter(
  { connection, options: { namespace, identity } }: TemporalClient,
  interceptors: Client['schedule']['options']['interceptors'] = [],
): ScheduleClient {
  return new ScheduleClient({ connection, namespace, identity, interceptors });
}
