/**
 * The gated calls that are running in this process, found by their meter, so that a block can ask for
 * the ticket with which its call is completed from elsewhere.
 */
import type { Meter } from '../core/contract/block';
import type { OpenCall } from './close-call';
import { findMeter } from './meter';

export interface RunningCall {
  readonly call: OpenCall;
  readonly meter: Meter;
}

const running = new WeakMap<Meter, RunningCall>();

export function rememberCall(started: RunningCall): void {
  running.set(started.meter, started);
}

/** The call whose block is asking; undefined for a free block, and outside of a gated one. */
export function findRunningCall(): RunningCall | undefined {
  const meter = findMeter();
  return meter && running.get(meter);
}
