/**
 * Tollgate's own worker: a second worker, on a task queue of its own, that runs Tollgate's own workflows
 * beside the agents. `tollgate worker` starts it; an author with a worker program of his own calls it.
 * Any number of processes may; at least one must, for each namespace that agents run in.
 */
import { Client } from '@temporalio/client';
import type { NativeConnection, WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from '../activities/create-activities';
import type { BillingDeps } from '../activities/billing-input';
import type { DeliveryOptions } from '../activities/notice-activities';
import { SYSTEM_TASK_QUEUE } from '../core/contract/system';
import type { Ledger } from '../ledger/ledger';
import { startNoticeSweep } from './notice-sweep';
import { patientWithWorkflows } from './starved-threads';
import { watchLines, type WatchOptions } from './watch-lines';
import { watchTopUps, type WatchTopUpsOptions } from './watch-top-ups';

export interface StartTollgateOptions {
  readonly connection: NativeConnection;
  /** Default: `default`. */
  readonly namespace?: string;
  readonly ledger: Ledger;
  /** Only for several ledgers in one namespace; give TollgatePlugin the same `systemTaskQueue`. */
  readonly taskQueue?: string;
  /** Of `systemWorkflowsPath`, made ahead with `bundleWorkflowCode`; else it is bundled at the start. */
  readonly workflowBundle?: WorkflowBundleOption;
  readonly notices?: NoticeOptions;
  readonly lines?: WatchOptions;
  /** Stripe and what is sold. Without it, subscriptions wait for a worker that has it. */
  readonly billing?: BillingDeps;
  /** How automatic top-ups are watched, where `billing` is there. */
  readonly topUps?: WatchTopUpsOptions;
}

export interface NoticeOptions extends DeliveryOptions {
  /** Pause between two looks for what is to be told, give or take a quarter. Default 5,000. */
  readonly everyMs?: number;
}

export interface RunningTollgate {
  /** Resolves when it has stopped; rejects when it could not go on. */
  readonly ended: Promise<void>;
  /** Drains it. Rejects as `ended` does. */
  stop(): Promise<void>;
}

/** How long an activity that runs when it is told to stop may go on. */
const SHUTDOWN_GRACE = '10s';

/** The module of Tollgate's own workflows. */
export const systemWorkflowsPath: string = require.resolve('../workflows/system');

export async function startTollgate(options: StartTollgateOptions): Promise<RunningTollgate> {
  const {
    connection,
    namespace = 'default',
    ledger,
    taskQueue = SYSTEM_TASK_QUEUE,
    notices,
    billing,
  } = options;
  // Loaded here and not above: what imports `tollgate` for its types and prices does without it.
  const { Runtime, Worker } = await import('@temporalio/worker');
  const client = new Client({ connection, namespace });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    ...(options.workflowBundle
      ? { workflowBundle: options.workflowBundle }
      : { workflowsPath: systemWorkflowsPath }),
    activities: createActivities({
      ledger,
      client,
      ...(notices ? { notices } : {}),
      ...(billing ? { billing } : {}),
    }),
    shutdownGraceTime: SHUTDOWN_GRACE,
    ...patientWithWorkflows,
  });
  const sweep = startNoticeSweep({ ledger, client, taskQueue, ...notices }, (error) =>
    Runtime.instance().logger.warn('Could not look for notices', { error }),
  );
  const watch = watchLines({ ledger, client, taskQueue, ...options.lines }, (error) =>
    Runtime.instance().logger.warn('Could not look after the lines', { error }),
  );
  // Without Stripe nobody here could do what is due.
  const topUps =
    billing &&
    watchTopUps({ ledger, client, taskQueue, ...options.topUps }, (error) =>
      Runtime.instance().logger.warn('Could not look for automatic top-ups', { error }),
    );
  const ended = worker
    .run()
    .finally(() => Promise.all([sweep.stop(), watch.stop(), topUps?.stop()]));
  // Whoever waits for the end gets the rejection; until somebody does, Node must not see it as unhandled.
  ended.catch(() => undefined);
  return {
    ended,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}
