/**
 * The Temporal plugin. It wires four things:
 *  1. clients: a header on every start that says whom the run charges (client-interceptors.ts);
 *  2. workflows: that header on every activity, receipts and totals (workflow-interceptors.ts);
 *  3. activities: reserve, run, settle around each priced one (activity-interceptor.ts), and the blocks
 *     themselves;
 *  4. workers: the preflight of scheduled runs (preflight-activities.ts), the return of guarantees, and a
 *     reaper that expires what nobody has closed and asks after guaranteed runs (reaper.ts).
 *
 * It may be given to the connection, the client, the worker and the bundler alike, and gates once. It
 * keeps every interceptor that was there before, in its order.
 */
import { SimplePlugin } from '@temporalio/plugin';
import type {
  ClientInterceptors,
  ClientOptions,
  WorkflowClientInterceptors,
} from '@temporalio/client';
import type {
  ActivityInterceptorsFactory,
  BundleOptions,
  ReplayWorkerOptions,
  Worker,
  WorkerOptions,
} from '@temporalio/worker';
import type { Blocks } from '../core/contract/block';
import { TollgateError } from '../core/contract/errors';
import type { OutOfCredits, OutOfCreditsRule } from '../core/contract/out-of-credits';
import { SYSTEM_TASK_QUEUE } from '../core/contract/system';
import type { PriceBook } from '../core/contract/price';
import type { Ledger } from '../ledger/ledger';
import { interceptActivities, type ActivityGate } from './activity-interceptor';
import { interceptSchedules, interceptStarts, type ClientGate } from './client-interceptors';
import { blocksToActivities } from './define-block';
import { guaranteeActivities } from './guarantee-activities';
import { sweepGuarantees } from './guarantee-sweep';
import { preflightActivities } from './preflight-activities';
import { readPrices } from './priced-activities';
import { startReaper, type ReaperOptions } from './reaper';
import { parseOutOfCredits } from './workflow-policy';

/** Extends what clients take, so that importing the plugin also brings the start option `tollgate`. */
export interface TollgatePluginOptions extends ClientGate {
  /** Needed where activities run. Clients, bundlers and workflow-only workers do without. */
  readonly ledger?: Ledger;
  /** Blocks to run in workers; they are registered as activities under their names. */
  readonly blocks?: Blocks;
  /** Prices of activities that are no blocks, and newer prices of those that are. */
  readonly priceBooks?: readonly PriceBook[];
  /** Whom a client's runs charge unless their start says otherwise. */
  readonly account?: string;
  /**
   * Keep `CreditAccountId` and `CreditsSpent` on the runs that this client starts. The server must know
   * both search attributes, or it refuses the start. Default false.
   */
  readonly searchAttributes?: boolean;
  /** How long a reservation outlives the attempt's own time limit. Default 10,000. */
  readonly slackMs?: number;
  /** An activity without a price runs as if there were no gate, or is refused. Default `allow`. */
  readonly unpriced?: 'allow' | 'refuse';
  /** What runs do at zero credits that do not say so at their start. Default `halt`. */
  readonly outOfCredits?: OutOfCredits;
  /** The same for single agents, by name. */
  readonly outOfCreditsByAgent?: Readonly<Record<string, OutOfCredits>>;
  /** Task queue of Tollgate's own worker, if `startTollgate` was given another one. */
  readonly systemTaskQueue?: string;
  /** Expires overdue reservations while a worker runs; `false` leaves it to others. */
  readonly reaper?: ReaperOptions | false;
}

const NAME = 'tollgate.TollgatePlugin';
const DEFAULT_SLACK_MS = 10_000;
const WORKFLOW_MODULE = require.resolve('./workflow-interceptors');

export class TollgatePlugin extends SimplePlugin {
  private readonly gate: TollgatePluginOptions;
  private readonly starts;
  private readonly schedules;
  private readonly blockActivities: Readonly<Record<string, unknown>>;
  private readonly activities: ActivityInterceptorsFactory | undefined;
  /** Local activities of Tollgate's own, which have no price. */
  private readonly ownActivities: Readonly<Record<string, unknown>>;
  private readonly reaped = new WeakSet<Worker>();

  /** @throws CONFIG_INVALID, PRICE_INVALID */
  constructor(options: TollgatePluginOptions = {}) {
    super({ name: NAME });
    const { ledger, blocks = [], priceBooks = [], slackMs = DEFAULT_SLACK_MS } = options;
    if (!(slackMs >= 0)) throw new TollgateError('CONFIG_INVALID', { option: 'slackMs' });
    const findPrice = readPrices(blocks, priceBooks);
    this.gate = options;
    this.starts = interceptStarts(options);
    this.schedules = interceptSchedules(options);
    this.blockActivities = blocksToActivities(blocks);
    const refusals = readRefusalRules(options);
    this.ownActivities = ledger
      ? {
          ...preflightActivities(ledger, refusals.systemTaskQueue),
          ...guaranteeActivities(ledger),
        }
      : {};
    const { unpriced = 'allow' } = options;
    this.activities =
      ledger && interceptActivities({ ledger, findPrice, slackMs, unpriced, refusals });
  }

