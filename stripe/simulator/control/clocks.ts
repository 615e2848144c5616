/**
 * Clocks that run: a customer on one lives by the machine's pace, and can be put forward alone. Stripe has no
 * such thing, so nobody can take these routes for Stripe's.
 */
import { z } from 'zod';
import { createClock } from '../routes/test-clocks';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';

export const runningClock = z.strictObject({
  name: z.string().min(1),
  at: z.int().min(0).optional(),
});
export const move = z.strictObject({ to: z.int().min(0) });

/** A test clock of that name that runs on from a moment, or from now if that is later; the same name is the same clock. */
export function openRunningClock(
  world: World,
  { name, at = 0 }: z.output<typeof runningClock>,
): { id: string; now: number } {
  const known = world
    .running()
    .find((id) => world.get('test_helpers.test_clock', id)?.name === name);
  if (known !== undefined) return { id: known, now: world.now(known) };
  const frozen_time = Math.max(at, world.wallNow());
  const { id } = world.atomically(() => createClock(world, { frozen_time, name }));
  world.runFrom(id, frozen_time);
  return { id, now: frozen_time };
}

/** Puts a customer's clock forward and works off what is due; an earlier time changes nothing. */
export async function moveCustomer(
  world: World,
  id: string,
  to: number,
  moveTo: (clock: string, instant: number) => Promise<void>,
): Promise<{ now: number }> {
  const customer = world.get('customer', id);
  if (!customer) throw missing('customer', id);
  const clock = world.get('test_helpers.test_clock', customer.test_clock);
  if (!clock) throw invalid('The customer is not on a test clock.', 'customer');
  if (clock.status !== 'ready') {
    throw invalid('The test clock is already advancing.', undefined, 'test_clock_advancing');
  }
  if (to > world.now(clock.id)) await moveTo(clock.id, to);
  return { now: world.now(clock.id) };
}
