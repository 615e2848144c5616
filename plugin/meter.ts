/**
 * The meter of the block that is running. The gate starts one around each attempt; a block made with
 * `defineBlock` gets it in its context, and an existing activity that a price book names asks for it
 * with `currentMeter()`. Beside it stands the call, of which a ticket is made. A bad value is refused at
 * the call that reports it, where it can be mended.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Meter } from '../core/contract/block';
import { credits, type Credits } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import { MAX_UNITS, fromMicroUnits, isUnits, toMicroUnits } from '../core/pricing/units';
import type { OpenCall } from './close-call';

/** A block that is running in this process. A free one has no call. */
interface RunningBlock {
  readonly meter: Meter;
  readonly call: OpenCall | undefined;
}

const running = new AsyncLocalStorage<RunningBlock>();

/**
 * @param units those that the price charges; `undefined` lets any unit be reported.
 * @param grow sets more aside; a call that costs nothing needs none.
 */
export function createMeter(
  block: string,
  units?: readonly string[],
  grow: (amount: Credits) => Promise<void> = () => Promise.resolve(),
): Meter {
  const counted = new Map<string, bigint>();
  return {
    add(unit, amount) {
      if (!isUnits(amount)) {
        throw refuseReport(block, unit, amount, `must be a number from 0 to ${MAX_UNITS}`);
      }
      if (units && !units.includes(unit)) {
        throw refuseReport(block, unit, amount, `has no rate; the price names ${units.join(', ')}`);
      }
      const total = (counted.get(unit) ?? 0n) + toMicroUnits(amount);
      if (fromMicroUnits(total) > MAX_UNITS) {
        throw refuseReport(block, unit, amount, `must not sum to more than ${MAX_UNITS}`);
      }
      counted.set(unit, total);
    },
    async atLeast(amount) {
      await grow(credits(amount));
    },
    usage() {
      return Object.fromEntries([...counted].map(([unit, total]) => [unit, fromMicroUnits(total)]));
    },
  };
}

/** Runs a block with its meter: what it awaits, and what that awaits, finds the same one. */
export function runMetered<Output>(
  meter: Meter,
  run: () => Promise<Output>,
  call?: OpenCall,
): Promise<Output> {
  return running.run({ meter, call }, run);
}

/** The meter of the gated activity that is running, if one is. */
export function findMeter(): Meter | undefined {
  return running.getStore()?.meter;
}

/** The gated call whose block is asking; undefined for a free block, and outside of a gated one. */
export function findRunningCall(): { readonly call: OpenCall; readonly meter: Meter } | undefined {
  const block = running.getStore();
  return block?.call && { call: block.call, meter: block.meter };
}

/**
 * The meter for code of an existing activity. Outside a gated activity (a unit test, a worker without
 * the plugin) it gives one that checks amounts and counts for nobody.
 */
export function currentMeter(): Meter {
  return findMeter() ?? createMeter('(not gated)');
}

function refuseReport(block: string, unit: string, amount: unknown, reason: string): TollgateError {
  return new TollgateError(
    'METER_INVALID',
    { block, unit, amount: String(amount) },
    { message: `A meter value is not valid: "${unit}" ${reason}` },
  );
}