  override configureClient(options: ClientOptions): ClientOptions {
    return { ...options, interceptors: this.interceptClient(options.interceptors) };
  }

  /** @throws CONFIG_INVALID for blocks without a ledger, or an activity with the name of a block. */
  override configureWorker(options: WorkerOptions): WorkerOptions {
    const { interceptors, activities } = options;
    const withBlocks = this.addBlocks(activities);
    const takesActivities = Object.keys(withBlocks).length > 0;
    return {
      ...options,
      activities: { ...withBlocks, ...this.ownActivities },
      // They are called within a workflow's own task; a worker that had no activities polls for none.
      ...(takesActivities ? {} : { enableNonLocalActivities: false }),
      interceptors: {
        ...interceptors,
        client: this.interceptClient(interceptors?.client),
        activity: this.interceptActivities(interceptors?.activity),
      },
    };
  }

  /** A replay runs no activities; the workflow side is added when its code is bundled. */
  override configureReplayWorker(options: ReplayWorkerOptions): ReplayWorkerOptions {
    return options;
  }

  override configureBundler(options: BundleOptions): BundleOptions {
    const { workflowInterceptorModules = [] } = options;
    return {
      ...options,
      workflowInterceptorModules: appendOnce(workflowInterceptorModules, WORKFLOW_MODULE),
    };
  }

  override async runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    const { ledger, reaper } = this.gate;
    if (!ledger || reaper === false || this.reaped.has(worker)) return next(worker);
    this.reaped.add(worker);
    // Nothing may be awaited before `next`: until it is called the worker does not count as running,
    // and a shutdown that is asked for meanwhile would be lost.
    const running = startReaper(
      ledger,
      reaper ?? {},
      (error) => void warnOfReaper(error),
      async () => {
        if (worker.client) await sweepGuarantees(ledger, worker.client, reaper?.askEveryMs);
      },
    );
    try {
      await next(worker);
    } finally {
      await running.stop();
    }
  }

  private interceptClient(given: ClientInterceptors | undefined): ClientInterceptors {
    return {
      ...given,
      workflow: appendStarts(given?.workflow, this.starts),
      schedule: appendOnce(given?.schedule ?? [], this.schedules),
    };
  }

  private interceptActivities(
    given: readonly ActivityInterceptorsFactory[] = [],
  ): ActivityInterceptorsFactory[] {
    return this.activities ? appendOnce(given, this.activities) : [...given];
  }

  private addBlocks(given: object | undefined): object {
    const names = Object.keys(this.blockActivities);
    if (names.length > 0 && !this.gate.ledger) {
      throw new TollgateError(
        'CONFIG_INVALID',
        { option: 'ledger' },
        { message: 'A worker that runs blocks needs TollgatePlugin to have a ledger.' },
      );
    }
    const known: Readonly<Record<string, unknown>> = { ...given };
    for (const name of names) {
      if (known[name] === undefined || known[name] === this.blockActivities[name]) continue;
      throw new TollgateError(
        'CONFIG_INVALID',
        { block: name },
        { message: 'The worker has an activity with the name of a block.' },
      );
    }
    return { ...given, ...this.blockActivities };
  }
}

function readRefusalRules(options: TollgatePluginOptions): ActivityGate['refusals'] {
  const { outOfCredits = 'halt', outOfCreditsByAgent = {} } = options;
  const { systemTaskQueue = SYSTEM_TASK_QUEUE } = options;
  const read = (name: string, given: OutOfCredits): OutOfCreditsRule => {
    const rule = parseOutOfCredits(given);
    if (!rule) throw new TollgateError('CONFIG_INVALID', { option: name });
    return rule;
  };
  return {
    systemTaskQueue,
    byDefault: read('outOfCredits', outOfCredits),
    byAgent: new Map(
      Object.entries(outOfCreditsByAgent).map(([agent, given]) => [
        agent,
        read(`outOfCreditsByAgent.${agent}`, given),
      ]),
    ),
  };
}

/** Loaded here and not above, so that clients do without the native worker. */
async function warnOfReaper(error: unknown): Promise<void> {
  const { Runtime } = await import('@temporalio/worker');
  Runtime.instance().logger.warn('Could not look after reservations', { error });
}

function appendOnce<Item>(given: readonly Item[], own: Item): Item[] {
  return given.includes(own) ? [...given] : [...given, own];
}

/** Older code gives an object of factories instead of a list. */
function appendStarts(
  given: ClientInterceptors['workflow'],
  own: ReturnType<typeof interceptStarts>,
): NonNullable<ClientInterceptors['workflow']> {
  if (given === undefined || Array.isArray(given)) return appendOnce(given ?? [], own);
  const legacy: WorkflowClientInterceptors = given;
  const calls = legacy.calls ?? [];
  return { ...legacy, calls: [...calls, () => own] };
}
