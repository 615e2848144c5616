/**
 * The recipe of a gated schedule: all that it takes to make it in Temporal, as JSON for the registry. The
 * arguments of its runs are kept as Temporal's payloads, encoded by the owner's data converter, so that a
 * codec that encrypts them covers the registry too and whoever makes the schedule again needs no keys.
 */
import type { Client, ScheduleOptions, ScheduleSpec } from '@temporalio/client';
import { RawValue, type Payload, type RetryPolicy } from '@temporalio/common';
import type { Duration } from '@temporalio/common';
import type { CreditsText } from '../core/contract/credits';
import type { RunHeader } from '../core/contract/gate-header';
import type { OnReplenish, ScheduleName } from '../core/contract/schedule';

/** What each tick starts, when, and for how much. */
export interface ScheduleSettings {
  /** The workflow type. */
  readonly agent: string;
  readonly taskQueue: string;
  readonly args?: readonly unknown[];
  readonly spec: ScheduleSpec;
  /** The seat that the runs count for. */
  readonly member?: string;
  /** What each run, and those below it, may spend. */
  readonly budget?: CreditsText;
  /** What must be available for a run to start. Default: anything, or what the last refusal asked for. */
  readonly needs?: CreditsText;
  /** What becomes of ticks that were skipped, once credits are back. Default `skip`. */
  readonly onReplenish?: OnReplenish;
  /** Keep `CreditAccountId` and `CreditsSpent` on the runs; the server must know both. Default false. */
  readonly searchAttributes?: boolean;
  /** What a tick does while a run is under way, and so on. */
  readonly policies?: ScheduleOptions['policies'];
  readonly workflowExecutionTimeout?: Duration;
  readonly workflowRunTimeout?: Duration;
  readonly retry?: RetryPolicy;
}

/** A payload as JSON: bytes in base64. */
interface StoredPayload {
  readonly metadata: Readonly<Record<string, string>>;
  readonly data: string;
}

export type ScheduleRecipe = Omit<ScheduleSettings, 'args'> & {
  readonly args: readonly StoredPayload[];
};

/** What a data converter is taken from. */
type Converting = Pick<Client, 'options'>;

export async function encodeArgs(
  { options: { loadedDataConverter } }: Converting,
  args: readonly unknown[],
): Promise<readonly StoredPayload[]> {
  const { payloadConverter, payloadCodecs } = loadedDataConverter;
  let payloads = args.map((value) => payloadConverter.toPayload(value));
  for (const codec of payloadCodecs) payloads = await codec.encode(payloads);
  return payloads.map(storePayload);
}

/** Two accounts may have schedules of one id; an account's name is encoded, so that none spells another's. */
export function temporalScheduleId({ account, id }: ScheduleName): string {
  return `${encodeURIComponent(account)}:${id}`;
}

export function toTemporalSchedule(name: ScheduleName, recipe: ScheduleRecipe): ScheduleOptions {
  const { agent, taskQueue, args, spec, policies } = recipe;
  const { workflowExecutionTimeout, workflowRunTimeout, retry } = recipe;
  const scheduleId = temporalScheduleId(name);
  return {
    scheduleId,
    spec: restoreSpec(spec),
    ...(policies ? { policies } : {}),
    memo: { tollgate: { account: name.account, schedule: name.id } },
    action: {
      type: 'startWorkflow',
      workflowType: agent,
      workflowId: scheduleId,
      taskQueue,
      args: args.map((stored) => RawValue.fromPayload(restorePayload(stored))),
      ...(workflowExecutionTimeout === undefined ? {} : { workflowExecutionTimeout }),
      ...(workflowRunTimeout === undefined ? {} : { workflowRunTimeout }),
      ...(retry === undefined ? {} : { retry }),
    },
  };
}

/** Whom its runs charge, and under which rules. */
export function headerForSchedule(
  { account, id }: ScheduleName,
  recipe: ScheduleRecipe,
): RunHeader {
  const { member, budget, needs, searchAttributes } = recipe;
  return {
    v: 1,
    account,
    schedule: id,
    preflight: needs === undefined ? {} : { needs },
    ...(member === undefined ? {} : { member }),
    ...(budget === undefined ? {} : { budget }),
    ...(searchAttributes ? { searchAttributes } : {}),
  };
}

/** JSON has no times. */
function restoreSpec(spec: ScheduleSpec): ScheduleSpec {
  const { startAt, endAt, ...rest } = spec;
  return {
    ...rest,
    ...(startAt ? { startAt: new Date(startAt) } : {}),
    ...(endAt ? { endAt: new Date(endAt) } : {}),
  };
}

function storePayload({ metadata, data }: Payload): StoredPayload {
  const entries = Object.entries(metadata ?? {}).map(
    ([name, bytes]) => [name, toText(bytes)] as const,
  );
  return { metadata: Object.fromEntries(entries), data: toText(data) };
}

function restorePayload({ metadata, data }: StoredPayload): Payload {
  const entries = Object.entries(metadata).map(([name, text]) => [name, toBytes(text)] as const);
  return { metadata: Object.fromEntries(entries), data: toBytes(data) };
}

function toText(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('base64');
}

function toBytes(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}
