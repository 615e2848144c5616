/** What the bench and its worker process agree on. */

/**
 * The ways to run the same blocks, and the workflow type of each. Those of `commits` are the plain ones, with a bare
 * commit before and after what a block does: no gate that writes durably before and after each can do less.
 */
export const AGENTS = {
  gated: 'gatedAgent',
  plain: 'plainAgent',
  naive: 'naiveAgent',
  commits: 'plainAgent',
} as const;
export type Variant = keyof typeof AGENTS;

export interface Contest {
  readonly databaseUrl: string;
  readonly address: string;
  readonly namespace: string;
  readonly account: string;
  readonly variants: readonly Variant[];
  /** Each variant has a task queue of its own, and so a worker of its own. */
  readonly taskQueues: Readonly<Record<Variant, string>>;
}

/** From the worker process: it polls on all task queues. */
export const READY = 'ready';
/** To the worker process: finish and end. */
export const STOP = 'stop';
