/**
 * Moving a test clock: one due thing after the other, and after each the webhooks it made are given a first
 * try, so that what a receiver answers can still hold up what comes next, as at Stripe.
 */
import { emit } from '../state/events';
import type { World } from '../state/world';
import { workOff } from './due';

/** Marks the clock as advancing and works off what is due; resolves when it is ready. */
export function startAdvance(
  world: World,
  id: string,
  target: number,
  flush: () => Promise<void>,
): Promise<void> {
  const clock = world.need('test_helpers.test_clock', id);
  world.holdAt(id, world.now(id));
  const advancing = world.put({
    ...clock,
    frozen_time: target,
    status: 'advancing' as const,
    status_details: { advancing: { target_frozen_time: target } },
  });
  emit(world, 'test_helpers.test_clock.advancing', advancing);
  return run(world, id, target, flush);
}

async function run(
  world: World,
  id: string,
  target: number,
  flush: () => Promise<void>,
): Promise<void> {
  // The request that began it is answered and kept before anything is worked off.
  await new Promise((resolve) => setImmediate(resolve));
  let status: 'ready' | 'internal_failure' = 'internal_failure';
  try {
    await workOff(world, id, target, flush);
    status = 'ready';
  } finally {
    world.holdAt(id, null);
    if (world.running().includes(id)) world.runFrom(id, target);
    world.atomically(() => {
      const clock = world.get('test_helpers.test_clock', id);
      if (!clock) return;
      const done = world.put({ ...clock, status, status_details: {} });
      emit(world, `test_helpers.test_clock.${status}`, done);
    });
    await flush();
  }
}
