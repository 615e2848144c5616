/**
 * How an agent calls its blocks. These are ordinary activities: `proxyActivities` with the same names
 * works as well, and is gated as well; this gives the types of blocks made with `defineBlock`.
 */
import {
  proxyActivities,
  proxyLocalActivities,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/common';
import type { Blocks, BlocksOf } from '../core/contract/block';

/** Of a call that is known by a key of the author's own instead of by being the n-th of its block. */
export interface KeyedCall {
  /** Unique among the calls of this block in this run. The same key is charged once. */
  readonly key: string;
}

declare module '@temporalio/common/lib/activity-options' {
  interface ActivityOptions {
    readonly tollgate?: KeyedCall;
  }
  interface LocalActivityOptions {
    readonly tollgate?: KeyedCall;
  }
}

/**
 * Blocks by name, to be called with their input. To give one call a key of its own:
 * `ai.executeWithOptions({ tollgate: { key: 'title' } }, [input])`.
 */
export function proxyBlocks<Source extends Blocks>(
  options: ActivityOptions,
): ActivityInterfaceFor<BlocksOf<Source>> {
  return proxyActivities<BlocksOf<Source>>(options);
}

/** Blocks as local activities. Temporal renumbers these when it retries, so each call needs a key. */
export type LocalBlocks<Source extends Blocks> = {
  [Name in keyof BlocksOf<Source>]: BlocksOf<Source>[Name] extends (
    ...args: infer Args
  ) => infer Result
    ? (key: string, ...args: Args) => Result
    : never;
};

/** Blocks by name, to be called with a key and their input: `ai('title', input)`. */
export function proxyLocalBlocks<Source extends Blocks>(
  options: LocalActivityOptions,
): LocalBlocks<Source> {
  const activities = proxyLocalActivities(options);
  return new Proxy({} as LocalBlocks<Source>, {
    get:
      (_, name) =>
      (key: string, ...args: unknown[]) =>
        // The proxy makes an activity of any name, and refuses symbols itself.
        activities[name as string]?.executeWithOptions({ tollgate: { key } }, args),
  });
}
