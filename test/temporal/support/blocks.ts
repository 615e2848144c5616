/**
 * Blocks whose behaviour each test decides. A call names a label in its input; what the test has said
 * for that label runs, and without anything said the label is returned.
 */
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import {
  byOption,
  defineBlock,
  fixed,
  free,
  metered,
  type AnyBlock,
  type BlockContext,
} from '../../../index';

export type Behaviour = (context: BlockContext) => Promise<unknown> | unknown;

export interface TestBlocks {
  readonly blocks: readonly AnyBlock[];
  /** What calls with this label do. */
  when(label: string, behaviour: Behaviour): void;
  /** How often a block was run under this label. */
  runs(label: string): number;
}

/** Below the tests' heartbeat timeouts, so that a cancellation is heard of at once. */
const HEARTBEAT_MS = 100;

const labelled = z.object({ label: z.string().default('') });

export function createTestBlocks(): TestBlocks {
  const behaviours = new Map<string, Behaviour>();
  const counts = new Map<string, number>();
  async function run({ label }: { label: string }, context: BlockContext): Promise<unknown> {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    const behaviour = behaviours.get(label);
    return behaviour ? behaviour(context) : label;
  }
  return {
    blocks: [
      defineBlock({ name: 'work', input: labelled, price: fixed('3'), run }),
      defineBlock({ name: 'other_work', input: labelled, price: fixed('2'), run }),
      defineBlock({ name: 'free_work', input: labelled, price: free(), run }),
      defineBlock({
        name: 'model_work',
        input: labelled.extend({ model: z.string() }),
        price: byOption('model', { small: '1', large: '4' }),
        run,
      }),
      defineBlock({
        name: 'data_work',
        input: labelled,
        price: metered({ base: '1', rates: { kb: '0.5' }, reserve: { units: { kb: 10 } } }),
        run,
      }),
      defineBlock({
        name: 'risky_work',
        input: labelled,
        price: metered({ base: '1', rates: { kb: '0.5' }, reserve: { units: { kb: 10 } } }),
        onFailure: 'charge-usage',
        run,
      }),
    ],
    when: (label, behaviour) => void behaviours.set(label, behaviour),
    runs: (label) => counts.get(label) ?? 0,
  };
}

/** A door that blocks wait at until the test opens it. */
export interface Door {
  readonly opened: Promise<void>;
  open(): void;
}

export function createDoor(): Door {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** Waits at a door, telling Temporal all the while that the block is alive; heeds cancellation. */
export async function waitHeartbeating(context: BlockContext, door: Door): Promise<void> {
  const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  try {
    await Promise.race([door.opened, Context.current().cancelled]);
  } finally {
    clearInterval(beat);
  }
}
