/**
 * A closed loop: so many callers, each starting its next operation when its last one was answered.
 * The first moments warm caches and plans and are not counted. An operation that throws ends the
 * measurement with its error: a bench that hides failures measures nothing.
 */
import { percentile } from './median';
import type { ReadMeters } from './meters';
import type { Sample } from './sample';

export interface ClosedLoop {
  readonly callers: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly readMeters: ReadMeters;
  /** How long a caller rests between two operations; none is part of a latency. Default 0. */
  readonly restMs?: number;
  /** One whole operation of the given caller. */
  readonly operate: (caller: number) => Promise<void>;
}

export async function runClosedLoop(loop: ClosedLoop): Promise<Sample> {
  const latencies: number[] = [];
  const state = { counting: false, stopped: false };
  const running = Promise.all(
    Array.from({ length: loop.callers }, (_, caller) => repeat(loop, caller, state, latencies)),
  );
  try {
    await Promise.race([running, pause(loop.warmUpMs)]);
    const before = await loop.readMeters();
    const startedAt = performance.now();
    state.counting = true;
    await Promise.race([running, pause(loop.measureMs)]);
    state.counting = false;
    const elapsedMs = performance.now() - startedAt;
    const operations = latencies.length;
    const after = await loop.readMeters();
    const each = (from: number, to: number): number => (to - from) / operations;
    return {
      operations,
      perSecond: (operations * 1000) / elapsedMs,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      postgresCpuUs:
        before.postgresMs === null || after.postgresMs === null
          ? null
          : each(before.postgresMs, after.postgresMs) * 1000,
      nodeCpuUs: each(before.nodeMs, after.nodeMs) * 1000,
      walBytes: each(before.walBytes, after.walBytes),
      transactions: each(before.transactions, after.transactions),
    };
  } finally {
    state.stopped = true;
    await running;
  }
}

async function repeat(
  loop: ClosedLoop,
  caller: number,
  state: { readonly counting: boolean; stopped: boolean },
  latencies: number[],
): Promise<void> {
  try {
    while (!state.stopped) {
      const startedAt = performance.now();
      await loop.operate(caller);
      if (state.counting) latencies.push(performance.now() - startedAt);
      if (loop.restMs) await pause(loop.restMs);
    }
  } finally {
    // One failed caller ends the others, so that the error comes out at once.
    state.stopped = true;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
