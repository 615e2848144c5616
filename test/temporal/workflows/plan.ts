/**
 * A workflow that does what its input says, so that each test can show its case in a few lines. Steps
 * run one after the other; the run returns what they returned, in order.
 */
import {
  ApplicationFailure,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  executeChild,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
  type ActivityOptions,
  type ChildWorkflowOptions,
  type LocalActivityOptions,
} from '@temporalio/workflow';
import { proxyLocalBlocks, readInsufficientCredits } from '../../../workflow';

export type Step =
  | {
      readonly call: string;
      readonly input?: unknown;
      /** In place of `input`, for an activity with several arguments. */
      readonly args?: readonly unknown[];
      readonly options?: ActivityOptions;
      /** Return what the refusal says instead of failing. */
      readonly catchRefusal?: true;
    }
  | {
      readonly local: string;
      readonly input?: unknown;
      readonly key?: string;
      readonly options?: LocalActivityOptions;
    }
  | { readonly parallel: readonly Step[] }
  | { readonly child: readonly Step[]; readonly options?: ChildWorkflowOptions }
  | { readonly continueAsNew: readonly Step[] }
  /** Fails the run in a way that its retry policy may retry, unless this is a later attempt. */
  | { readonly failFirstAttempt: string }
  /** Waits for as many `go` signals in all. */
  | { readonly wait: number; readonly then?: Step };

export const goSignal = defineSignal('go');
export const greetUpdate = defineUpdate<string>('greet');

const DEFAULT_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '20s',
  retry: { initialInterval: '10ms', maximumInterval: '50ms', maximumAttempts: 5 },
};

export async function plan(steps: readonly Step[]): Promise<unknown[]> {
  let signals = 0;
  setHandler(goSignal, () => void (signals += 1));
  setHandler(greetUpdate, () => 'hello');
  const results: unknown[] = [];
  for (const step of steps) results.push(await runStep(step, () => signals));
  return results;
}

async function runStep(step: Step, signals: () => number): Promise<unknown> {
  if ('call' in step) return callBlock(step);
  if ('local' in step) return callLocally(step);
  if ('parallel' in step)
    return Promise.all(step.parallel.map((branch) => runStep(branch, signals)));
  if ('child' in step) return executeChild('plan', { ...step.options, args: [step.child] });
  if ('continueAsNew' in step) return continueAsNew<typeof plan>(step.continueAsNew);
  if ('wait' in step) {
    await condition(() => signals() >= step.wait);
    return step.then && runStep(step.then, signals);
  }
  if (workflowInfo().attempt === 1) throw ApplicationFailure.retryable(step.failFirstAttempt);
  return undefined;
}

async function callBlock(step: Extract<Step, { call: string }>): Promise<unknown> {
  const activities = proxyActivities({ ...DEFAULT_OPTIONS, ...step.options });
  try {
    return await activities[step.call]?.(...inputOf(step));
  } catch (error) {
    const refusal = step.catchRefusal && readInsufficientCredits(error);
    if (refusal) return refusal;
    throw error;
  }
}

function callLocally(step: Extract<Step, { local: string }>): Promise<unknown> {
  const options: LocalActivityOptions = { startToCloseTimeout: '10s', ...step.options };
  if (step.key === undefined) {
    const { local } = step;
    return Promise.resolve(proxyLocalActivities(options)[local]?.(...inputOf(step)));
  }
  const blocks = proxyLocalBlocks<object>(options) as Record<
    string,
    (key: string, ...args: unknown[]) => Promise<unknown>
  >;
  return Promise.resolve(blocks[step.local]?.(step.key, ...inputOf(step)));
}

function inputOf(step: {
  readonly input?: unknown;
  readonly args?: readonly unknown[];
}): unknown[] {
  if (step.args) return [...step.args];
  return step.input === undefined ? [] : [step.input];
}
