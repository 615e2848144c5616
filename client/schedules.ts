/**
 * Gated schedules: Temporal's schedules with an account. Each is in the registry of the ledger and in
 * Temporal; what is done here names the account, and finds schedules of that account only.
 *
 * The registry comes first when one is made and when one is deleted, so that whatever dies half way, what
 * is left is visible to its owner, and the same call again finishes it.
 */
import type { Backfill, ScheduleOverlapPolicy } from '@temporalio/client';
import { errors, isTollgateError, TollgateError } from '../core/contract/errors';
import type {
  RegisteredSchedule,
  ScheduleBudgets,
  ScheduleName,
  ScheduleRegistry,
} from '../core/contract/schedule';
import { inBatches } from './in-batches';
import { toRecord } from './schedule-record';
import { isOwnNote } from './schedule-pause';
import { encodeArgs, type ScheduleRecipe, type ScheduleSettings } from './schedule-recipe';
import { viewSchedule, type ScheduleView } from './schedule-view';
import {
  changeSchedule,
  deleteSchedule,
  findSchedule,
  makeSchedule,
  onSchedule,
  type TemporalClient,
} from './temporal-schedule';

export interface GatedSchedule extends ScheduleName, ScheduleSettings {
  /** Caps on what its runs may spend a day or a month. */
  readonly budgets?: ScheduleBudgets;
}

export type ScheduleChanges = {
  readonly [Field in keyof ScheduleSettings]?: ScheduleSettings[Field] | undefined;
} & { readonly budgets?: ScheduleBudgets };

/** Each: @throws ACCOUNT_UNKNOWN, SCHEDULE_UNKNOWN, TEMPORAL_UNAVAILABLE, LEDGER_UNAVAILABLE */
export interface Schedules {
  /** @throws SCHEDULE_EXISTS, INPUT_INVALID, AMOUNT_INVALID */
  create(schedule: GatedSchedule): Promise<ScheduleView>;
  /** Replaces what is given; a field given as `undefined` goes. @throws INPUT_INVALID, AMOUNT_INVALID */
  update(name: ScheduleName, changes: ScheduleChanges): Promise<ScheduleView>;
  /** The account's, by id; `after` is an id. */
  list(
    account: string,
    page?: { readonly limit?: number; readonly after?: string },
  ): Promise<readonly ScheduleView[]>;
  describe(name: ScheduleName): Promise<ScheduleView>;
  /** For good: nothing makes it again. Runs that are under way go on. */
  delete(name: ScheduleName): Promise<void>;
  /** Starts a run now, also while it is paused; its preflight decides. */
  trigger(name: ScheduleName, overlap?: ScheduleOverlapPolicy): Promise<void>;
  /** Starts the runs of the times after `start`, up to `end`; the preflight of each decides. @throws INPUT_INVALID */
  backfill(name: ScheduleName, range: Backfill): Promise<void>;
  /** It stays paused until a person unpauses it, whatever credits come. */
  pause(name: ScheduleName, note?: string): Promise<void>;
  unpause(name: ScheduleName, note?: string): Promise<void>;
}

export function openSchedules(client: TemporalClient, registry: ScheduleRegistry): Schedules {
  const { namespace } = client.options;

  /** An account sees its own schedules only, and a client those of its namespace. */
  async function read(name: ScheduleName): Promise<RegisteredSchedule> {
    const registered = await registry.readSchedule(name);
    if (registered.namespace === namespace) return registered;
    throw new TollgateError('SCHEDULE_UNKNOWN', { account: name.account, schedule: name.id });
  }

  async function describe(name: ScheduleName): Promise<ScheduleView> {
    return viewSchedule(await read(name), await findSchedule(client, name));
  }

  async function isLost(name: ScheduleName): Promise<boolean> {
    const registered = await registry.readSchedule(name);
    return registered.namespace === namespace && !(await findSchedule(client, name));
  }

  async function finishDelete(name: ScheduleName): Promise<void> {
    await deleteSchedule(client, name);
    await registry.forgetSchedule(name);
  }

  async function act(name: ScheduleName, how: Parameters<typeof onSchedule>[2]): Promise<void> {
    await read(name);
    await onSchedule(client, name, how);
  }

  return {
    async create({ account, id, budgets, args = [], ...settings }) {
      const name = { account, id };
      const recipe = { ...settings, args: await encodeArgs(client, args) };
      const record = toRecord(name, namespace, recipe);
      if ((await registry.listDeleting(account, namespace)).includes(id)) await finishDelete(name);
      const added = await registry.addSchedule(record);
      // One that is registered but not in Temporal was lost, or its making was cut short.
      if (!added && !(await isLost(name))) throw exists(name);
      try {
        if (!added) await registry.changeSchedule(record);
        if (budgets) await registry.setScheduleBudgets(name, budgets);
        if (!(await makeSchedule(client, name, recipe))) throw exists(name);
      } catch (error) {
        // After a fault Temporal may have made it, so the registry keeps it.
        if (added && isTollgateError(error) && errors[error.code].kind === 'refusal')
          await registry.forgetSchedule(name);
        throw error;
      }
      return describe(name);
    },

    async update(name, { budgets, args, ...changes }) {
      const registered = await read(name);
      const before = registered.recipe as ScheduleRecipe; // Written by this folder.
      const kept = args === undefined ? before.args : await encodeArgs(client, args);
      const recipe = { ...before, ...changes, args: kept } as ScheduleRecipe; // toRecord checks it.
      const record = toRecord(name, namespace, recipe);
      if (!(await changeSchedule(client, name, recipe))) await makeSchedule(client, name, recipe);
      await registry.changeSchedule(record);
      if (budgets) await registry.setScheduleBudgets(name, budgets);
      return describe(name);
    },

    async list(account, page) {
      const registered = await registry.listSchedules(account, { ...page, namespace });
      return inBatches(registered, async (one) =>
        viewSchedule(one, await findSchedule(client, one)),
      );
    },

    describe,

    async delete(name) {
      await read(name);
      await registry.markDeleting(name);
      await finishDelete(name);
    },

    trigger: (name, overlap) => act(name, (handle) => handle.trigger(overlap)),

    async backfill(name, range) {
      if (!(range.start < range.end))
        throw new TollgateError('INPUT_INVALID', { range, rule: 'a start before its end' });
      await act(name, (handle) => handle.backfill(range));
    },

    async pause(name, note = 'Paused by hand') {
      if (isOwnNote(note))
        throw new TollgateError('INPUT_INVALID', { note, rule: 'not the note of Tollgate itself' });
      await act(name, (handle) => handle.pause(note));
    },

    unpause: (name, note = 'Unpaused by hand') => act(name, (handle) => handle.unpause(note)),
  };
}

function exists({ account, id }: ScheduleName): TollgateError {
  return new TollgateError('SCHEDULE_EXISTS', { account, schedule: id });
}
