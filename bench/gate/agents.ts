/**
 * The agents that are compared; this file is bundled into the workflow sandbox. All run the same
 * number of no-op blocks, one after the other: gated, without a gate, and between two activities that
 * reserve and settle, which is how one would gate them without a plugin.
 */
import { proxyActivities } from '@temporalio/workflow';
import { proxyBlocks } from '../../workflow';
import type * as blocks from './blocks';
import type { NaiveActivities, PlainActivities } from './worker-activities';

const OPTIONS = { startToCloseTimeout: '1 minute' } as const;

const gated = proxyBlocks<typeof blocks>(OPTIONS);
const plain = proxyActivities<PlainActivities>(OPTIONS);
const naive = proxyActivities<NaiveActivities>(OPTIONS);

export async function gatedAgent(count: number): Promise<void> {
  for (let nth = 1; nth <= count; nth += 1) await gated.no_op();
}

export async function plainAgent(count: number): Promise<void> {
  for (let nth = 1; nth <= count; nth += 1) await plain.no_op();
}

export async function naiveAgent(count: number): Promise<void> {
  for (let nth = 1; nth <= count; nth += 1) {
    await naive.reserve({ nth });
    await naive.no_op();
    await naive.settle({ nth });
  }
}
